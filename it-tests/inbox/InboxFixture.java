package inbox;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Bank B with its topic: the shipped receiver, its handler and its database. */
final class InboxFixture {

    static final String CONSUMER = "bank-b-credit-transfer";

    final Database bankB = Servers.database().apply("schema.sql", "example-bank-b.sql");
    final Topic topic = Topic.create(Servers.kafka(), 1);

    InboxFixture() {
        bankB.update("INSERT INTO account (id, balance) VALUES ('b-1', 0)");
    }

    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("bank-b.jdbc-url", bankB.url());
        settings.put("bank-b.user", "postgres");
        settings.put("kafka.brokers", topic.kafka().brokers());
        settings.put("outbox.destination.transfer.requested", topic.name());
        settings.put("inbox.outage-delay", "500");
        return settings;
    }

    Routes start() {
        return Routes.start(settings(), "bank-b-credit-transfer.camel.yaml");
    }

    /** A request to credit 10.00, as bank A's relay sends it. */
    void request(String messageId, String transferId) {
        topic.send("a-1", body(transferId), headers(messageId));
    }

    static String body(String transferId) {
        return "{\"transferId\":\"%s\",\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":10.00}".formatted(transferId);
    }

    static Map<String, String> headers(String messageId) {
        return Map.of("ce_id", messageId, "ce_type", "transfer.requested", "content-type", "application/json");
    }

    /** The transfers that bank B has booked, in order. */
    List<Object> booked() {
        return bankB.rows("SELECT transfer_id FROM ledger_entry ORDER BY id").stream().map(row -> row.get("transfer_id")).toList();
    }

    List<Map<String, Object>> deadLetters() {
        return bankB.rows("""
                SELECT message_id, topic_offset, attempts, error_class, error_message, convert_from(payload, 'UTF8') AS payload
                FROM dead_letter ORDER BY topic_offset""");
    }

    void awaitBooked(String... transferIds) {
        await().untilAsserted(() -> assertThat(booked()).as("booked; dead letters: %s", deadLetters()).containsExactly((Object[]) transferIds));
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100));
    }

    /** Fails unless the balance is what so many credits make, and each has its answer in the outbox. */
    void assertEffects(int credits) {
        assertThat(bankB.value("SELECT (balance * 100)::integer FROM account WHERE id = 'b-1'")).as("balance").isEqualTo(credits * 1000);
        assertThat(bankB.count("outbox_message")).as("answers").isEqualTo(credits);
    }
}
