package saga;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

import harness.Database;
import harness.Java;
import harness.Planted;
import harness.Routes;
import harness.Servers;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;

/** Orders as sagas of two steps, whose participant has only HTTP; failures are tried again soon. */
public final class Orders implements AutoCloseable {

    static final String FILE = Java.root().resolve("it-tests/saga/http-participant.camel.yaml").toString();
    /** As of many a service: what lets one in is in the path, in the query, or in a header. */
    public static final String PATH = "/v1/" + Planted.secret("path") + "?key=" + Planted.secret("query");

    public final Database database = Servers.database("schema.sql");
    public final Map<String, String> settings = new LinkedHashMap<>();
    private Routes routes;
    private ProducerTemplate template;

    /** @param port of the participant at this machine */
    public Orders(int port) {
        database.update("CREATE TABLE ended (saga_id text PRIMARY KEY, state text, reason text)");
        String topics = Servers.name("order") + ".";
        for (String topic : new String[] {"stock", "ship", "answers"}) {
            Servers.kafka().createTopics(4, topics + topic);
            settings.put("outbox.destination.order." + topic, topics + topic);
        }
        settings.put("database.bank-a.url", database.url());
        settings.put("database.bank-a.user", "postgres");
        settings.put("kafka.brokers", Servers.kafka().brokers());
        settings.put("participant.url", "http://localhost:" + port + PATH);
        settings.put("participant.authorization", "Bearer " + Planted.secret("token"));
        settings.put("participant.answers", "order.answers");
        settings.put("participant.model", "SAGA");
        settings.put("participant.timeout", "5s");
        settings.put("participant.consumers", "1");
        settings.put("participant.step-timeout", "1h");
        settings.put("inbox.dead-letter-topic", "false");
        settings.put("inbox.immediate-delay", "20ms");
        settings.put("inbox.outage-delay", "50ms");
        settings.put("inbox.retry.first-delay", "100ms");
        settings.put("inbox.retry.delay", "100ms");
        settings.put("inbox.retry.poll-max-delay", "100ms");
    }

    public Orders start() {
        routes = Routes.start(settings, FILE);
        template = routes.context().createProducerTemplate();
        return this;
    }

    public void begin(String id) {
        begin(id, "{\"item\": \"%s\"}".formatted(Planted.PAYLOAD));
    }

    void begin(String id, String data) {
        Exchange started = template.request("direct:start-order", exchange -> {
            exchange.getMessage().setHeader("id", id);
            exchange.getMessage().setBody(data);
        });
        if (started.getException() != null) {
            throw new IllegalStateException(started.getException());
        }
    }

    /** How it has ended, as {@code COMPENSATED reason}; null if it has not. */
    String end(String id) {
        return database.rows("SELECT state || coalesce(' ' || reason, '') AS told FROM ended WHERE saga_id = ?", id).stream().map(row -> (String) row.get("told")).findFirst().orElse(null);
    }

    void awaitEnd(String id, String end) {
        Journeys.await().until(() -> end(id), end::equals);
    }

    @Override
    public void close() throws IOException {
        template.close();
        routes.close();
    }
}
