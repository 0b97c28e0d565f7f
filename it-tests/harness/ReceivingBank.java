package harness;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Bank B with its topic: its database with one account, and the settings that make the shipped receiver connect them. */
public class ReceivingBank {

    public final Database database;
    public final Topic topic;
    public final Map<String, String> settings = new LinkedHashMap<>();

    public ReceivingBank() {
        this(Servers.database("schema.sql", "example-bank-b.sql"));
    }

    /** @param database with the schema of bank B, and empty */
    public ReceivingBank(Database database) {
        this(database, Servers.kafka());
    }

    public ReceivingBank(Database database, Kafka kafka) {
        this.database = database;
        this.topic = Topic.create(kafka, 1);
        database.update("INSERT INTO account (id, balance) VALUES ('b-1', 0)");
        database.update("CREATE SEQUENCE attempt");
        settings.put("database.bank-b.url", database.url());
        settings.put("database.bank-b.user", "postgres");
        settings.put("kafka.brokers", topic.kafka().brokers());
        settings.put("outbox.destination.transfer.requested", topic.name());
        settings.put("outbox.destination." + topic.name() + ".dead", topic.name() + ".dead");
    }

    /** A request to credit 10.00, as bank A's relay sends it. */
    public void request(String key, String messageId, String transferId) {
        topic.send(key, body(transferId), headers(messageId));
    }

    public static String body(String transferId) {
        return "{\"transferId\":\"%s\",\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":10.00,\"note\":\"%s\"}".formatted(transferId, Planted.PAYLOAD);
    }

    public static Map<String, String> headers(String messageId) {
        return Map.of("ce_id", messageId, "ce_source", "bank-a", "ce_type", "transfer.requested", "content-type", "application/json");
    }

    /** Lets the handler's own statement fail, in the database, while the condition holds; {@code nextval('attempt')} counts. */
    public void fail(String condition) {
        raise(condition, "P0001");
    }

    /** The same with an error that says that the server is going away. */
    public void outage(String condition) {
        raise(condition, "57P01");
    }

    private void raise(String condition, String state) {
        database.update("""
                CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF %s THEN RAISE EXCEPTION 'refused by the test' USING ERRCODE = '%s'; END IF; RETURN NEW; END $$;
                CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse()
                """.formatted(condition, state));
    }

    /** How many attempts the conditions have counted: a sequence does not roll back. */
    public long attempts() {
        return (Long) database.value("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM attempt");
    }

    /** The transfers that are booked, in order, each as often as it is. */
    public List<Object> booked() {
        return database.rows("SELECT transfer_id FROM ledger_entry ORDER BY id").stream().map(row -> row.get("transfer_id")).toList();
    }

    public static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(100));
    }
}
