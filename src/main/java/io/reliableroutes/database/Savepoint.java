package io.reliableroutes.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

import io.reliableroutes.support.FailureClassification;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import org.apache.camel.Exchange;

/** Lets the work of a transaction go on after a statement that PostgreSQL has refused; without a transaction there is nothing to save. */
public class Savepoint {

    /**
     * @param  exchange        any exchange of the context, not null
     * @param  dataSource      bean name of the data source that the current transaction uses, not null
     * @throws SQLException    if the database cannot be reached
     * @throws SystemException if the transaction manager fails
     */
    public void set(Exchange exchange, String dataSource) throws SQLException, SystemException {
        execute(exchange, dataSource, "SAVEPOINT inbox");
    }

    /**
     * Undoes what the transaction has done since {@link #set}, after a failure that a {@code doCatch} has caught; parameters as there.
     *
     * @throws Exception that failure, if it is an outage; or as above
     */
    public void rollBack(Exchange exchange, String dataSource) throws Exception {
        rethrowOutage(exchange);
        execute(exchange, dataSource, "ROLLBACK TO SAVEPOINT inbox");
    }

    /**
     * The first step of a {@code doCatch} that has another way for what a database refuses. Its {@code onWhen} could not tell: Camel takes the
     * failure off the exchange that a bean of a predicate sees.
     *
     * @throws Exception what was caught, if it is an outage
     */
    public void rethrowOutage(Exchange exchange) throws Exception {
        if (!isRefused(exchange)) {
            throw exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        }
    }

    /**
     * @param  exchange whose statement has failed, not null
     * @return          true if the database has refused it, so that there may be another way; false in an outage
     */
    public boolean isRefused(Exchange exchange) {
        return !FailureClassification.isInfrastructure(exchange);
    }

    static void execute(Exchange exchange, String dataSource, String statement) throws SQLException, SystemException {
        TransactionManager manager = exchange.getContext().getRegistry().findSingleByType(TransactionManager.class);
        if (manager == null || manager.getStatus() == Status.STATUS_NO_TRANSACTION) {
            return;
        }
        DataSource source = exchange.getContext().getRegistry().lookupByNameAndType(dataSource, DataSource.class);
        try (Connection connection = source.getConnection(); Statement open = connection.createStatement()) {
            open.execute(statement);
        }
    }
}
