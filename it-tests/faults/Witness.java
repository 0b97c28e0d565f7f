package faults;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import harness.Database;

/**
 * Notes in each database what is committed there, by triggers, so within the very transactions: the facts that an outbox was given,
 * which are gone from it when they are published, and which process has been at work.
 */
final class Witness {

    /** The job of taking rows from an outbox. */
    static final String RELAY = "relay";
    /** The job of receiving messages. */
    static final String INBOX = "inbox";

    private Witness() {
    }

    static void install(Database database) {
        database.update("""
                CREATE TABLE fact (id bigint, message_id text PRIMARY KEY, destination text, message_key text);
                CREATE FUNCTION note_fact() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  -- a message that comes back from outbox_parked is the fact that it was
                  INSERT INTO fact VALUES (NEW.id, NEW.message_id, NEW.destination, NEW.message_key) ON CONFLICT DO NOTHING;
                  RETURN NULL;
                END $$;
                CREATE TRIGGER note_fact AFTER INSERT ON outbox_message FOR EACH ROW EXECUTE FUNCTION note_fact();

                CREATE TABLE activity (name text, job text, at timestamptz);
                CREATE INDEX activity_by_time ON activity (at);
                CREATE FUNCTION note_activity() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  INSERT INTO activity VALUES (current_setting('application_name'), TG_ARGV[0], clock_timestamp());
                  RETURN NULL;
                END $$;
                CREATE TRIGGER note_relay AFTER DELETE ON outbox_message FOR EACH STATEMENT EXECUTE FUNCTION note_activity('relay');
                CREATE TRIGGER note_inbox AFTER INSERT ON inbox_message FOR EACH STATEMENT EXECUTE FUNCTION note_activity('inbox')
                """);
    }

    /** Every message that a transaction has committed to the outbox, in the order of their ids. */
    static List<Map<String, Object>> facts(Database database) {
        return database.rows("SELECT id, message_id, destination, message_key FROM fact ORDER BY id");
    }

    /** Who has committed something since then, each as {@code name job}. */
    static Set<String> active(Database database, Instant since) {
        Set<String> active = new TreeSet<>();
        database.rows("SELECT DISTINCT name, job FROM activity WHERE at > CAST(? AS timestamptz)", since.toString())
                .forEach(row -> active.add(row.get("name") + " " + row.get("job")));
        return active;
    }
}
