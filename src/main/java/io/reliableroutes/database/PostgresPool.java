package io.reliableroutes.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;

import io.agroal.api.configuration.supplier.AgroalConnectionPoolConfigurationSupplier;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;

/** What all pools of the pack have in common: when a connection is thrown away, and how long anything is waited for. */
public final class PostgresPool {

    /** 25006 read-only: the server has become a standby, and a new connection finds the primary. 57P: it is going away. 08: it is gone. */
    private static final Set<String> OVER = Set.of("25006", "57P01", "57P02", "57P03");
    private static final int ANSWER_SECONDS = 5;

    private PostgresPool() {
    }

    /**
     * @param url      JDBC URL, not null
     * @param provider a driver or an XA data source of PostgreSQL, not null
     * @param size     connections at most, positive
     * @return         the configuration of a pool, not null; login and transactions are left to the caller
     */
    public static AgroalDataSourceConfigurationSupplier of(String url, Class<?> provider, int size) {
        return new AgroalDataSourceConfigurationSupplier().connectionPoolConfiguration(pool -> configured(pool, url, provider, size));
    }

    private static AgroalConnectionPoolConfigurationSupplier configured(AgroalConnectionPoolConfigurationSupplier pool, String url,
            Class<?> provider, int size) {
        return pool
                .maxSize(size)
                .acquisitionTimeout(Duration.ofSeconds(10))
                // connections that a restarted server has cut are thrown away: at the first error, or when they were idle
                .exceptionSorter(PostgresPool::isOver)
                // an idle connection to a server that has become a standby is as good as none
                .connectionValidator(PostgresPool::isWritable)
                .idleValidationTimeout(Duration.ofSeconds(5))
                .validationTimeout(Duration.ofSeconds(10))
                .connectionFactoryConfiguration(connection -> connection
                        .jdbcUrl(url)
                        .connectionProviderClass(provider)
                        .loginTimeout(Duration.ofSeconds(10))
                        // never waits for ever on a connection that a network cut has left half open
                        .jdbcProperty("socketTimeout", "60")
                        .jdbcProperty("tcpKeepAlive", "true")
                        // an error names the constraint; the row that broke it would go to logs, dead letters and alerts
                        .jdbcProperty("logServerErrorDetail", "false")
                        .jdbcProperty("authenticationPluginClassName", PasswordFile.class.getName())
                        .jdbcProperty("ApplicationName", "reliable-routes"));
    }

    private static boolean isOver(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("08") || OVER.contains(state));
    }

    /**
     * Whether the server answers a session within 5 s, and would let it write: one that has become a standby is as good as none.
     *
     * @param session in no transaction, not null
     */
    public static boolean isWritable(Connection session) {
        try (Statement statement = session.createStatement()) {
            statement.setQueryTimeout(ANSWER_SECONDS);
            try (ResultSet readOnly = statement.executeQuery("SHOW transaction_read_only")) {
                return readOnly.next() && readOnly.getString(1).equals("off");
            }
        } catch (SQLException e) {
            return false;
        }
    }

    /** What a server is refused with that is not {@linkplain #isWritable writable}: an outage, since the primary may be found again. */
    public static SQLException readOnly() {
        return new SQLTransientConnectionException("it is read-only, a standby or by default_transaction_read_only. Let the URL find the primary: "
                + "name all servers, and add targetServerType=primary", "25006");
    }
}
