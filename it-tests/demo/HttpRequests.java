package demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Requests transfers of bank A's API until there is an answer, and looks that a repeated request gets the first one. */
public final class HttpRequests implements Consumer<Map<String, Object>> {

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Map<Object, String> answers = new ConcurrentHashMap<>();
    private final String url;

    /** @param url where bank A listens, without a path, not null */
    public HttpRequests(String url) {
        this.url = url;
    }

    @Override
    public void accept(Map<String, Object> transfer) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/transfers")).timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(Customers.body(transfer))).build();
        String answer = answer(request);
        String first = answers.putIfAbsent(transfer.get("transferId"), answer);
        if (first != null && !first.equals(answer)) {
            throw new IllegalStateException("a repeated request got another answer: " + first + ", then " + answer);
        }
    }

    private String answer(HttpRequest request) {
        while (true) {
            try {
                HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() == 202 || response.statusCode() == 422) {
                    return response.body();
                }
                // 404: while it starts, the bank's HTTP server listens before its routes are there
                if (response.statusCode() != 503 && response.statusCode() != 404) {
                    throw new IllegalStateException(response.statusCode() + " " + response.body());
                }
            } catch (IOException e) {
                // the bank is being restarted: nobody knows whether it has booked, so the same request goes again
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
