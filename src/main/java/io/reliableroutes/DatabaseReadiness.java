package io.reliableroutes;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import javax.sql.DataSource;

import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.health.HealthCheckResultBuilder;

/** Says that a process is not ready while a database that it needs cannot be reached or written. It is alive all the same: a restart mends nothing. */
final class DatabaseReadiness implements HealthCheck {

    private static final int ANSWER_SECONDS = 5;

    private final CamelContext context;
    private final String name;
    private final DataSource dataSource;
    private boolean enabled = true;

    private DatabaseReadiness(CamelContext context, String name, DataSource dataSource) {
        this.context = context;
        this.name = name;
        this.dataSource = dataSource;
    }

    /** Does nothing where Camel has no health checks. */
    static void register(CamelContext context, String name, DataSource dataSource) {
        HealthCheckRegistry registry = HealthCheckRegistry.get(context);
        if (registry != null) {
            registry.register(new DatabaseReadiness(context, name, dataSource));
        }
    }

    @Override
    public Result call(Map<String, Object> options) {
        HealthCheckResultBuilder result = HealthCheckResultBuilder.on(this);
        String problem = problem();
        return (problem == null ? result.up() : result.down().message("database of " + name + " " + problem)).build();
    }

    private String problem() {
        try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(ANSWER_SECONDS);
            try (ResultSet row = statement.executeQuery(SqlFile.load(context, "check-read-only.sql"))) {
                row.next();
                if (!row.getBoolean(1)) {
                    return null;
                }
            }
            return "is read-only";
        } catch (SQLException e) {
            return "cannot be reached: " + UnsafeFailureException.message(e, 1000);
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
        return "reliable-routes-database-" + name;
    }
}
