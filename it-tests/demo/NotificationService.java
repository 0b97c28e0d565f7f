package demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Downstream;

/**
 * The notification service, or the warehouse, of somebody else, in a process of its own. Like such services it fails: by the Idempotency-Key, one
 * message in ten gets a 500 at first, one in ten is sent and answered with a 500 nevertheless, one in twenty gets no answer in time;
 * a second argument makes that last one rarer, and the others with it. It sends a key once. {@code PUT /mood} makes it refuse everybody.
 */
public final class NotificationService {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Integer> calls = new ConcurrentHashMap<>();
    private final Map<String, String> sent = new ConcurrentHashMap<>();
    private final Map<Mood, Integer> refused = new ConcurrentHashMap<>();

    private final int rarity;
    private volatile Mood mood = Mood.FINE;

    private NotificationService(int rarity) {
        this.rarity = rarity;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        NotificationService service = new NotificationService(arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20);
        try (Downstream server = new Downstream(Integer.parseInt(arguments[0]), service::answer)) {
            Thread.currentThread().join();
        }
    }

    private byte[] answer(Downstream.Request request) throws InterruptedException {
        try {
            if (request.method().equals("GET")) {
                return Downstream.answer(200, JSON.writeValueAsString(Map.of("sent", sent, "calls", calls, "refused", refused)));
            }
            if (request.path().equals("/mood")) {
                mood = Mood.valueOf(request.text());
                return Downstream.answer(204, "");
            }
            if (mood != Mood.FINE) {
                refused.merge(mood, 1, Integer::sum);
                return mood.answer();
            }
            return send(request.headers().get("idempotency-key"), JSON.readTree(request.body()));
        } catch (IOException e) {
            return Downstream.answer(400, "that is no JSON");
        }
    }

    private byte[] send(String key, JsonNode event) throws InterruptedException, JsonProcessingException {
        String id = event.path("transferId").asText(event.path("orderId").asText());
        if (key == null || id.isEmpty()) {
            return Downstream.answer(400, "an Idempotency-Key and a transferId or an orderId are needed");
        }
        int call = calls.merge(key, 1, Integer::sum);
        int fate = call > 1 ? 99 : Math.floorMod(key.hashCode(), rarity);
        if (fate < 2) {
            return Downstream.answer(500, "");
        }
        sent.put(key, id);
        if (fate == 4) {
            TimeUnit.SECONDS.sleep(5);
        }
        return Downstream.answer(fate < 4 ? 500 : 204, "");
    }

    /** How it refuses everybody, as such services do when a token has expired, a deployment has gone wrong, or a gateway has trouble. */
    public enum Mood {
        FINE, UNAUTHORIZED, NOT_FOUND, CONFLICT, TOO_MANY, UNAVAILABLE, DROPS, GARBAGE, BREAKS_OFF;

        private byte[] answer() {
            return switch (this) {
                case UNAUTHORIZED -> Downstream.answer(401, "the token has expired");
                case NOT_FOUND -> Downstream.answer(404, "no such path");
                case CONFLICT -> Downstream.answer(409, "another request with this Idempotency-Key is under way");
                case TOO_MANY -> Downstream.answer(429, "later", "Retry-After: 2");
                case UNAVAILABLE -> Downstream.answer(503, "");
                case GARBAGE -> "\u0016\u0003\u0001 this is no HTTP\n".getBytes(StandardCharsets.ISO_8859_1);
                case BREAKS_OFF -> "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of".getBytes(StandardCharsets.ISO_8859_1);
                default -> null;
            };
        }
    }
}
