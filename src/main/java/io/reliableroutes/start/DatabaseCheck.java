package io.reliableroutes.start;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import javax.sql.DataSource;

import io.reliableroutes.database.PostgresPool;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.SqlFile;
import io.reliableroutes.xa.XaTransactionManager;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks before the routes start whether a database is what they need: the schema, the rights of their role, and whether it can be written. */
final class DatabaseCheck {

    /** Uses the tables of the pack, in whatever way. */
    static final String TABLES = "tables";
    /** Passes or asks the barrier of half messages, and uses no other table of the pack. */
    static final String BARRIER = "barrier";

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseCheck.class);

    private final CamelContext context;
    private final String name;
    private final DataSource dataSource;
    private final Set<String> parts;

    /**
     * @param name  bean name of the data source, not null
     * @param parts what the process does there, by the names of roles.sql: {@code sender}, {@code relay}, {@code receiver}, {@code messages},
     *              {@code operator}; or {@link #TABLES}, or {@link #BARRIER}; not null
     */
    DatabaseCheck(CamelContext context, String name, DataSource dataSource, Set<String> parts) {
        this.context = context;
        this.name = name;
        this.dataSource = dataSource;
        this.parts = parts;
    }

    /**
     * @throws SQLException           for what may pass by itself
     * @throws ConfigurationException for the first thing that does not
     */
    void check() throws SQLException {
        try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
            String database = "data source " + name + " (" + connection.getMetaData().getURL() + ")";
            if (!parts.equals(Set.of(BARRIER))) {
                checkSchema(database, statement);
            }
            try (ResultSet row = statement.executeQuery(SqlFile.load(context, "check-database.sql"))) {
                row.next();
                if (row.getBoolean("read_only")) {
                    throw PostgresPool.readOnly();
                }
                checkPublications(database, row.getString("unidentified"));
                checkGrants(connection, row.getString("role"));
                if (parts.contains(BARRIER)) {
                    checkBarrier(connection, database, row.getString("role"));
                }
                tellEncoding(database, row.getString("encoding"));
                tellIsolation(database, row.getString("isolation"));
                boolean xa = !context.getRegistry().findByType(XaTransactionManager.class).isEmpty();
                new PoolerCheck(dataSource, database, xa).check(connection, row.getString("isolation"));
            }
        }
        new EnlistmentCheck(context, name, dataSource).check();
    }

    private void checkSchema(String database, Statement statement) throws SQLException {
        try (ResultSet missing = statement.executeQuery(SqlFile.load(context, "check-schema.sql"))) {
            if (missing.next()) {
                throw new ConfigurationException(database + " has no " + missing.getString(1) + ": messages could not be stored. Apply "
                        + "sql/postgresql/schema.sql to this database.");
            }
        }
    }

    private void checkBarrier(Connection connection, String database, String role) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(SqlFile.load(context, "check-barrier.sql"))) {
            row.next();
            if (row.getString("missing") != null) {
                throw new ConfigurationException(database + " has no " + row.getString("missing") + ": no transaction would pass the barrier, and no check-back "
                        + "could be answered. Apply sql/postgresql/barrier.sql to this database.");
            }
            if (row.getString("forbidden") != null) {
                throw new ConfigurationException("role " + role + " of data source " + name + " may not " + row.getString("forbidden") + " in message_barrier: no "
                        + "transaction would pass the barrier, or no check-back could be answered. GRANT SELECT, INSERT, UPDATE ON message_barrier TO " + role + ".");
            }
        }
    }

    private static void checkPublications(String database, String unidentified) {
        if (unidentified != null) {
            throw new ConfigurationException(database + " publishes tables without a replica identity: " + unidentified + ". PostgreSQL would refuse every "
                    + "UPDATE and DELETE there, so nothing could be published or finished. ALTER TABLE … REPLICA IDENTITY DEFAULT, or apply schema.sql.");
        }
    }

    private void checkGrants(Connection connection, String role) throws SQLException {
        for (String part : parts) {
            try (PreparedStatement statement = connection.prepareStatement(SqlFile.load(context, "check-grants.sql"))) {
                Grants.of(context, part).bind(connection, statement);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    if (row.getString("missing") != null) {
                        throw new ConfigurationException("role " + role + " of data source " + name + " lacks rights that a " + part + " needs: "
                                + row.getString("missing") + ". Sooner or later a statement would fail, and messages would not move. Apply "
                                + "sql/postgresql/roles.sql, and GRANT reliable_routes_" + part + " TO " + role + ".");
                    }
                }
            }
        }
    }

    private static void tellEncoding(String database, String encoding) {
        if (encoding.equals("SQL_ASCII")) {
            LOG.warn("{} has the encoding SQL_ASCII: it checks no text, and who reads it with another program may see other characters. Make databases "
                    + "with ENCODING 'UTF8'.", database);
        } else if (!encoding.equals("UTF8")) {
            LOG.warn("{} has the encoding {} and not UTF8: characters of keys, headers and errors that it lacks are stored as \\uXXXX, and a handler's "
                    + "own statement fails with them. Make databases with ENCODING 'UTF8'.", database, encoding);
        }
    }

    private static void tellIsolation(String database, String isolation) {
        if (!isolation.equals("read committed")) {
            LOG.info("{} has default_transaction_isolation {}: the connections of the pack are READ COMMITTED all the same, those of other programs are not.",
                    database, isolation);
        }
    }
}
