package io.reliableroutes.database;

import java.sql.SQLException;

import jakarta.transaction.SystemException;
import org.apache.camel.Exchange;

/**
 * Has PostgreSQL plan each statement of a transaction for the rows that are there. It would keep the plan of a statement that is used again and
 * again, and one that was made for an empty table reads all of a full one for each row, until the next analyse.
 */
public class FreshPlans {

    /**
     * @param  exchange        at the beginning of a transaction, not null
     * @param  dataSource      bean name of the data source that it uses, not null
     * @throws SQLException    if the database cannot be reached
     * @throws SystemException if the transaction manager fails
     */
    public void use(Exchange exchange, String dataSource) throws SQLException, SystemException {
        Savepoint.execute(exchange, dataSource, "SET LOCAL plan_cache_mode = force_custom_plan");
    }
}
