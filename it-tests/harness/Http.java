package harness;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Requests as a probe or a person makes them. */
public final class Http {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private Http() {
    }

    /** The status of the answer, 0 if nobody answers. */
    public static int status(String url) {
        try {
            return get(url).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    /** The same with a login. */
    public static int status(String url, String name, String password) {
        try {
            return send(HttpRequest.newBuilder(URI.create(url)).header("Authorization", basic(name, password)).build()).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    /** The status of the answer to JSON that is posted with a login. */
    public static int post(String url, String body, String name, String password) {
        try {
            return send(HttpRequest.newBuilder(URI.create(url)).header("Authorization", basic(name, password)).header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body)).build()).statusCode();
        } catch (IOException e) {
            throw new IllegalStateException(url, e);
        }
    }

    public static String body(String url) {
        try {
            return get(url).body();
        } catch (IOException e) {
            throw new IllegalStateException(url, e);
        }
    }

    public static void put(String url, String body) throws IOException {
        send(HttpRequest.newBuilder(URI.create(url)).PUT(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    private static String basic(String name, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private static HttpResponse<String> get(String url) throws IOException {
        return send(HttpRequest.newBuilder(URI.create(url)).build());
    }

    private static HttpResponse<String> send(HttpRequest request) throws IOException {
        try {
            HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            Planted.check(request.uri() + " answers and", response.body());
            return response;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
