package saga;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import harness.Database;
import org.awaitility.Awaitility;

/** Holds transactions that change certain rows at their commit, until it lets them pass or they are gone. */
public final class KillGate implements AutoCloseable {

    private static int gates;

    private final Database database;
    private final Connection connection;
    private final String name;
    private final String table;

    public KillGate(Database database, String event, String rows) throws SQLException {
        this.database = database;
        name = "kill_gate_" + ++gates;
        table = event.replaceFirst(".* ON ", "");
        connection = database.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    CREATE OR REPLACE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN PERFORM pg_advisory_xact_lock_shared(4713); RETURN NULL; END $$;
                    CREATE CONSTRAINT TRIGGER %s AFTER %s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (%s) EXECUTE FUNCTION wait_at_gate();
                    SELECT pg_advisory_lock(4713)
                    """.formatted(name, event, rows));
        }
    }

    private long held() {
        return database.waiting("advisory");
    }

    /** Returns when a transaction is held. */
    public void awaitHeld() {
        Awaitility.await("a transaction at the gate").atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(20)).until(() -> held() > 0);
    }

    /** Lets all pass, and returns when what was held has committed. */
    public void pass() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_unlock(4713)");
        }
        Awaitility.await("a commit").atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(5)).until(() -> held() == 0);
    }

    /** What a process has held that is dead is rolled back first. */
    @Override
    public void close() throws SQLException {
        Awaitility.await("the end of a dead session").atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(20)).until(() -> held() == 0);
        connection.close();
        database.update("DROP TRIGGER " + name + " ON " + table);
    }
}
