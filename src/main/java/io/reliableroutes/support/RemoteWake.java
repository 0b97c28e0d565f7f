package io.reliableroutes.support;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;

import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes relays of other processes by {@code wake-outbox.sql}, behind the transaction that has sent: PostgreSQL prepares no transaction that has notified somebody, and holds a
 * lock of the whole server while one commits that has. What is lost here is found by the relay's next poll.
 */
final class RemoteWake {

    private static final Logger LOG = LoggerFactory.getLogger(RemoteWake.class);
    /** Between two looks whether a relay sleeps. */
    private static final long PAUSE_MILLIS = 5;

    private final DataSource dataSource;
    private final String statement;
    private final ExecutorService thread;
    private final AtomicBoolean queued = new AtomicBoolean();

    private RemoteWake(CamelContext context, String name, DataSource dataSource) {
        this.dataSource = dataSource;
        statement = SqlFile.load(context, "wake-outbox.sql");
        thread = context.getExecutorServiceManager().newSingleThreadExecutor(this, "wake-" + name);
    }

    /** Tells relays of that data source that there is a message. Returns at once, and never fails; if there is no such data source, nobody waits for it. */
    static void ring(CamelContext context, String name) {
        RemoteWake wake = all(context).computeIfAbsent(name, key -> {
            DataSource dataSource = context.getRegistry().lookupByNameAndType(key, DataSource.class);
            return dataSource == null ? null : new RemoteWake(context, key, dataSource);
        });
        if (wake != null) {
            wake.ring();
        }
    }

    private void ring() {
        if (!queued.compareAndSet(false, true)) {
            return;
        }
        try {
            thread.execute(this::tell);
        } catch (RejectedExecutionException e) {
            LOG.debug("the context stops, and its last messages wait for the next poll", e);
        }
    }

    private void tell() {
        // who sends from now on rings again
        queued.set(false);
        try (Connection connection = dataSource.getConnection(); PreparedStatement wake = connection.prepareStatement(statement)) {
            wake.execute();
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (SQLException | RuntimeException e) {
            LOG.debug("a relay that sleeps finds the message at its next poll", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Wakes all(CamelContext context) {
        return PerContext.of(context, Wakes.class, Wakes::new);
    }

    private static final class Wakes extends ConcurrentHashMap<String, RemoteWake> {

        private static final long serialVersionUID = 1;
    }
}
