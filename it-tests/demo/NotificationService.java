package demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * The notification service of somebody else, in a process of its own. Like such services it fails: by the Idempotency-Key, one
 * message in ten gets a 500 at first, one in ten is sent and answered with a 500 nevertheless, one in twenty gets no answer in time;
 * a second argument makes that last one rarer, and the others with it. It sends a key once.
 */
public final class NotificationService {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Integer> calls = new ConcurrentHashMap<>();
    private final Map<String, String> sent = new ConcurrentHashMap<>();

    private final int rarity;

    private NotificationService(int rarity) {
        this.rarity = rarity;
    }

    public static void main(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])), 0);
        server.createContext("/notifications", new NotificationService(arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20)::handle);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("GET")) {
                answer(exchange, 200, JSON.writeValueAsBytes(Map.of("sent", sent, "calls", calls)));
                return;
            }
            String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
            JsonNode event = JSON.readTree(exchange.getRequestBody());
            if (key == null || !event.hasNonNull("transferId")) {
                answer(exchange, 400, "an Idempotency-Key and a transferId are needed".getBytes(StandardCharsets.UTF_8));
                return;
            }
            int call = calls.merge(key, 1, Integer::sum);
            int fate = call > 1 ? 99 : Math.floorMod(key.hashCode(), rarity);
            if (fate < 2) {
                answer(exchange, 500, new byte[0]);
                return;
            }
            sent.put(key, event.get("transferId").asText());
            if (fate == 4) {
                TimeUnit.SECONDS.sleep(5);
            }
            answer(exchange, fate < 4 ? 500 : 204, new byte[0]);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }
}
