package io.reliableroutes.jms;

import jakarta.transaction.TransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.jta.JtaTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

/**
 * The JTA transaction manager of a process for Spring's JMS container, which Camel's JMS component uses. It is ready when it has
 * its transaction manager: as a bean of {@code application.properties} nobody else would initialise it.
 */
public class XaJmsTransactionManager extends JtaTransactionManager {

    private static final long serialVersionUID = 1L;

    /** Nothing is looked up in JNDI. */
    public XaJmsTransactionManager() {
        setAutodetectUserTransaction(false);
        setAutodetectTransactionManager(false);
        setAutodetectTransactionSynchronizationRegistry(false);
    }

    /** @param transactionManager of this process, not null */
    @Override
    public void setTransactionManager(TransactionManager transactionManager) {
        super.setTransactionManager(transactionManager);
        afterPropertiesSet();
    }

    /** What a commit has failed with decides whether its message has used up an attempt. */
    @Override
    protected void doCommit(DefaultTransactionStatus status) {
        try {
            super.doCommit(status);
        } catch (TransactionException e) {
            JmsDelivery.commitHasFailed(e);
            throw e;
        }
    }
}
