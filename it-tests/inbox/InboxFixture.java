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
        settings.put("outbox.destination." + topic.name() + ".dead", topic.name() + ".dead");
        settings.put("inbox.outage-delay", "500");
        settings.put("inbox.retry.first-delay", "1s");
        settings.put("inbox.retry.delay", "500ms");
        settings.put("inbox.retry.poll-max-delay", "200");
        return settings;
    }

    Routes start() {
        return start(settings());
    }

    Routes start(Map<String, String> settings) {
        return Routes.start(settings, "bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml");
    }

    /** A request to credit 10.00, as bank A's relay sends it. */
    void request(String messageId, String transferId) {
        request("a-1", messageId, transferId);
    }

    void request(String key, String messageId, String transferId) {
        topic.send(key, body(transferId), headers(messageId));
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
        assertThat(bankB.count("outbox_message WHERE destination NOT LIKE '%.dead'")).as("answers").isEqualTo(credits);
    }

    /** Lets the handler's own statement fail, in the database, while the condition holds. */
    void failBookings(String condition) {
        bankB.update("""
                CREATE SEQUENCE IF NOT EXISTS attempt;
                CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF %s THEN RAISE EXCEPTION 'refused by the test'; END IF; RETURN NEW; END $$;
                CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse()
                """.formatted(condition));
    }
}
