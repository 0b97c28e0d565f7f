package io.reliableroutes.jms;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Timestamp;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

import io.reliableroutes.support.DatabaseText;
import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.MessageIdentity;
import io.reliableroutes.support.SqlFile;
import jakarta.transaction.InvalidTransactionException;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import org.apache.camel.CamelContext;

/**
 * What the messages of a consumer have failed with, in {@code inbox_attempt}. A broker counts deliveries, and an outage or a crash is a
 * delivery too; a process forgets. A failed attempt is recorded behind the rollback, in a transaction of its own.
 */
final class JmsAttempts {

    private static final String PROCESS = UUID.randomUUID().toString();
    private static final int STATEMENT_SECONDS = 10;

    private final CamelContext context;
    private final DataSource dataSource;
    private final String consumer;
    private final String take;
    private final String takeAll;
    private final String begin;
    private final String fail;
    private final String forget;
    private final String interrupt;

    /** @param dataSource of the inbox, not null */
    JmsAttempts(CamelContext context, DataSource dataSource, String consumer) {
        this.context = context;
        this.dataSource = dataSource;
        this.consumer = consumer;
        this.take = SqlFile.load(context, "take-inbox-attempt.sql");
        this.takeAll = SqlFile.load(context, "take-inbox-attempts.sql");
        this.begin = SqlFile.load(context, "begin-inbox-attempt.sql");
        this.fail = SqlFile.load(context, "fail-inbox-attempt.sql");
        this.forget = SqlFile.load(context, "forget-inbox-attempt.sql");
        this.interrupt = SqlFile.load(context, "interrupt-inbox-attempt.sql");
    }

    /** In the current transaction: what is recorded of a message, or null, which is the usual case. It is gone if that commits. */
    Record take(MessageIdentity message) throws SQLException {
        try (Connection connection = connect(); PreparedStatement statement = prepare(connection, take, message);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? new Record(row.getInt(1), row.getInt(2), row.getInt(3), row.getBoolean(4), row.getString(5), row.getString(6),
                    row.getTimestamp(7)) : null;
        }
    }

    /** The same for several: what an outage has left is gone if the transaction commits. Refuses if one of them has failed, or a process has died with it. */
    void takeUnfailed(List<MessageIdentity> messages) throws SQLException {
        try (Connection connection = connect(); PreparedStatement statement = connection.prepareStatement(takeAll)) {
            statement.setQueryTimeout(STATEMENT_SECONDS);
            statement.setString(1, consumer);
            statement.setArray(2, connection.createArrayOf("text", messages.stream().map(MessageIdentity::source).toArray()));
            statement.setArray(3, connection.createArrayOf("text", messages.stream().map(MessageIdentity::id).toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    if (rows.getBoolean(2)) {
                        throw new IllegalStateException("message " + rows.getString(1) + " has failed before and is handled alone");
                    }
                }
            }
        }
    }

    /** This process handles a message that was delivered before: if it dies meanwhile, the next delivery knows. */
    void begin(MessageIdentity message) throws SQLException {
        alone(begin, message, PROCESS);
    }

    /**
     * An attempt has failed. If another consumer has done the message meanwhile, nothing of it is kept.
     *
     * @param since     when the message was delivered, {@link System#nanoTime}
     * @param attempts  it counts for, 0 or more
     * @param keepings  1 if the message was to be parked or buried, and that has failed, else 0
     * @param permanent true if no further attempt can help
     */
    void fail(MessageIdentity message, long since, int attempts, int keepings, boolean permanent, Throwable error) throws SQLException {
        alone(fail, message, attempts, keepings, permanent, error.getClass().getName(),
                DatabaseText.ofKnown(context, dataSource).cut(FailureText.message(error, 4000), 4000));
        alone(forget, message, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since));
    }

    /** An outage has ended a delivery: no attempt, and no crash. */
    void interrupt(MessageIdentity message) throws SQLException {
        alone(interrupt, message);
    }

    private void alone(String sql, MessageIdentity message, Object... more) throws SQLException {
        TransactionManager manager = context.getRegistry().findSingleByType(TransactionManager.class);
        try {
            Transaction suspended = manager.suspend();
            try (Connection connection = connect(); PreparedStatement statement = prepare(connection, sql, message, more)) {
                statement.executeUpdate();
            } finally {
                if (suspended != null) {
                    manager.resume(suspended);
                }
            }
        } catch (SystemException | InvalidTransactionException e) {
            throw new SQLTransientConnectionException(e.getMessage(), e);
        }
    }

    private PreparedStatement prepare(Connection connection, String sql, MessageIdentity message, Object... more) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout(STATEMENT_SECONDS);
        statement.setString(1, consumer);
        statement.setString(2, message.source());
        statement.setString(3, message.id());
        for (int i = 0; i < more.length; i++) {
            statement.setObject(4 + i, more[i]);
        }
        return statement;
    }

    /** A failure here is an outage, whatever the server calls it. */
    private Connection connect() throws SQLException {
        try {
            return dataSource.getConnection();
        } catch (SQLException e) {
            throw new SQLTransientConnectionException(e.getMessage(), e.getSQLState(), e);
        }
    }

    /**
     * @param attempts      that have failed
     * @param keepings      attempts to park or bury it that have failed
     * @param crashes       processes that have died while they handled it
     * @param permanent     no further attempt can help
     * @param errorClass    of the last failed attempt, null if none has failed
     * @param errorMessage  likewise
     * @param firstFailedAt when the first one has failed, null if none has
     */
    record Record(int attempts, int keepings, int crashes, boolean permanent, String errorClass, String errorMessage, Timestamp firstFailedAt) {
    }
}
