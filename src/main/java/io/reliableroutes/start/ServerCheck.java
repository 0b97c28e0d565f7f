package io.reliableroutes.start;

import java.io.IOException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.sql.DataSource;

import io.reliableroutes.database.LocalDataSource;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.PublicText;
import io.reliableroutes.support.Readiness;
import io.reliableroutes.support.StartWait;
import org.apache.camel.CamelContext;

/** Waits for the databases that the routes need, for as long as {@code check.wait}, and has them looked at. */
final class ServerCheck {

    /**
     * What waiting does not mend: 08004 the driver has no password or no TLS that the server takes, 28 login or pg_hba.conf, 3D no such database,
     * 42501 no right to it. A server that starts up (57P03), or has no connection left (53300), is waited for.
     */
    private static final Pattern FOR_GOOD = Pattern.compile("08004|28...|3D...|42501");

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
            await("database of " + name, "Check its URL" + url(dataSource) + ", user and password, and that the server runs.",
                    () -> checkDatabase(name, dataSource, parts));
            Readiness.ofDatabase(context, name, dataSource);
        });
    }

    private static String url(DataSource dataSource) {
        return dataSource instanceof LocalDataSource local ? " (" + PublicText.of(local.url()) + ")" : "";
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
            return e.getMessage() == null ? e.getClass().getSimpleName() : FailureText.message(e, 1000) + cause(e.getCause());
        }
    }

    /** Of the network's errors PostgreSQL's driver says no more than that there was one. A host that is unknown may have a password in it. */
    private static String cause(Throwable cause) {
        return !(cause instanceof IOException) ? "" : ": " + (cause instanceof UnknownHostException ? "the host is unknown" : FailureText.message(cause, 500));
    }

    private void checkDatabase(String name, DataSource dataSource, Set<String> parts) throws SQLException {
        try {
            new DatabaseCheck(context, name, dataSource, parts).check();
        } catch (SQLException e) {
            if (e.getSQLState() != null && FOR_GOOD.matcher(e.getSQLState()).matches()) {
                boolean empty = dataSource instanceof LocalDataSource local && !local.hasPassword();
                throw new ConfigurationException("database of " + name + " refuses the connection: " + FailureText.message(e, 1000)
                        + ". Messages would not move. " + (empty ? SuppliedBeans.prefix(name) + ".password is empty: set it, or correct" : "Correct")
                        + " its URL" + url(dataSource) + (empty ? " or user." : ", user or password."));
            }
            throw e;
        }
    }

    private interface Attempt {
        void run() throws Exception;
    }
}
