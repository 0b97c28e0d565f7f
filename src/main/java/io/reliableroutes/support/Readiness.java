package io.reliableroutes.support;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;

import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.health.HealthCheckResultBuilder;

/**
 * Says that a process is not ready while a database that it needs cannot be reached or written, while no XA transaction may begin, or while a
 * record that it has taken up stands still. It is alive all the same: only in the last case a restart may help.
 */
public final class Readiness implements HealthCheck {

    private static final int ANSWER_SECONDS = 5;

    private final String id;
    private final Supplier<String> problem;
    private boolean enabled = true;

    private Readiness(String id, Supplier<String> problem) {
        this.id = id;
        this.problem = problem;
    }

    /** Does nothing where Camel has no health checks. */
    public static void ofDatabase(CamelContext context, String name, DataSource dataSource) {
        register(context, new Readiness("reliable-routes-database-" + name, () -> {
            String problem = problem(context, dataSource);
            return problem == null ? null : "database of " + name + " " + problem;
        }));
    }

    /** The same; asked why no XA transaction may begin now, or null. */
    public static void ofXa(CamelContext context, Supplier<String> problem) {
        register(context, new Readiness("reliable-routes-xa", problem));
    }

    /** The same. */
    public static void ofReceiver(CamelContext context, String consumer, Supplier<String> problem) {
        register(context, new Readiness("reliable-routes-receiver-" + consumer, problem));
    }

    private static void register(CamelContext context, Readiness readiness) {
        HealthCheckRegistry registry = HealthCheckRegistry.get(context);
        // a receiver that is stopped and started is the same one
        if (registry != null && registry.getCheck(readiness.id).isEmpty()) {
            registry.register(readiness);
        }
    }

    @Override
    public Result call(Map<String, Object> options) {
        HealthCheckResultBuilder result = HealthCheckResultBuilder.on(this);
        String told = problem.get();
        return (told == null ? result.up() : result.down().message(told)).build();
    }

    private static String problem(CamelContext context, DataSource dataSource) {
        try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(ANSWER_SECONDS);
            try (ResultSet row = statement.executeQuery(SqlFile.load(context, "check-read-only.sql"))) {
                row.next();
                return row.getBoolean(1) ? "is read-only" : null;
            }
        } catch (SQLException e) {
            return "cannot be reached: " + FailureText.message(e, 1000);
        }
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    public boolean isEnabled() {
        return enabled;
    }

    @Override
    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    @Override
    public String getGroup() {
        return "reliable-routes";
    }

    @Override
    public String getId() {
        return id;
    }
}
