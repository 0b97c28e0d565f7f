package inbox;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

import harness.Database;
import harness.Java;
import harness.ReceivingBank;
import harness.Routes;
import harness.Servers;
import org.apache.camel.Exchange;

import static org.assertj.core.api.Assertions.assertThat;

/** A receiver whose handler does what the body says: fails in one of many ways, or not. Each has its effect first, a row. */
public final class AnyHandler extends ReceivingBank {

    static final Map<String, Failure> FAILURES = new TreeMap<>(Map.of(
            "null message", () -> new IllegalStateException((String) null),
            "empty message", () -> new IllegalStateException(""),
            "NUL", () -> new IllegalStateException("a\0b"),
            "half a pair", () -> new IllegalStateException("a\uD83Db"),
            "huge", () -> new IllegalStateException("\u00e9".repeat(2_000_000)),
            "circle", AnyHandler::circle,
            "endless", Endless::new,
            "no message", Mute::new,
            "Error", () -> new StackOverflowError("the handler calls itself")));

    /** What the handler was called with, in order: body and headers. */
    static final List<String> CALLS = new CopyOnWriteArrayList<>();

    AnyHandler() {
        this(Servers.database());
    }

    AnyHandler(Database database) {
        super(database.apply("schema.sql", "example-bank-b.sql"));
        database.update("CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY, message bytea)");
        settings.put("inbox.immediate-delay", "10ms");
        settings.put("inbox.outage-delay", "200ms");
        settings.put("inbox.retry.first-delay", "1h");
        settings.put("inbox.retry.delay", "1s");
        settings.put("inbox.retry.poll-max-delay", "100ms");
        CALLS.clear();
    }

    /** Lets so many messages share a transaction, though the handler calls a bean. */
    AnyHandler inBatchesOf(int messages) {
        settings.put("inbox.any.batch-size", String.valueOf(messages));
        return this;
    }

    Routes start() {
        return Routes.start(settings, Java.root().resolve("it-tests/inbox/any-handler.camel.yaml").toString());
    }

    /** Called by the route. */
    public static void handle(Exchange exchange) throws Throwable {
        String body = exchange.getMessage().getBody(String.class);
        Map<String, Object> headers = new TreeMap<>(exchange.getMessage().getHeaders());
        headers.replaceAll((name, value) -> value.getClass().getSimpleName() + " " + value);
        CALLS.add(body + " " + headers);
        Failure failure = body == null ? null : FAILURES.get(body);
        if (failure != null) {
            throw failure.make();
        }
        if ("fail".equals(body)) {
            throw new IllegalStateException("the body says so");
        }
    }

    void send(String key, String id, String body) {
        topic.send(key, body, headers(id));
    }

    List<Object> effects() {
        return new ArrayList<>(database.rows("SELECT coalesce(convert_from(message, 'UTF8'), '(none)') AS message FROM effect ORDER BY id").stream()
                .map(row -> row.get("message")).toList());
    }

    /** Each message with its status, as operators see it. */
    List<String> received() {
        return database.rows("SELECT message_id || ' ' || status AS line FROM msg_received ORDER BY message_id").stream()
                .map(row -> row.get("line").toString()).toList();
    }

    void awaitReceived(String... lines) {
        await().untilAsserted(() -> assertThat(received()).as("dead: %s, parked: %s", rows("dead_letter"), rows("inbox_parked")).contains(lines));
    }

    void awaitIncident() {
        await().until(() -> database.count("incident WHERE kind = 'BURIAL' AND subject = 'any' AND ended_at IS NULL") == 1);
    }

    private List<Map<String, Object>> rows(String table) {
        return database.rows("SELECT message_id, attempts, error_class, left(error_message, 100) AS error FROM " + table);
    }

    /** Refuses rows of a table while the condition holds; {@code nextval('attempt') > 0} counts. */
    void refuse(String table, String condition) {
        refuse(table, condition, "P0001");
    }

    /** The same with an SQLSTATE: 53100, for example, is a disk that is full. */
    void refuse(String table, String condition, String state) {
        database.update("""
                CREATE OR REPLACE FUNCTION refuse_%1$s() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF %2$s THEN RAISE EXCEPTION 'refused by the test' USING ERRCODE = '%3$s'; END IF; RETURN NEW; END $$;
                CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON %1$s FOR EACH ROW EXECUTE FUNCTION refuse_%1$s()
                """.formatted(table, condition, state));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Throwable circle() {
        IllegalStateException one = new IllegalStateException("one");
        IllegalArgumentException other = new IllegalArgumentException("other", one);
        return one.initCause(other);
    }

    interface Failure {
        Throwable make();
    }

    /** Its causes have no end, and are never the same. */
    private static final class Endless extends RuntimeException {
        @Override
        public synchronized Throwable getCause() {
            return new Endless();
        }
    }

    /** Fails when it is asked what is wrong. */
    private static final class Mute extends RuntimeException {
        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }
    }
}
