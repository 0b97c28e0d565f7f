package harness;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Holds transactions at their commit, from outside: a deferred trigger waits there for an advisory lock that the test has. For those
 * that delete from the outbox that is the moment between "the broker has acknowledged" and "the database has committed".
 */
public final class CommitGate implements AutoCloseable {

    private final Connection connection;

    /** Holds relays. */
    public CommitGate(Database database) {
        this(database, "DELETE", "outbox_message");
    }

    /** Holds transactions that INSERT into, or DELETE from, a table. */
    public CommitGate(Database database, String event, String table) {
        try {
            connection = database.connect();
            try (Statement statement = connection.createStatement()) {
                statement.execute("""
                        CREATE OR REPLACE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END $$;
                        DROP TRIGGER IF EXISTS wait_at_commit ON %2$s;
                        CREATE CONSTRAINT TRIGGER wait_at_commit AFTER %1$s ON %2$s
                        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_commit();
                        SELECT pg_advisory_lock(4711)
                        """.formatted(event, table));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets all commits pass. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
