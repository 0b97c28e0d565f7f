package io.reliableroutes.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import org.apache.camel.CamelContext;

/**
 * Lets the statements of one distributed transaction wait for no lock longer than a second. Several messages in a transaction hold the rows of all of
 * them, and take them in the order of the messages: two such transactions may wait for each other in two databases, which neither database can see.
 */
public final class LockTimeout {

    private static final String LIMIT = "SET LOCAL lock_timeout = '1s'";
    private static final ThreadLocal<LockTimeout> CURRENT = new ThreadLocal<>();

    private final Transaction transaction;
    private final Set<LocalDataSource> limited = Collections.newSetFromMap(new IdentityHashMap<>());

    private LockTimeout(Transaction transaction) {
        this.transaction = transaction;
    }

    /**
     * For the current transaction of this thread, in each database that it uses from now on. Does nothing for a transaction of one database, which
     * ends a deadlock itself.
     *
     * @param context with the transaction manager, not null
     */
    public static void begin(CamelContext context) {
        for (TransactionManager manager : context.getRegistry().findByType(TransactionManager.class)) {
            if (manager instanceof DistributedTransactions) {
                CURRENT.set(new LockTimeout(current(manager)));
            }
        }
    }

    /** The connection, limited if it is the first of a database in such a transaction; closed if it fails. */
    static Connection limited(Connection connection, LocalDataSource database, TransactionManager manager) throws SQLException {
        LockTimeout timeout = CURRENT.get();
        if (timeout == null) {
            return connection;
        }
        Transaction now = current(manager);
        // a suspended transaction is not the one, and a later one has taken its place
        if (now != null && now.equals(timeout.transaction) && timeout.limited.add(database)) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(LIMIT);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        }
        return connection;
    }

    private static Transaction current(TransactionManager manager) {
        try {
            return manager.getTransaction();
        } catch (SystemException e) {
            throw new IllegalStateException(e);
        }
    }
}
