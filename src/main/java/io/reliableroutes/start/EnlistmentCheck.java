package io.reliableroutes.start;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

import io.reliableroutes.database.LocalDataSource;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.Settings;
import io.reliableroutes.xa.XaTransactionManager;
import org.apache.camel.CamelContext;
import org.apache.camel.jta.JtaTransactionPolicy;

/** Refuses a data source whose connections take no part in the transactions of {@code tx.policy}, as those of a container's own pool do not. */
final class EnlistmentCheck {

    private final CamelContext context;
    private final String name;
    private final DataSource dataSource;

    /** @param name bean name of the data source, not null */
    EnlistmentCheck(CamelContext context, String name, DataSource dataSource) {
        this.context = context;
        this.name = name;
        this.dataSource = dataSource;
    }

    /**
     * Takes two connections in one transaction and has the database say whether they are in one. Says nothing of a policy that is not of JTA, and of XA,
     * which must not begin a transaction before it has recovered.
     *
     * @throws SQLException           if the database does not answer
     * @throws ConfigurationException if they are not
     */
    void check() throws SQLException {
        String policy = Settings.text(context, "tx.policy");
        if (dataSource instanceof LocalDataSource || !context.getRegistry().findByType(XaTransactionManager.class).isEmpty()
                || !(context.getRegistry().lookupByName(policy) instanceof JtaTransactionPolicy transactions)) {
            return;
        }
        try {
            transactions.run(() -> {
                if (transaction() != transaction()) {
                    throw new ConfigurationException("data source " + name + " is a " + dataSource.getClass().getName() + " whose connections take no part in the "
                            + "transactions of tx.policy (" + policy + "): a message and its business change would be no single fact. Set "
                            + SuppliedBeans.prefix(name) + ".url, .user and .password, and give that bean another name.");
                }
            });
        } catch (SQLException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new SQLException(e);
        }
    }

    private long transaction() throws SQLException {
        try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT txid_current()")) {
            row.next();
            return row.getLong(1);
        }
    }
}
