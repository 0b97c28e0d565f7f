package io.reliableroutes.start;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

import io.reliableroutes.support.ConfigurationException;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;

/**
 * Notices a pooler between the process and its database, such as PgBouncer, that gives each transaction another session. What a session keeps is
 * then somebody else's: prepared statements, its isolation, advisory locks.
 */
final class PoolerCheck {

    private final DataSource dataSource;
    private final String database;
    private final boolean xa;

    /**
     * @param database how messages call it, not null
     * @param xa       whether it takes part in XA transactions
     */
    PoolerCheck(DataSource dataSource, String database, boolean xa) {
        this.dataSource = dataSource;
        this.database = database;
        this.xa = xa;
    }

    /**
     * @param  connection             to look at, not null
     * @param  isolation              what a session of the database has by itself, not null
     * @throws ConfigurationException if the process could not work with what is between
     */
    void check(Connection connection, String isolation) throws SQLException {
        // a pooler tells a client a number of its own
        if (!connection.isWrapperFor(PGConnection.class) || connection.unwrap(PGConnection.class).getBackendPID() == session(connection)) {
            return;
        }
        try (PreparedStatement named = connection.prepareStatement("SELECT pg_backend_pid()")) {
            if (connection.unwrap(PGConnection.class).getPrepareThreshold() != 0) {
                named.unwrap(PGStatement.class).setPrepareThreshold(1);
            }
            checkShared(named, isolation);
        } catch (SQLException e) {
            int threshold = connection.unwrap(PGConnection.class).getPrepareThreshold();
            if (e.getSQLState() == null) {
                // the pool has no second connection to look with
                return;
            }
            if (threshold == 0 || e.getSQLState().startsWith("08")) {
                throw e;
            }
            throw new ConfigurationException(database + " is behind a pooler that gives each transaction another session, and prepareThreshold (" + threshold
                    + ") is not 0: statements fail, or are others, that were prepared in another one (" + e.getMessage() + "). Add prepareThreshold=0 to the "
                    + "JDBC URL.");
        }
    }

    private void checkShared(PreparedStatement named, String isolation) throws SQLException {
        int first = session(named);
        try (Connection other = dataSource.getConnection(); Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            try (ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
                row.next();
                if (row.getInt(1) != first) {
                    // each client has a session of its own
                    return;
                }
                checkSettings(isolation);
                // the other one has the session, so this gets another, where the statement may be none or another one
                session(named);
            } finally {
                other.rollback();
                other.setAutoCommit(true);
            }
        }
    }

    private void checkSettings(String isolation) {
        if (xa) {
            throw new ConfigurationException(database + " is behind a pooler that gives each transaction another session, and takes part in XA: the lock "
                    + "of xa.node-identifier would be anybody's, and two processes could finish each other's transactions. Let the JDBC URL name the "
                    + "server itself.");
        }
        if (!isolation.equals("read committed")) {
            throw new ConfigurationException(database + " is behind a pooler that gives each transaction another session, and default_transaction_isolation is "
                    + isolation + ": who waits for a lock would not see what it guarded. ALTER ROLE … SET default_transaction_isolation = 'read committed'.");
        }
    }

    private static int session(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_backend_pid()")) {
            return session(statement);
        }
    }

    private static int session(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }
}
