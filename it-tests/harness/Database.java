package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One service's database, seen from outside: plain JDBC, nothing of the pack. */
public record Database(String url) {

    private static final Path SQL = Java.root().resolve("src/main/resources/sql/postgresql");

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url, "postgres", "");
    }

    /** Applies the shipped files, for example {@code schema.sql}. */
    public Database apply(String... files) {
        return applyTexts(texts(files));
    }

    Database applyTexts(List<String> texts) {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            for (String text : texts) {
                statement.execute(text);
            }
            return this;
        } catch (SQLException e) {
            throw new IllegalStateException("cannot be applied to " + url + ": " + String.join("\n", texts), e);
        }
    }

    static List<String> texts(String... files) {
        List<String> texts = new ArrayList<>();
        try {
            for (String file : files) {
                texts.add(Files.readString(SQL.resolve(file)));
            }
            return texts;
        } catch (IOException e) {
            throw new IllegalStateException(String.join(", ", files), e);
        }
    }

    /** Statements that leave nothing behind in their session, as SET would: others get it. */
    public int update(String sql, Object... parameters) {
        try {
            int rows = Sessions.with(this, connection -> {
                try (PreparedStatement statement = prepare(connection, sql, parameters)) {
                    statement.execute();
                    return statement.getUpdateCount();
                }
            });
            if (sql.startsWith("ALTER ")) {
                // a setting of a database or a role is one of new sessions
                Sessions.end(this);
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    public List<Map<String, Object>> rows(String sql, Object... parameters) {
        try {
            return Sessions.with(this, connection -> {
                try (PreparedStatement statement = prepare(connection, sql, parameters); ResultSet result = statement.executeQuery()) {
                    return rows(result);
                }
            });
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** What is left of a result, each row by the labels of its columns. */
    public static List<Map<String, Object>> rows(ResultSet result) throws SQLException {
        List<Map<String, Object>> rows = new ArrayList<>();
        while (result.next()) {
            Map<String, Object> row = new LinkedHashMap<>();
            for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                row.put(result.getMetaData().getColumnLabel(i), result.getObject(i));
            }
            rows.add(row);
        }
        return rows;
    }

    /** The only value of the only row. */
    public Object value(String sql, Object... parameters) {
        return rows(sql, parameters).get(0).values().iterator().next();
    }

    public long count(String table) {
        return (Long) value("SELECT count(*) FROM " + table);
    }

    /** Sessions of this database that wait for a lock of a kind: {@code advisory} at a gate, {@code transactionid} for another transaction. */
    public long waiting(String event) {
        return (Long) value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = ?", event);
    }

    /** Sessions of this database that wait for a lock. */
    public long waiting() {
        return count("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
    }

    /** Ends all sessions and takes no new ones, as a server that is restarted, until that is closed. */
    public Outage outage() {
        Database other = new Database(url.replaceFirst("/[^/?]+(\\?.*)?$", "/postgres"));
        String name = url.replaceFirst(".*/([^/?]+).*", "$1");
        other.update("ALTER DATABASE \"" + name + "\" ALLOW_CONNECTIONS false");
        other.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?", name);
        return () -> other.update("ALTER DATABASE \"" + name + "\" ALLOW_CONNECTIONS true");
    }

    /** What ends an outage. */
    public interface Outage extends AutoCloseable {

        @Override
        void close();
    }

    /** Adds an outbox row as a service written in any language would. */
    public void insertOutbox(String destination, String key, String payload) {
        update("INSERT INTO outbox_message (destination, message_key, type, payload) VALUES (?, ?, ?, convert_to(?, 'UTF8'))",
                destination, key, destination, payload);
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object[] parameters) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }
}
