package saga;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Java;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Two sagas whose participants are the test: it reads commands in the outbox, which nobody publishes, and answers by the topic. */
public final class Journeys implements AutoCloseable {

    /** Their route file. */
    public static final String FILE = Java.root().resolve("it-tests/saga/journey.camel.yaml").toString();

    public final Database database;
    public final Map<String, String> settings = new LinkedHashMap<>();
    public final Topic answers = Topic.create(Servers.kafka(), 1);
    private Routes routes;
    private ProducerTemplate template;
    private int number;

    Journeys() {
        this(Servers.database("schema.sql"));
    }

    /** @param database with the schema, and empty */
    public Journeys(Database database) {
        this.database = database;
        database.update("CREATE TABLE ended (saga_id text PRIMARY KEY, state text, reason text, data text); CREATE TABLE wish (id text)");
        settings.put("database.bank-a.url", database.url());
        settings.put("database.bank-a.user", "postgres");
        settings.put("kafka.brokers", Servers.kafka().brokers());
        for (String step : List.of("flight", "hotel", "car", "stock", "pay", "ship")) {
            settings.put("outbox.destination.journey." + step, "journey." + step);
        }
        settings.put("outbox.destination.journey.answers", answers.name());
        settings.put("inbox.dead-letter-topic", "false");
        settings.put("inbox.immediate-delay", "50ms");
        settings.put("journey.step-timeout", "1h");
        settings.put("saga.timeout.poll-max-delay", "100ms");
    }

    Journeys start() {
        return use(Routes.start(settings, FILE));
    }

    /** Goes on with routes that somebody else has started. */
    public Journeys use(Routes started) {
        routes = started;
        template = routes.context().createProducerTemplate();
        return this;
    }

    public Exchange begin(String saga, String id, Object data, Map<String, Object> headers) {
        return template.request("direct:start-" + saga, exchange -> {
            exchange.getMessage().setBody(data);
            exchange.getMessage().setHeaders(new LinkedHashMap<>(headers));
            exchange.getMessage().setHeader("id", id);
        });
    }

    /** As a participant whose command has these headers. */
    Exchange takePart(Map<String, Object> headers) {
        return template.request("direct:take-part", exchange -> exchange.getMessage().setHeaders(new LinkedHashMap<>(headers)));
    }

    public Exchange begin(String saga, String id) {
        return begin(saga, id, "{\"to\": \"Rome\"}", Map.of());
    }

    /** What was sent of a saga, as {@code DO flight}, in order. */
    public List<Object> commands(String id) {
        return database.rows("""
                SELECT (headers ->> 'ce_sagaaction') || ' ' || (headers ->> 'ce_sagastepname') AS command
                FROM outbox_message WHERE headers ->> 'ce_sagaid' = ? ORDER BY id""", id).stream().map(row -> row.get("command")).toList();
    }

    void awaitCommands(String id, String... commands) {
        await().untilAsserted(() -> assertThat(commands(id)).as("%s", database.rows("SELECT * FROM saga")).containsExactly((Object[]) commands));
    }

    void answer(String saga, String id, int step, String action, String answer, String reason) {
        send("{\"saga\":\"%s\",\"sagaId\":\"%s\",\"step\":%d,\"action\":\"%s\",\"answer\":\"%s\"%s}".formatted(saga, id, step, action, answer,
                reason == null ? "" : ",\"reason\":\"" + reason + "\""));
    }

    public void done(String saga, String id, int step) {
        answer(saga, id, step, "DO", "DONE", null);
    }

    public void undone(String saga, String id, int step) {
        answer(saga, id, step, "UNDO", "UNDONE", null);
    }

    /** Each is a message of its own. */
    public void send(String body) {
        answers.send("k", body, Map.of("ce_id", "m-" + ++number, "ce_source", "test", "ce_type", "journey.answers"));
    }

    /** All answers that were sent are taken care of. */
    void awaitTaken() {
        await().until(() -> database.count("inbox_message WHERE consumer = 'saga-journey'") == number && database.count("inbox_message WHERE consumer = 'saga-order'") == number);
    }

    public Object state(String id) {
        return database.value("SELECT state FROM saga WHERE saga_id = ?", id);
    }

    /** Each step with its state. */
    String steps(String id) {
        return database.rows("SELECT name || ' ' || state AS shown FROM saga_step WHERE saga_id = ? ORDER BY step", id).stream().map(row -> row.get("shown")).toList().toString();
    }

    void awaitEnded(String id, String state) {
        await().until(() -> database.count("ended WHERE saga_id = '" + id + "' AND state = '" + state + "'") == 1);
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(50));
    }

    @Override
    public void close() {
        routes.close();
    }
}
