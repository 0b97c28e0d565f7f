package relay;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Kafka;
import harness.Servers;
import harness.Topic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** An outbox, a topic and the settings that make the shipped relays connect them. */
final class RelayFixture {

    final Database database = Servers.database("schema.sql");
    final Topic topic;

    RelayFixture() {
        this(Servers.kafka());
    }

    RelayFixture(Kafka kafka) {
        topic = Topic.create(kafka, 4);
    }

    /** For bank-a-relay and bank-b-relay alike, which makes them two relays of one outbox. */
    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String bank : List.of("bank-a", "bank-b")) {
            settings.put("database." + bank + ".url", database.url());
            settings.put("database." + bank + ".user", "postgres");
        }
        settings.put("kafka.brokers", topic.kafka().brokers());
        settings.put("outbox.destination.transfer.requested", topic.name());
        settings.put("outbox.relay.metadata-timeout", "3000ms");
        settings.put("outbox.relay.outage-max-delay", "1000ms");
        return settings;
    }

    void insert(String key, String body) {
        database.insertOutbox("transfer.requested", key, body);
    }

    /** Rows with the bodies 1, 2, 3 … for each of so many keys, the keys in turn. */
    void insertMany(int rows, int keys) {
        database.update("""
                INSERT INTO outbox_message (destination, message_key, type, payload)
                SELECT 'transfer.requested', 'k' || i % ?, 'transfer.requested', convert_to((i / ? + 1)::text, 'UTF8')
                FROM generate_series(0, ? - 1) AS i
                """, keys, keys, rows);
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(100));
    }

    void awaitEmpty() {
        await().untilAsserted(() -> assertThat(database.count("outbox_message")).as("rows in the outbox").isZero());
    }

    /** Fails unless the first delivery of each body of a key comes after those of all smaller ones. */
    static void assertOrderPerKey(List<ConsumerRecord<String, byte[]>> records) {
        Map<String, Integer> last = new LinkedHashMap<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            int number = Integer.parseInt(new String(record.value()));
            int next = last.getOrDefault(record.key(), 0) + 1;
            assertThat(number).as("key %s, partition %d, offset %d", record.key(), record.partition(), record.offset())
                    .isLessThanOrEqualTo(next);
            last.merge(record.key(), number, Math::max);
        }
    }
}
