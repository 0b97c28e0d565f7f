package demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Requests a transfer of bank A's API, once. */
public final class HttpRequests implements Function<Map<String, Object>, Optional<String>> {

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final String url;

    /** @param url where bank A listens, without a path, not null */
    public HttpRequests(String url) {
        this.url = url;
    }

    @Override
    public Optional<String> apply(Map<String, Object> transfer) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/transfers")).timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(Customers.body(transfer))).build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return switch (response.statusCode()) {
                case 202, 422 -> Optional.of(response.body());
                // 404: while it starts, the bank's HTTP server listens before its routes are there
                case 503, 404 -> Optional.empty();
                default -> throw new IllegalStateException(response.statusCode() + " " + response.body());
            };
        } catch (IOException e) {
            // the bank is being restarted: nobody knows whether it has booked, so the same request goes again
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
