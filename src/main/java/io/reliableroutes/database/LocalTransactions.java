package io.reliableroutes.database;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.Settings;
import jakarta.transaction.TransactionManager;

/** Transactions over one database each, for processes in which no container supplies a transaction manager. Over several: {@link DistributedTransactions}. */
public final class LocalTransactions {

    private LocalTransactions() {
    }

    /**
     * @param  timeout                after which a transaction is marked for rollback: whole seconds, more than 0, with or without a unit; not null. No text by its
     *                                type: Camel takes what stands in the properties for a number where it can
     * @return                        Narayana's transaction manager, not null. It keeps no object store: with one database a
     *                                transaction commits in one phase, and there is nothing to recover.
     * @throws ConfigurationException if it is no such duration
     */
    public static TransactionManager transactionManager(Object timeout) {
        int timeoutSeconds = seconds(timeout.toString());
        arjPropertyManager.getCoordinatorEnvironmentBean().setDefaultTimeout(timeoutSeconds);
        arjPropertyManager.getCoordinatorEnvironmentBean().setTransactionStatusManagerEnable(false);
        for (String store : new String[] {null, "stateStore", "communicationStore"}) {
            ObjectStoreEnvironmentBean bean = BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store);
            bean.setObjectStoreType(VolatileStore.class.getName());
        }
        return com.arjuna.ats.jta.TransactionManager.transactionManager();
    }

    /**
     * @param  timeout                {@code tx.timeout}: {@code 60s}, {@code 2m}, or seconds without a unit; not null
     * @return                        the same in seconds, positive
     * @throws ConfigurationException if it is no whole number of seconds, or 0
     */
    public static int seconds(String timeout) {
        Long milliseconds = Settings.seconds(timeout);
        if (milliseconds == null || milliseconds < 1000 || milliseconds % 1000 != 0 || milliseconds / 1000 > Integer.MAX_VALUE) {
            throw new ConfigurationException("tx.timeout (" + timeout + ") is not a positive number of seconds: "
                    + "transactions would never end, or at another time. Set for example tx.timeout=60s.");
        }
        return (int) (milliseconds / 1000);
    }
}
