package half;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** What producers say goes through here to the message service, and one word of theirs meets a fault, before or behind it. */
final class Between implements AutoCloseable {

    private final HttpClient http = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final int service;
    private String word;
    private boolean behind;
    private Runnable fault;

    /** @param service port of the message service */
    Between(int service) {
        this.service = service;
        try {
            server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::forward);
        server.start();
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /**
     * The next word meets it, once: it is not heard, or its answer is lost.
     *
     * @param word   end of its path
     * @param behind whether the service has heard it
     */
    synchronized void strike(String word, boolean behind, Runnable fault) {
        this.word = word;
        this.behind = behind;
        this.fault = fault;
    }

    synchronized boolean hasStruck() {
        return word == null;
    }

    private synchronized Runnable faultOf(String path) {
        if (word == null || !path.endsWith(word)) {
            return null;
        }
        word = null;
        return fault;
    }

    private void forward(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath();
        Runnable mine = faultOf(path);
        try {
            if (mine != null && !behind) {
                mine.run();
                return;
            }
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + service + path)).timeout(Duration.ofSeconds(10))
                    .header("Content-Type", exchange.getRequestHeaders().getFirst("Content-Type")).POST(BodyPublishers.ofByteArray(body));
            if (exchange.getRequestHeaders().containsKey("Authorization")) {
                request.header("Authorization", exchange.getRequestHeaders().getFirst("Authorization"));
            }
            HttpResponse<byte[]> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            if (mine != null) {
                mine.run();
                return;
            }
            exchange.getResponseHeaders().add("Content-Type", answer.headers().firstValue("Content-Type").orElse("text/plain"));
            exchange.sendResponseHeaders(answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
            exchange.getResponseBody().write(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
