package io.reliableroutes.outbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

import io.reliableroutes.database.LocalDataSource;
import io.reliableroutes.database.PostgresPool;
import io.reliableroutes.support.PollScheduler;
import io.reliableroutes.support.SqlFile;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls as its super class does, and lets senders of other processes wake it: before it waits it says so in {@code outbox_sleep}, polls once more for what was committed before
 * that, and listens in a session beside the pool. Where there is none, behind a pooler for example, polling is all.
 */
public class OutboxScheduler extends PollScheduler {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxScheduler.class);
    private static final String CHANNEL = "reliable_routes_outbox";
    /** How long a session that is cut off may be taken for a silent one. */
    private static final int SILENCE_MILLIS = 10_000;
    private static final int RETRY_SECONDS = 1;

    private volatile boolean saidSo;
    /** In which it is listened; null while it is not. */
    private volatile Connection session;
    private String sleeps;
    private ExecutorService listener;

    @Override
    protected boolean fallAsleep() {
        if (session == null || saidSo) {
            return false;
        }
        // first: who wakes it meanwhile takes that back
        saidSo = true;
        try (Connection connection = dataSource().getConnection(); Statement sleep = connection.createStatement()) {
            sleep.execute(sleeps);
            return true;
        } catch (SQLException e) {
            saidSo = false;
            LOG.debug("nobody knows that the relay of {} sleeps", wokenBy(), e);
            return false;
        }
    }

    private DataSource dataSource() {
        return getCamelContext().getRegistry().lookupByNameAndType(wokenBy(), DataSource.class);
    }

    private void listen() {
        while (isRunAllowed() && dataSource() instanceof LocalDataSource database) {
            try (Connection connection = database.connect(settings()); Statement statement = connection.createStatement()) {
                statement.execute("LISTEN " + CHANNEL);
                // what came while nobody listened is not told
                told();
                session = connection;
                PGConnection notified = connection.unwrap(PGConnection.class);
                while (isRunAllowed()) {
                    if (notified.getNotifications(SILENCE_MILLIS).length > 0) {
                        told();
                    } else if (!PostgresPool.isWritable(connection)) {
                        break;
                    }
                }
            } catch (SQLException e) {
                LOG.debug("the relay of {} polls, since it cannot listen", wokenBy(), e);
            }
            session = null;
            try {
                TimeUnit.SECONDS.sleep(RETRY_SECONDS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void told() {
        saidSo = false;
        wake();
    }

    private static Properties settings() {
        Properties settings = new Properties();
        settings.setProperty("ApplicationName", "reliable-routes");
        settings.setProperty("tcpKeepAlive", "true");
        settings.setProperty("connectTimeout", "10");
        return settings;
    }

    @Override
    protected void doStart() {
        super.doStart();
        sleeps = SqlFile.load(getCamelContext(), "sleep-outbox.sql");
        listener = getCamelContext().getExecutorServiceManager().newSingleThreadExecutor(this, "listen-" + wokenBy());
        listener.execute(this::listen);
    }

    @Override
    protected void doStop() {
        super.doStop();
        getCamelContext().getExecutorServiceManager().shutdownNow(listener);
        Connection open = session;
        if (open != null) {
            try {
                // it waits for what may never come
                open.abort(Runnable::run);
            } catch (SQLException e) {
                LOG.debug("the session is closed already", e);
            }
        }
    }
}
