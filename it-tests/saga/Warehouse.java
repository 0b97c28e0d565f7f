package saga;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Http;
import harness.Java;
import harness.Planted;
import harness.Ports;
import harness.RouteProcess;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** {@code warehouse.py} in a process of its own, with its database in a folder. */
final class Warehouse implements AutoCloseable {

    static final String TOKEN = Planted.secret("token");
    private static final ObjectMapper JSON = new ObjectMapper();

    final int port = Ports.free();
    private final HttpClient http = HttpClient.newHttpClient();
    private final RouteProcess process;

    Warehouse(Path folder) {
        process = RouteProcess.of(List.of("python3", Java.root().resolve("it-tests/saga/warehouse.py").toString(), String.valueOf(port), folder.resolve("warehouse.db").toString(), TOKEN),
                folder, folder.resolve("warehouse.log"), Map.of());
    }

    /** Skips the test where there is no Python. */
    static void findPython() throws InterruptedException {
        try {
            assumeTrue(new ProcessBuilder("python3", "--version").start().waitFor() == 0, "python3 works");
        } catch (IOException e) {
            assumeTrue(false, "python3 is here: " + e.getMessage());
        }
    }

    Warehouse start() {
        process.start();
        Journeys.await().until(() -> {
            // who kills it may do so before it answers
            if (!process.isAlive()) {
                process.start();
            }
            return Http.status(url()) == 200;
        });
        return this;
    }

    void kill() {
        process.kill();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String url() {
        return "http://localhost:" + port + "/steps";
    }

    /** The rows of a table. */
    @SuppressWarnings("unchecked")
    List<Map<String, Object>> rows(String table) {
        try {
            return (List<Map<String, Object>>) JSON.readValue(Http.body(url()), Map.class).get(table);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A command by its headers; the status, and behind it the detail of a problem. */
    String post(Map<String, String> headers, byte[] body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url())).POST(BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return answer.body().isEmpty() ? String.valueOf(answer.statusCode()) : answer.statusCode() + " " + JSON.readTree(answer.body()).get("detail").asText();
    }

    @Override
    public void close() {
        process.close();
    }
}
