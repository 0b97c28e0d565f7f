package io.reliableroutes.database;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.reliableroutes.support.ConfigurationException;
import jakarta.transaction.TransactionManager;

/** Transactions over one database each, for processes in which no container supplies a transaction manager. Over several: {@link DistributedTransactions}. */
public final class LocalTransactions {

    private LocalTransactions() {
    }

    /**
     * @param  timeoutSeconds         after which a transaction is marked for rollback, in seconds, positive
     * @return                        Narayana's transaction manager, not null. It keeps no object store: with one database a
     *                                transaction commits in one phase, and there is nothing to recover.
     * @throws ConfigurationException if the time-out is not positive
     */
    public static TransactionManager transactionManager(int timeoutSeconds) {
        checkTimeout(timeoutSeconds);
        arjPropertyManager.getCoordinatorEnvironmentBean().setDefaultTimeout(timeoutSeconds);
        arjPropertyManager.getCoordinatorEnvironmentBean().setTransactionStatusManagerEnable(false);
        for (String store : new String[] {null, "stateStore", "communicationStore"}) {
            ObjectStoreEnvironmentBean bean = BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store);
            bean.setObjectStoreType(VolatileStore.class.getName());
        }
        return com.arjuna.ats.jta.TransactionManager.transactionManager();
    }

    /** @throws ConfigurationException if that many seconds are no time-out: 0 or less */
    public static void checkTimeout(int timeoutSeconds) {
        if (timeoutSeconds <= 0) {
            throw new ConfigurationException("tx.timeout (" + timeoutSeconds + ") is not a positive number of seconds: "
                    + "transactions would never end. Set for example tx.timeout=60.");
        }
    }
}
