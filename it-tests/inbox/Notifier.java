package inbox;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

import harness.Database;
import harness.Downstream;
import harness.Planted;
import harness.Routes;
import harness.Servers;
import harness.Topic;

/** The shipped notifier with its topic and a notification service that behaves as a test says, failures retried soon. */
final class Notifier implements AutoCloseable {

    static final String CONSUMER = "notifier-send-notification";
    /** As of many a service: what lets one in is in the path, or in the query. */
    static final String PATH = "/v1/" + Planted.secret("path") + "?key=" + Planted.secret("query");

    final Database database = Servers.database("schema.sql", "example-notifier.sql");
    final Topic topic;
    final Map<String, String> settings = new LinkedHashMap<>();
    private final Downstream service;

    Notifier(Downstream.Behaviour behaviour) throws IOException {
        this(1, behaviour);
    }

    Notifier(int partitions, Downstream.Behaviour behaviour) throws IOException {
        topic = Topic.create(Servers.kafka(), partitions);
        service = new Downstream(0, behaviour);
        settings.put("database.notifier.url", database.url());
        settings.put("database.notifier.user", "postgres");
        settings.put("notifier.service-url", "http://localhost:" + service.port() + PATH);
        settings.put("notifier.service-timeout", "500");
        settings.put("kafka.brokers", topic.kafka().brokers());
        settings.put("outbox.destination.transfer.settled", topic.name());
        settings.put("inbox.dead-letter-topic", "false");
        settings.put("inbox.immediate-delay", "20ms");
        settings.put("inbox.outage-delay", "100ms");
        settings.put("inbox.retry.poll-max-delay", "100ms");
    }

    /** An event of a transfer that has ended; message and transfer have the same id. */
    void settled(String account, String id) {
        topic.send(account, "{\"transferId\":\"%s\",\"from\":\"%s\",\"to\":\"b-1\",\"amount\":1,\"status\":\"COMPLETED\",\"note\":\"%s\"}".formatted(id, account, Planted.PAYLOAD),
                Map.of("ce_source", "test", "ce_id", id, "ce_type", "transfer.settled"));
    }

    Routes start() {
        return Routes.start(settings, "notifier-send-notification.camel.yaml", "notifier-tell-customer.camel.yaml");
    }

    long open(String kind) {
        return database.count("incident WHERE kind = '" + kind + "' AND ended_at IS NULL");
    }

    @Override
    public void close() {
        service.close();
    }
}
