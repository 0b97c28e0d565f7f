package mutants;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Routes;
import harness.Servers;
import harness.Topic;

/** Bank B with its topic: the receiver, its handler and its database, which does not itself refuse to book a transfer twice. */
final class BankB {

    final Database database;
    final Topic topic = Topic.create(Servers.kafka(), 1);
    final Map<String, String> settings = new LinkedHashMap<>();
    private final Pack pack;

    BankB(Pack pack) {
        this.pack = pack;
        database = pack.database("schema.sql", "example-bank-b.sql");
        database.update("ALTER TABLE ledger_entry DROP CONSTRAINT transfer_is_booked_once");
        database.update("INSERT INTO account (id, balance) VALUES ('b-1', 0)");
        database.update("CREATE SEQUENCE attempt");
        settings.put("bank-b.jdbc-url", database.url());
        settings.put("bank-b.user", "postgres");
        settings.put("camel.main.shutdown-timeout", "5");
        settings.put("kafka.brokers", topic.kafka().brokers());
        settings.put("outbox.destination.transfer.requested", topic.name());
        settings.put("outbox.destination." + topic.name() + ".dead", topic.name() + ".dead");
        settings.put("operate.data-source", "bankB");
        settings.put("inbox.outage-delay", "100");
        settings.put("inbox.immediate-delay", "50ms");
        settings.put("inbox.retry.first-delay", "200ms");
        settings.put("inbox.retry.delay", "200ms");
        settings.put("inbox.retry.poll-max-delay", "100");
    }

    Routes start(String... more) {
        String[] files = new String[more.length + 2];
        System.arraycopy(more, 0, files, 2, more.length);
        files[0] = "bank-b-credit-transfer.camel.yaml";
        files[1] = "bank-b-book-credit.camel.yaml";
        return pack.start(settings, files);
    }

    void request(String key, String messageId, String transferId) {
        topic.send(key, "{\"transferId\":\"%s\",\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":10.00}".formatted(transferId),
                Map.of("ce_id", messageId, "ce_type", "transfer.requested", "content-type", "application/json"));
    }

    /** Lets the handler's own statement fail, in the database, while the condition holds; {@code nextval('attempt')} counts. */
    void fail(String condition) {
        raise(condition, "P0001");
    }

    /** The same with an error that says that the server is going away. */
    void outage(String condition) {
        raise(condition, "57P01");
    }

    private void raise(String condition, String state) {
        database.update("""
                CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF %s THEN RAISE EXCEPTION 'refused by the test' USING ERRCODE = '%s'; END IF; RETURN NEW; END $$;
                CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse()
                """.formatted(condition, state));
    }

    long attempts() {
        return (Long) database.value("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM attempt");
    }

    /** The transfers that are booked, in order, each as often as it is. */
    List<Object> booked() {
        return database.rows("SELECT transfer_id FROM ledger_entry ORDER BY id").stream().map(row -> row.get("transfer_id")).toList();
    }

    List<Object> parked() {
        return database.rows("SELECT message_id FROM inbox_parked ORDER BY id").stream().map(row -> row.get("message_id")).toList();
    }

    /** Those that wait behind another of their key, and none of the key is left that does not wait. */
    List<Object> stuck() {
        return database.rows("""
                SELECT f.message_id FROM inbox_parked f
                WHERE f.behind AND NOT EXISTS (SELECT 1 FROM inbox_parked h WHERE h.message_key = f.message_key AND NOT h.behind)
                ORDER BY f.id""").stream().map(row -> row.get("message_id")).toList();
    }

    List<Object> dead() {
        return database.rows("SELECT message_id FROM dead_letter ORDER BY id").stream().map(row -> row.get("message_id")).toList();
    }
}
