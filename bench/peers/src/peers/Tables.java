package peers;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A database in plain JDBC, with a session for each thread. */
final class Tables {

    private final String url;
    private final ThreadLocal<Connection> sessions = ThreadLocal.withInitial(this::connect);

    Tables(Outbox.Servers servers) {
        url = servers.database();
    }

    private Connection connect() {
        try {
            Connection connection = DriverManager.getConnection(url, "postgres", "");
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    Connection session() {
        return sessions.get();
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = session().createStatement()) {
            statement.execute(sql);
        }
        session().commit();
    }

    /** Two numbers of the first row, as {@link Outbox#state()} has them. */
    String state(String query) throws SQLException {
        try (Statement statement = session().createStatement(); ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getInt(1) + " " + row.getInt(2);
        } finally {
            session().commit();
        }
    }
}
