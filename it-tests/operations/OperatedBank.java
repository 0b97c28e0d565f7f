package operations;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Ports;
import harness.ReceivingBank;
import harness.Routes;

/** Bank B with dead letters, its receiver and the operators' routes. */
final class OperatedBank extends ReceivingBank {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final int port = Ports.free();

    OperatedBank() {
        settings.put("inbox.retry.poll-max-delay", "100ms");
        settings.put("inbox.immediate-delay", "50ms");
        settings.put("operate.data-source", "bankB");
        settings.put("alert.poll-delay", "200ms");
        settings.put("alert.window", "2s");
        settings.put("retention.poll-delay", "200ms");
    }

    Routes start(String... files) {
        // this one has the port, and no process beside it that is given the settings
        Map<String, String> served = new LinkedHashMap<>(settings);
        served.put("camel.server.enabled", "true");
        served.put("camel.server.port", String.valueOf(port));
        served.putIfAbsent("camel.server.host", "127.0.0.1");
        List<String> all = new ArrayList<>(List.of(files));
        all.add("operate-api.camel.yaml");
        all.add("operate-show.camel.yaml");
        all.add("operate-end-letters.camel.yaml");
        all.add("operate-problem.camel.yaml");
        return Routes.start(served, all.toArray(String[]::new));
    }

    /** Dead letters of the receiver as the pack leaves them, with numbers from 1 on, of ten keys. */
    void letters(int count, String consumer, String errorClass) {
        database.update("""
                WITH letter AS (
                  INSERT INTO dead_letter (origin, consumer, message_id, message_key, topic, topic_partition, topic_offset, payload, headers, attempts,
                                           error_class, error_message, first_failed_at)
                  SELECT 'INBOX', c, c || '-m-' || (SELECT count(*) FROM dead_letter) + i, 'k' || i % 10, 'transfer.requested', 0, (SELECT count(*) FROM dead_letter) + i,
                         convert_to('{"transferId":"t-' || i || '","from":"a-' || i % 10 || '","to":"b-1","amount":1.00}', 'UTF8'),
                         json_build_object('ce_id', c || '-m-' || (SELECT count(*) FROM dead_letter) + i, 'ce_type', 'transfer.requested')::jsonb, 53, e, 'the test says so', now()
                  FROM generate_series(1, ?) AS i, (SELECT ?::text AS c, ?::text AS e) AS names
                  RETURNING consumer, message_id)
                INSERT INTO inbox_message (consumer, message_id) SELECT consumer, message_id FROM letter""", count, consumer, errorClass);
    }

    int port() {
        return port;
    }

    HttpResponse<String> get(String query) {
        return send(request(query).build());
    }

    /** A request to a path below /dead-letters, for a test to add to. */
    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/dead-letters" + path));
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    JsonNode json(HttpResponse<String> answer) {
        try {
            return new ObjectMapper().readTree(answer.body());
        } catch (IOException e) {
            throw new IllegalStateException(answer.body(), e);
        }
    }

    JsonNode post(String path, String body) {
        return json(send(request(path).header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)).build()));
    }
}
