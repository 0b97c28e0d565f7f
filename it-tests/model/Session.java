package model;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.postgresql.PGConnection;

/**
 * A process's session with the database, driven step by step: a step is one statement and the Java behind it. A statement that waits for a lock
 * of another session really waits, on a thread of its own, while the history goes on.
 */
final class Session {

    /** One statement; gives the next step, null at the end. */
    interface Step {
        Step run() throws Exception;
    }

    final String name;
    final Connection connection;
    private final ModelDatabase database = ModelDatabase.get();
    private final int pid;
    private final ExecutorService thread;
    private Step next;
    private Future<Step> running;
    private volatile boolean waited;

    Session(String name) throws SQLException {
        this.name = name;
        connection = database.connect();
        connection.setAutoCommit(false);
        pid = connection.unwrap(PGConnection.class).getBackendPID();
        thread = Executors.newSingleThreadExecutor(task -> {
            Thread daemon = new Thread(task, name);
            daemon.setDaemon(true);
            return daemon;
        });
    }

    boolean idle() {
        return next == null && running == null;
    }

    boolean waits() {
        return running != null;
    }

    /** The step that runs has waited for another session, so its statement sees what was before that. */
    boolean hasWaited() {
        return waited;
    }

    void begin(Step first) {
        next = first;
    }

    /** Runs the next step, unless the last one still waits; returns when it is done or waits for another session. */
    void step() throws Exception {
        if (running == null && next != null) {
            waited = false;
            running = thread.submit(next::run);
            settle();
        }
    }

    /** Lets a step go on that has waited. */
    void settle() throws Exception {
        while (running != null) {
            try {
                next = running.get(5, TimeUnit.MILLISECONDS);
                running = null;
            } catch (TimeoutException e) {
                if (database.waits(pid)) {
                    waited = true;
                    return;
                }
            } catch (ExecutionException e) {
                running = null;
                next = null;
                connection.rollback();
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw (Exception) e.getCause();
            }
        }
    }

    /** The process is gone, in the middle of what it did. */
    void crash() throws Exception {
        if (running != null) {
            connection.unwrap(PGConnection.class).cancelQuery();
            try {
                running.get();
            } catch (ExecutionException e) {
                // canceled, as it should be
            }
        }
        running = null;
        next = null;
        connection.rollback();
    }

    @Override
    public String toString() {
        return name;
    }
}
