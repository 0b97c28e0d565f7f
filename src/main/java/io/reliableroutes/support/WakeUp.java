package io.reliableroutes.support;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;

/**
 * Wakes what polls in this process, a relay as soon as a transaction with an outbox message has committed for example, so that polling may
 * be slow without making messages late. A relay in another process is told by {@link RemoteWake}, or finds the message at its next poll.
 */
public class WakeUp {

    /**
     * Wakes the relays of a data source when the current transaction has committed.
     *
     * @param  exchange                                 the exchange that wrote to the outbox, not null
     * @param  dataSource                               bean name of the data source, not null
     * @throws ConfigurationException                   if there is no transaction: the message would be a fact of its own
     * @throws jakarta.transaction.SystemException      if the transaction manager fails
     * @throws jakarta.transaction.RollbackException    if the transaction is already marked for rollback
     */
    public void afterCommit(Exchange exchange, String dataSource)
            throws jakarta.transaction.SystemException, jakarta.transaction.RollbackException {
        TransactionManager manager = exchange.getContext().getRegistry().findSingleByType(TransactionManager.class);
        Transaction transaction = manager == null ? null : manager.getTransaction();
        if (transaction == null) {
            throw new ConfigurationException("outbox-sink is used outside a transaction in route " + exchange.getFromRouteId()
                    + ": the message would be published although the business change may fail. Put both into one transacted step.");
        }
        transaction.registerSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                // nothing to prepare
            }

            @Override
            public void afterCompletion(int status) {
                if (status == Status.STATUS_COMMITTED) {
                    now(exchange, dataSource);
                }
            }
        });
    }

    /**
     * Wakes relays, or other routes that poll, now: they do so to themselves while they find work.
     *
     * @param exchange any exchange of the context, not null
     * @param name     bean name of the data source whose relays are meant, or what else a {@link PollScheduler} is woken by, not null
     */
    public void now(Exchange exchange, String name) {
        wake(exchange.getContext(), name);
    }

    /** The same for Java. It has another name: where there are two methods of one, Camel has to guess which of them a route means. */
    public static void wake(CamelContext context, String name) {
        if (!PollScheduler.wake(context, name)) {
            RemoteWake.ring(context, name);
        }
    }
}
