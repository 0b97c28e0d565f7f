package harness;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Sessions of the tests' own statements, one for each database, kept for a moment: a test that waits asks ten times a second, and PostgreSQL makes a process for each session.
 * A moment later nobody finds them where sessions are counted, or where a database must have none.
 */
final class Sessions {

    private static final long KEPT_MILLIS = 250;
    private static final Map<String, Idle> IDLE = new ConcurrentHashMap<>();
    private static final ScheduledExecutorService CLOSER = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "closes idle sessions");
        thread.setDaemon(true);
        return thread;
    });

    static {
        CLOSER.scheduleWithFixedDelay(Sessions::closeOld, KEPT_MILLIS, KEPT_MILLIS, TimeUnit.MILLISECONDS);
    }

    private Sessions() {
    }

    /** What is done with a session. */
    interface Query<T> {

        T run(Connection connection) throws SQLException;
    }

    static <T> T with(Database database, Query<T> query) throws SQLException {
        Idle kept = IDLE.remove(database.url());
        if (kept != null) {
            try {
                return run(database, kept.connection, query);
            } catch (SQLException e) {
                if (!isLost(e)) {
                    throw e;
                }
            }
        }
        // as if each query had a session of its own: the tables may have changed since the last one
        return run(database, DriverManager.getConnection(database.url() + (database.url().contains("?") ? "&" : "?") + "prepareThreshold=0&preparedStatementCacheQueries=0", "postgres", ""),
                query);
    }

    private static <T> T run(Database database, Connection connection, Query<T> query) throws SQLException {
        boolean kept = false;
        try {
            T result = query.run(connection);
            kept = IDLE.putIfAbsent(database.url(), new Idle(connection, System.nanoTime())) == null;
            return result;
        } finally {
            if (!kept) {
                connection.close();
            }
        }
    }

    /** The server was restarted, or the session was ended, since the last query. */
    private static boolean isLost(SQLException e) {
        return e.getSQLState() != null && e.getSQLState().matches("08...|57P..");
    }

    /** The next statement has a new one. */
    static void end(Database database) throws SQLException {
        Idle kept = IDLE.remove(database.url());
        if (kept != null) {
            kept.connection.close();
        }
    }

    private static void closeOld() {
        IDLE.forEach((url, idle) -> {
            if (System.nanoTime() - idle.since > TimeUnit.MILLISECONDS.toNanos(KEPT_MILLIS) && IDLE.remove(url, idle)) {
                try {
                    idle.connection.close();
                } catch (SQLException e) {
                    // it is gone
                }
            }
        });
    }

    private record Idle(Connection connection, long since) {
    }
}
