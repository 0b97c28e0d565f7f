package io.reliableroutes.xa;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

import io.reliableroutes.database.LocalDataSource;
import io.reliableroutes.database.PostgresPool;
import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.PublicText;

/**
 * A session of this process in a database that holds the advisory lock of its node identifier: no other live process works, or
 * recovers, under the same name. The same session tells whether the database can be reached.
 */
final class XaNodeLock implements XaLock {

    /** First half of the advisory lock's key: "rrxa" as four bytes. */
    private static final int LOCK_CLASS = 0x72727861;
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Tells sessions of this process from those of another one; PostgreSQL cuts application names at 63 bytes. */
    private static final String PROCESS = HexFormat.of().toHexDigits(new SecureRandom().nextLong());

    private final String nodeIdentifier;
    private final LocalDataSource database;
    private final Properties settings = new Properties();
    private Connection session;
    private long lastLook;
    private String problem;
    private boolean closed;

    XaNodeLock(String nodeIdentifier, LocalDataSource database) {
        this.nodeIdentifier = nodeIdentifier;
        this.database = database;
        settings.setProperty("connectTimeout", "5");
        settings.setProperty("socketTimeout", "5");
        settings.setProperty("tcpKeepAlive", "true");
        // the server lets go of the lock soon after this host is lost
        settings.setProperty("options", "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3");
        settings.setProperty("ApplicationName", applicationName());
    }

    private String applicationName() {
        return "reliable-routes " + nodeIdentifier + " " + PROCESS;
    }

    /** Looks once a second while the lock is held. */
    @Override
    public synchronized String problem() {
        if (closed) {
            return "this process is closing";
        }
        if (problem != null || System.nanoTime() - lastLook > FRESH_NANOS) {
            look();
        }
        return problem;
    }

    private void look() {
        try {
            if (session == null || !PostgresPool.isWritable(session)) {
                disconnect();
                session = database.connect(settings);
                problem = lock();
            }
        } catch (SQLException e) {
            disconnect();
            problem = PublicText.of(database.sessionUrl()) + " cannot be reached: " + FailureText.message(e, 1000)
                    + ". No transaction begins. Start the database, or correct its URL.";
        }
        lastLook = System.nanoTime();
    }

    private String lock() throws SQLException {
        try (PreparedStatement statement = session.prepareStatement("SELECT pg_try_advisory_lock(?, hashtext(?))")) {
            statement.setInt(1, LOCK_CLASS);
            statement.setString(2, nodeIdentifier);
            try (ResultSet locked = statement.executeQuery()) {
                locked.next();
                if (locked.getBoolean(1)) {
                    return null;
                }
            }
        }
        String holder = holder();
        if (holder == null) {
            // another data source of this process has the same database
            return null;
        }
        disconnect();
        return "xa.node-identifier (" + nodeIdentifier + ") is in use by another live process at " + PublicText.of(database.sessionUrl()) + holder
                + ": each would roll back what the other has prepared. Stop that process, or give this one a name of its own.";
    }

    /** Who holds the lock, empty if nobody any more, null if it is this process. */
    private String holder() throws SQLException {
        try (PreparedStatement statement = session.prepareStatement("""
                SELECT a.application_name, coalesce(host(a.client_addr), 'local') || ', session ' || a.pid || ' since ' || a.backend_start
                FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND l.classid::bigint = ? AND l.objid::bigint = hashtext(?)::bigint & 4294967295""")) {
            statement.setLong(1, LOCK_CLASS);
            statement.setString(2, nodeIdentifier);
            try (ResultSet holder = statement.executeQuery()) {
                if (!holder.next()) {
                    return "";
                }
                return applicationName().equals(holder.getString(1)) ? null : " (" + holder.getString(2) + ")";
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        disconnect();
    }

    private void disconnect() {
        try {
            if (session != null) {
                session.close();
            }
        } catch (SQLException e) {
            // the lock ends with the session
        }
        session = null;
    }
}
