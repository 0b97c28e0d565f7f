package io.reliableroutes;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import javax.sql.DataSource;

import org.apache.camel.CamelContext;

/** Waits for the databases that the routes need, for as long as {@code check.wait}, and looks whether the schema is there. */
final class ServerCheck {

    private final CamelContext context;
    private final StartWait wait;

    /** @throws ConfigurationException if {@code check.wait} is no duration */
    ServerCheck(CamelContext context) {
        this.context = context;
        this.wait = new StartWait(context);
    }

    /**
     * @param  dataSources            bean names of the data sources that routes use, not null
     * @throws ConfigurationException if a bean or a table is missing or a database does not answer in time
     */
    void check(Set<String> dataSources) {
        for (String name : dataSources) {
            DataSource dataSource = context.getRegistry().lookupByNameAndType(name, DataSource.class);
            if (dataSource == null) {
                throw new ConfigurationException("data source " + name + " is no bean: its routes could not reach a database. "
                        + "Bind it, see application.properties.");
            }
            await("database of " + name, "Check its URL, user and password, and that the server runs.",
                    () -> checkSchema(name, dataSource));
        }
    }

    private void await(String server, String fix, Attempt attempt) {
        wait.await("Waiting for " + server, () -> problem(attempt), problem -> server + " does not answer within check.wait (" + wait.limit()
                + "): " + problem + ". Messages would not move. " + fix);
    }

    private static String problem(Attempt attempt) {
        try {
            attempt.run();
            return null;
        } catch (ConfigurationException e) {
            throw e;
        } catch (Exception e) {
            return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
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

    private interface Attempt {
        void run() throws Exception;
    }
}
