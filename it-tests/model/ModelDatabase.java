package model;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Servers;

/**
 * The shipped schema on a real PostgreSQL, one database for all histories. Its {@code now()} is the history's clock: the schema and the
 * statements find that function before PostgreSQL's own, so nothing depends on how fast a machine is, and time passes when a history says so.
 */
final class ModelDatabase {

    private static ModelDatabase database;

    private final String url;
    private final Connection outside;

    private ModelDatabase() throws SQLException {
        Database empty = Servers.database();
        String name = empty.url().replaceFirst(".*/", "");
        empty.update("CREATE SCHEMA model");
        empty.update("""
                CREATE FUNCTION model.now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
                SELECT CAST(current_setting('model.now') AS timestamptz)
                $$""");
        for (String setting : List.of("search_path = model, pg_catalog", "\"model.now\" = '2027-01-01T00:00:00Z'", "jit = off", "deadlock_timeout = '1ms'")) {
            empty.update("ALTER DATABASE " + name + " SET " + setting);
        }
        url = new Database(empty.url()).apply("schema.sql").url();
        outside = connect();
        empty.update("CREATE TABLE effect (identity text NOT NULL)");
    }

    static synchronized ModelDatabase get() {
        try {
            database = database == null ? new ModelDatabase() : database;
            return database;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url + "?prepareThreshold=2", "postgres", "");
    }

    void empty() throws SQLException {
        try (Statement statement = outside.createStatement()) {
            statement.execute("""
                    TRUNCATE outbox_message, outbox_parked, outbox_closed, outbox_sent, inbox_message, inbox_parked, inbox_position, dead_letter, dead_letter_audit, incident, saga, saga_step, effect
                      RESTART IDENTITY
                    """);
        }
    }

    /** What everybody sees. */
    List<Map<String, Object>> rows(String sql) throws SQLException {
        try (PreparedStatement statement = outside.prepareStatement(sql)) {
            return Database.rows(statement.executeQuery());
        }
    }

    /** True if a session waits for a lock of another. */
    boolean waits(int pid) throws SQLException {
        return (Boolean) rows("SELECT cardinality(pg_blocking_pids(" + pid + ")) > 0 AS waits").get(0).get("waits");
    }

    /** A transaction of now begins with its first statement. The seed makes {@code random()} the same in each run of a history. */
    static void begin(Connection connection, Instant now, double seed) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT set_config('model.now', ?, true), setseed(?)")) {
            statement.setString(1, now.toString());
            statement.setDouble(2, seed);
            statement.execute();
        }
    }
}
