package io.reliableroutes;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the servers that the routes need, for as long as {@code check.wait}, and looks whether the schema is there. */
final class ServerCheck {

    private static final Logger LOG = LoggerFactory.getLogger(ServerCheck.class);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final CamelContext context;
    private final String wait;
    private final long end;

    /** @throws ConfigurationException if {@code check.wait} is no duration */
    ServerCheck(CamelContext context) {
        this.context = context;
        this.wait = Settings.text(context, "check.wait");
        this.end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Settings.milliseconds(context, "check.wait"));
    }

    /**
     * @param  dataSources            bean names of the data sources that routes use, not null
     * @param  kafka                  whether routes use Kafka
     * @throws ConfigurationException if a bean or a table is missing or a server does not answer in time
     */
    void check(Set<String> dataSources, boolean kafka) {
        for (String name : dataSources) {
            DataSource dataSource = context.getRegistry().lookupByNameAndType(name, DataSource.class);
            if (dataSource == null) {
                throw new ConfigurationException("data source " + name + " is no bean: its routes could not reach a database. "
                        + "Bind it, see application.properties.");
            }
            await("database of " + name, "Check its URL, user and password, and that the server runs.",
                    () -> checkSchema(name, dataSource));
        }
        if (kafka) {
            String brokers = context.getComponent("kafka", KafkaComponent.class).getConfiguration().getBrokers();
            await("Kafka at " + brokers, "Check kafka.brokers, and that the broker runs.", () -> checkKafka(brokers));
        }
    }

    private void await(String server, String fix, Attempt attempt) {
        boolean told = false;
        while (true) {
            try {
                attempt.run();
                return;
            } catch (ConfigurationException e) {
                throw e;
            } catch (Exception e) {
                if (System.nanoTime() >= end) {
                    throw new ConfigurationException(server + " does not answer within check.wait (" + wait + "): " + reason(e)
                            + ". Messages would not move. " + fix);
                }
                if (!told) {
                    LOG.info("Waiting for {}: {}", server, reason(e));
                    told = true;
                }
                pause();
            }
        }
    }

    private static String reason(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConfigurationException("start-up was interrupted while it waited for a server: nothing runs. Start again.");
        }
    }

    private void checkSchema(String name, DataSource dataSource) throws Exception {
        String sql = SqlFile.load(context, "check-schema.sql");
        try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement();
                ResultSet missing = statement.executeQuery(sql)) {
            if (missing.next()) {
                throw new ConfigurationException("data source " + name + " (" + connection.getMetaData().getURL() + ") has no table "
                        + missing.getString(1) + ": messages could not be stored. Apply sql/postgresql/schema.sql to this database.");
            }
        } catch (SQLException e) {
            // wrong password or no such database: waiting does not help
            if (e.getSQLState() != null && (e.getSQLState().startsWith("28") || e.getSQLState().startsWith("3D"))) {
                throw new ConfigurationException("database of " + name + " refuses the connection: " + e.getMessage()
                        + ". Messages would not move. Correct its URL, user or password.");
            }
            throw e;
        }
    }

    private static void checkKafka(String brokers) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", brokers, "request.timeout.ms", 4000, "default.api.timeout.ms", 5000);
        try (Admin admin = Admin.create(settings)) {
            admin.describeCluster().nodes().get(5, TimeUnit.SECONDS);
        }
    }

    private interface Attempt {
        void run() throws Exception;
    }
}
