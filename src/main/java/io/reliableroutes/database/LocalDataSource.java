package io.reliableroutes.database;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;

import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.AgroalConnectionFactoryConfiguration.TransactionIsolation;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.agroal.narayana.NarayanaTransactionIntegration;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.PublicText;
import jakarta.transaction.TransactionManager;

/**
 * A pool of PostgreSQL connections that join the current transaction, as a bean of {@code application.properties}. Nothing is
 * connected before the first use, so one file may declare the databases of all applications. It extends no class of Spring's: of these Quarkus has
 * those only that a Camel extension uses.
 */
public class LocalDataSource implements DataSource, AutoCloseable {

    private String url;
    private String user;
    private String password = "";
    private int poolSize = 10;
    private TransactionManager transactionManager;
    private AgroalDataSource pool;

    /** @param url JDBC URL of a PostgreSQL database, not null */
    public void setUrl(String url) {
        this.url = url;
    }

    /** @param user database role, not null */
    public void setUser(String user) {
        this.user = user;
    }

    /** @param password its password, not null, may be empty; or {@code file:} and the path of a file that is read for each new connection */
    public void setPassword(String password) {
        this.password = password;
    }

    /** @param poolSize connections at most, positive; a route needs one for each of its concurrent exchanges */
    public void setPoolSize(int poolSize) {
        this.poolSize = poolSize;
    }

    /** @param transactionManager whose transactions the connections join, not null; with {@link DistributedTransactions} as their branches */
    public void setTransactionManager(TransactionManager transactionManager) {
        this.transactionManager = transactionManager;
    }

    private synchronized AgroalDataSource opened() {
        if (pool == null) {
            pool = pool();
        }
        return pool;
    }

    /** Closes the connections; a further use opens a new pool. */
    @Override
    public synchronized void close() {
        if (pool != null) {
            pool.close();
            pool = null;
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        return LockTimeout.limited(opened().getConnection(), this, transactionManager);
    }

    /** @throws SQLException always: connections of the pool are of its own user */
    @Override
    public Connection getConnection(String username, String secret) throws SQLException {
        return opened().getConnection(username, secret);
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : opened().unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || opened().isWrapperFor(type);
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return opened().getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter writer) throws SQLException {
        opened().setLogWriter(writer);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return opened().getLoginTimeout();
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        opened().setLoginTimeout(seconds);
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return opened().getParentLogger();
    }

    /** JDBC URL as it is set, null before. */
    public String url() {
        return url;
    }

    /** Whether there is a password, here or in the URL. */
    public boolean hasPassword() {
        return !password.isEmpty() || url.matches(".*[?&]password=[^&].*");
    }

    /** Connections at most. */
    public int poolSize() {
        return poolSize;
    }

    /** JDBC URL for a session beside the pool, which {@link #connect} opens: where the password is a file, it says so. Not null. */
    public String sessionUrl() {
        return !password.startsWith("file:") ? url
                : url + (url.contains("?") ? "&" : "?") + "authenticationPluginClassName=" + PasswordFile.class.getName();
    }

    /**
     * Opens a session beside the pool, in no transaction; the caller closes it.
     *
     * @param  settings     of PostgreSQL's driver, beside user and password, not null
     * @throws SQLException if the database cannot be reached, or is one that cannot be written: who else looks for this one has found another
     */
    public Connection connect(Properties settings) throws SQLException {
        Properties login = new Properties();
        login.putAll(settings);
        login.setProperty("user", user);
        login.setProperty("password", password);
        Connection session = DriverManager.getConnection(sessionUrl(), login);
        if (!PostgresPool.isWritable(session)) {
            session.close();
            throw PostgresPool.readOnly();
        }
        return session;
    }

    private AgroalDataSource pool() {
        if (!PostgresDriver.takes(url)) {
            throw refusal("that is no JDBC URL of PostgreSQL");
        }
        DistributedTransactions xa = transactionManager instanceof DistributedTransactions manager ? manager : null;
        try {
            return AgroalDataSource.from(PostgresPool.of(url, xa == null ? PostgresDriver.class : xa.branches(), poolSize)
                    .connectionPoolConfiguration(pool -> pool
                            .transactionIntegration(new NarayanaTransactionIntegration(transactionManager,
                                    new TransactionSynchronizationRegistryImple(), url, false, xa == null ? null : xa.recoveryRegistry()))
                            .connectionFactoryConfiguration(connection -> connection
                                    // whatever the database's default is: the statements that wait for a lock want to see what it guarded
                                    .jdbcTransactionIsolation(TransactionIsolation.READ_COMMITTED)
                                    .principal(new NamePrincipal(user))
                                    .credential(new SimplePassword(password)))));
        } catch (SQLException e) {
            throw refusal(FailureText.message(e, 1000));
        }
    }

    private ConfigurationException refusal(String problem) {
        return new ConfigurationException("data source for " + PublicText.of(url) + " cannot be set up: " + problem
                + ". No route could reach the database. Write jdbc:postgresql://host:5432/name, and user and password beside it.");
    }
}
