package io.reliableroutes.start;

import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.Readiness;
import io.reliableroutes.support.StartWait;
import org.apache.camel.CamelContext;

/** Waits for the databases that the routes need, for as long as {@code check.wait}, and has them looked at. */
final class ServerCheck {

    private final CamelContext context;
    private final StartWait wait;

    /** @throws ConfigurationException if {@code check.wait} is no duration */
    ServerCheck(CamelContext context) {
        this.context = context;
        this.wait = new StartWait(context);
    }

    /**
     * @param  dataSources            what routes do there, see {@link DatabaseCheck}, by the bean names of the data sources, not null
     * @throws ConfigurationException if a database does not answer in time, or is not as it must be
     */
    void check(Map<String, Set<String>> dataSources) {
        dataSources.forEach((name, parts) -> {
            DataSource dataSource = context.getRegistry().lookupByNameAndType(name, DataSource.class);
            await("database of " + name, "Check its URL, user and password, and that the server runs.",
                    () -> checkDatabase(name, dataSource, parts));
            Readiness.ofDatabase(context, name, dataSource);
        });
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
            return e.getMessage() == null ? e.getClass().getSimpleName() : FailureText.message(e, 1000);
        }
    }

    private void checkDatabase(String name, DataSource dataSource, Set<String> parts) throws SQLException {
        try {
            new DatabaseCheck(context, name, dataSource, parts).check();
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
