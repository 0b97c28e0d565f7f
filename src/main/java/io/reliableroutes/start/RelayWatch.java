package io.reliableroutes.start;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

import io.reliableroutes.support.Settings;
import io.reliableroutes.support.SqlFile;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells once who writes messages for which no relay looks, here or in another process: the file with the relay may have been forgotten. A
 * relay may also start later, so it is waited for as long as for a database. Refuses nothing.
 */
final class RelayWatch implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(RelayWatch.class);

    /** PostgreSQL tells its counters up to ten seconds late (PGSTAT_IDLE_INTERVAL). */
    private static final Duration LATE = Duration.ofSeconds(15);
    private static final int PERIOD_MILLIS = 500;

    private final CamelContext context;
    private final Map<String, Set<String>> writers = new TreeMap<>();
    private final Map<String, Long> looks = new HashMap<>();
    private final Duration patience;
    private final long end;
    private ScheduledExecutorService timer;

    /** For the data sources into which routes write messages, their dead letters' announcements too, and whose relay is not in this process. */
    RelayWatch(ModelCamelContext context) {
        this.context = context;
        for (RouteDefinition route : context.getRouteDefinitions()) {
            for (Call call : Call.of(route.getOutputs())) {
                String target = RouteUri.of(context, route, call.uri());
                if (target.startsWith("kamelet:outbox-sink")) {
                    add(route, ConfigurationCheck.query(target).get("outboxDataSource"));
                }
            }
            if (RetryCheck.announces(context, route)) {
                add(route, RouteUri.parameters(route).get("inboxDataSource"));
            }
        }
        for (RouteDefinition route : context.getRouteDefinitions()) {
            Object relay = RouteUri.parameters(route).get("relayDataSource");
            if (relay != null) {
                writers.remove(context.resolvePropertyPlaceholders(relay.toString()));
            }
        }
        this.patience = LATE.plusMillis(Settings.duration(context, "check.wait"));
        this.end = System.nanoTime() + patience.toNanos();
    }

    private void add(RouteDefinition route, Object dataSource) {
        writers.computeIfAbsent(context.resolvePropertyPlaceholders(String.valueOf(dataSource)), name -> new TreeSet<>()).add(route.getId());
    }

    void start() {
        if (!writers.isEmpty()) {
            timer = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "RelayWatch");
            timer.scheduleWithFixedDelay(this, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void run() {
        writers.keySet().removeIf(this::hasRelay);
        if (System.nanoTime() >= end) {
            writers.forEach((dataSource, routes) -> {
                if (looks.containsKey(dataSource)) {
                    LOG.warn("no relay has looked into the outbox of data source {} for {} s, and this process writes to it ({}): its messages wait, none is "
                            + "lost. Start the file with the outbox-relay of this database, here or in a process of its own.", dataSource, patience.toSeconds(),
                            String.join(", ", routes));
                }
            });
            writers.clear();
        }
        if (writers.isEmpty()) {
            context.getExecutorServiceManager().shutdownNow(timer);
        }
    }

    /** Whether somebody has looked since the first time; so it is, too, where that cannot be known. */
    private boolean hasRelay(String name) {
        try (Connection connection = context.getRegistry().lookupByNameAndType(name, DataSource.class).getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SqlFile.load(context, "count-relay-looks.sql"))) {
            if (!row.next()) {
                return true;
            }
            Long before = looks.putIfAbsent(name, row.getLong(1));
            return before != null && before != row.getLong(1);
        } catch (SQLException e) {
            LOG.debug("the database of {} does not tell whether a relay looks", name, e);
            return false;
        }
    }
}
