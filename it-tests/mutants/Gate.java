package mutants;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import harness.Database;

/** Holds transactions in their work or at their commit, from outside: a trigger waits for an advisory lock that the test has. */
final class Gate implements AutoCloseable {

    private final Database database;
    private final Connection connection;

    private Gate(Database database, String event, String time, String condition) throws SQLException {
        this.database = database;
        connection = database.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN PERFORM pg_advisory_xact_lock_shared(4712); RETURN NULL; END $$;
                    CREATE CONSTRAINT TRIGGER wait_at_gate AFTER %s
                    DEFERRABLE INITIALLY %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION wait_at_gate();
                    SELECT pg_advisory_lock(4712)
                    """.formatted(event, time, condition));
        }
    }

    /**
     * @param event     for example {@code DELETE ON outbox_message}
     * @param condition which rows, for example {@code OLD.message_key = 'k'}
     */
    static Gate atStatement(Database database, String event, String condition) throws SQLException {
        return new Gate(database, event, "IMMEDIATE", condition);
    }

    static Gate atCommit(Database database, String event, String condition) throws SQLException {
        return new Gate(database, event, "DEFERRED", condition);
    }

    /** Returns when a transaction is held. */
    Gate awaitHeld() {
        Verdict.await().until(() -> database.waiting("advisory") > 0);
        return this;
    }

    /** Transactions that have written something, or are about to, and have not ended. */
    static long writing(Database database) {
        return (Long) database.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL");
    }

    /** Lets all pass. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
