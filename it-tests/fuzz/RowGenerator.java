package fuzz;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Database;
import org.apache.camel.ProducerTemplate;

/** Writes rows to an outbox: good ones, and hostile ones of other keys, by plain SQL as any service could and through outbox-sink. */
final class RowGenerator {

    /** Keys of good messages begin so; all of these go to open destinations. */
    static final String GOOD = "good-";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String INSERT = """
            INSERT INTO outbox_message (message_id, destination, message_key, type, content_type, payload, headers, traceparent, created_at)
            VALUES (coalesce(CAST(? AS uuid), gen_random_uuid()), ?, ?, ?, ?, ?, CAST(? AS jsonb), ?, coalesce(CAST(? AS timestamptz), now()))""";

    private final Hostile hostile;
    private final Database database;
    private final ProducerTemplate sink;
    private String lastId;
    private int refused;

    RowGenerator(Hostile hostile, Database database, ProducerTemplate sink) {
        this.hostile = hostile;
        this.database = database;
        this.sink = sink;
    }

    /** How many rows the database or the sink has refused: they are no messages. */
    int refused() {
        return refused;
    }

    /** Writes so many rows, in transactions of some each, of which some are rolled back. */
    void write(int rows) throws SQLException {
        // a row that the database refuses does not undo the others of its transaction
        try (Connection connection = DriverManager.getConnection(database.url() + "?autosave=always", "postgres", "");
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            connection.setAutoCommit(false);
            for (int i = 0; i < rows; i++) {
                if (hostile.below(20) < 11) {
                    insert(insert, null, hostile.oneOf("fuzz.open", "fuzz.open", "fuzz.other"), GOOD + hostile.below(60), "good", "text/plain", hostile.bytes(hostile.below(300)), "{}", null, null);
                } else if (hostile.once(8)) {
                    connection.commit();
                    send();
                } else {
                    insertHostile(insert);
                }
                if (hostile.once(25)) {
                    connection.rollback();
                } else if (hostile.once(8)) {
                    connection.commit();
                }
            }
            connection.commit();
        }
    }

    /** One good row to each destination. */
    void writeLast(List<String> destinations) throws SQLException {
        try (Connection connection = database.connect(); PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (String destination : destinations) {
                insert(insert, null, destination, "last-" + UUID.randomUUID(), "good", "text/plain", new byte[] {1}, "{}", null, null);
            }
        }
    }

    private void insertHostile(PreparedStatement insert) {
        byte[] payload = switch (hostile.below(300)) {
            case 0, 1 -> hostile.bytes(1_100_000);
            case 2 -> hostile.bytes(1_048_576 - hostile.below(300));
            case 3 -> null;
            default -> hostile.bytes(hostile.oneOf(0, 1, 50, 50, 50, 3_000));
        };
        String id = UUID.randomUUID().toString();
        if (lastId != null && hostile.once(40)) {
            // two rows of one id are told apart by their payloads
            id = lastId;
            payload = hostile.bytes(20);
        }
        lastId = id;
        insert(insert, id, hostile.oneOf("fuzz.open", "fuzz.open", "fuzz.other", "fuzz.small", "fuzz.small", "fuzz.missing", "fuzz.unmapped", hostile.once(20) ? hostile.text() : "fuzz.open"),
                key(), hostile.once(3) ? hostile.text() : "hostile", hostile.once(3) ? hostile.text() : "text/plain", payload, headers(),
                hostile.oneOf(null, null, "00-" + "a".repeat(32) + "-" + "b".repeat(16) + "-01", hostile.text()), hostile.once(30) ? hostile.oneOf("infinity", "-infinity", "0044-03-15 BC", "9999-12-31", "1970-01-01") : null);
    }

    private String key() {
        return hostile.once(5) ? null : hostile.once(3) ? hostile.text() : "bad-" + hostile.below(30);
    }

    private String headers() {
        if (hostile.once(2)) {
            return "{}";
        }
        if (hostile.once(10)) {
            return hostile.oneOf("[]", "null", "\"x\"", "{", "{\"n\":1e400}", "{\"n\":-0.0}", "{\"a\":1,\"a\":2}", "{\"x\":" + "[".repeat(500) + "]".repeat(500) + "}");
        }
        Map<String, Object> headers = new LinkedHashMap<>();
        for (int i = hostile.below(4); i >= 0; i--) {
            Object nothing = null;
            headers.put(hostile.name(), hostile.oneOf(hostile.text(), hostile.text(), hostile.textWithNul(), "999", 1000, 12345678901234567L, 0.1, true, nothing, List.of("a", 1), Map.of("a", Map.of("b", 1))));
        }
        try {
            return JSON.writeValueAsString(headers);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private void insert(PreparedStatement insert, Object... values) {
        try {
            for (int i = 0; i < values.length; i++) {
                insert.setObject(i + 1, values[i]);
            }
            insert.executeUpdate();
        } catch (SQLException e) {
            refused++;
        }
    }

    private void send() {
        Map<String, Object> headers = new HashMap<>();
        headers.put("fuzzKey", hostile.once(3) ? hostile.textWithNul() : "bad-" + hostile.below(30));
        for (String name : List.of("x-tenant", "X-Other", "traceparent", "tracestate")) {
            headers.put(name, hostile.oneOf(hostile.textWithNul(), hostile.text(), 7, true, hostile.bytes(3)));
        }
        headers.put("fuzzDue", hostile.oneOf("", "", "", "PT0S", "PT0.3S", "PT1S", "PT-1S", "P36500D", "1970-01-01T00:00:00Z", "soon"));
        String name = hostile.name();
        // a boundary's filter keeps Camel's own names out
        headers.putIfAbsent(name.startsWith("Camel") ? "x" : name, hostile.textWithNul());
        Object body = hostile.oneOf("", "text", "\ud800", "x".repeat(3_000), new String(new char[] {0}), hostile.bytes(40));
        Throwable failure = sink.send("direct:fuzz-send", exchange -> {
            exchange.getMessage().setHeaders(headers);
            exchange.getMessage().setBody(body instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : body);
        }).getException();
        if (failure != null) {
            refused++;
        }
    }
}
