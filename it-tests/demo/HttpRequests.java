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

/** Requests a transfer of bank A's API, or an order of a shop's, once. */
public final class HttpRequests implements Function<Map<String, Object>, Optional<String>> {

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final URI address;
    private final Function<Map<String, Object>, String> body;

    /** @param url where bank A listens, without a path, not null */
    public HttpRequests(String url) {
        this(url + "/transfers", Customers::body);
    }

    /** Requests anything, with a body that is made of it. */
    public HttpRequests(String address, Function<Map<String, Object>, String> body) {
        this.address = URI.create(address);
        this.body = body;
    }

    @Override
    public Optional<String> apply(Map<String, Object> transfer) {
        HttpRequest request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body.apply(transfer))).build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return switch (response.statusCode()) {
                case 202, 422 -> Optional.of(response.body());
                case 503 -> Optional.empty();
                default -> throw new IllegalStateException(response.statusCode() + " " + response.body());
            };
        } catch (IOException e) {
            // it is being restarted: nobody knows whether it has booked, so the same request goes again
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
