package mutants;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Routes;
import harness.Servers;
import harness.Topic;

/** An outbox and a topic: bank-a-relay and bank-b-relay are two relays of it. */
final class Outbox {

    /** Of another shard and of another partition than the key {@code k}. */
    static final String OTHER = "q";

    final Database database;
    final Topic topic = new Topic(Servers.kafka(), Servers.name("topic"));
    final Map<String, String> settings = new LinkedHashMap<>();
    private final Pack pack;

    /** @param limits of the topic, for example {@code max.message.bytes} */
    Outbox(Pack pack, Map<String, String> limits) throws Exception {
        this.pack = pack;
        database = pack.database("schema.sql", "example-bank-a.sql");
        topic.kafka().createTopics(2, limits, topic.name());
        for (String bank : List.of("bank-a", "bank-b")) {
            settings.put("database." + bank + ".url", database.url());
            settings.put("database." + bank + ".user", "postgres");
        }
        settings.put("camel.main.shutdown-timeout", "5");
        settings.put("kafka.brokers", topic.kafka().brokers());
        settings.put("outbox.destination.transfer.requested", topic.name());
        settings.put("outbox.relay.poll-max-delay", "100ms");
        settings.put("outbox.relay.outage-max-delay", "1000ms");
        settings.put("outbox.retry.poll-max-delay", "100ms");
        // what is refused waits until the test says that it is due
        settings.put("outbox.immediate-attempts", "1");
        settings.put("outbox.retry.first-delay", "1h");
        settings.put("outbox.relay.producer-batch-size", "1000");
    }

    Routes start(String... files) {
        return pack.start(settings, files);
    }

    void insert(String key, String body) {
        database.insertOutbox("transfer.requested", key, body);
    }

    void awaitPublished(String body) {
        Verdict.await().until(() -> published().contains(body));
    }

    /** What is in the topic, without the filling of large bodies. */
    List<String> published() {
        return topic.bodies().stream().map(String::trim).toList();
    }

    /** What is parked for a reason. */
    List<Object> parked(String reason) {
        return database.rows("SELECT btrim(convert_from(payload, 'UTF8')) AS body FROM outbox_parked WHERE reason = ? ORDER BY id", reason)
                .stream().map(row -> row.get("body")).toList();
    }

    /** What waits behind a message, and no message of its key is there that anybody would send. */
    List<Object> behindNobody() {
        return database.rows("""
                SELECT btrim(convert_from(payload, 'UTF8')) AS body FROM outbox_parked p
                WHERE reason = 'BEHIND' AND NOT EXISTS (
                  SELECT 1 FROM outbox_parked h WHERE h.message_key = p.message_key AND h.id < p.id AND h.reason IN ('REFUSED', 'RELEASED', 'CLOSED'))
                ORDER BY id""").stream().map(row -> row.get("body")).toList();
    }
}
