package io.reliableroutes.half;

import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.support.ConfigurationException;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import org.apache.camel.Exchange;

/** Refuses to use a barrier in a way in which it would tell what is not true. */
public class Barrier {

    /**
     * @param  exchange                any of the context, not null
     * @param  phase                   {@code enter} or {@code ask}
     * @param  message                 id of a half message, may be null
     * @throws ConfigurationException  if the phase is none, or is entered outside a transaction, or asked in one
     * @throws InvalidMessageException if the id is no UUID
     * @throws SystemException         if the transaction manager fails
     */
    public void check(Exchange exchange, String phase, String message) throws SystemException {
        boolean enter = "enter".equals(phase);
        if (!enter && !"ask".equals(phase)) {
            throw new ConfigurationException("barrierPhase (" + phase + ") is neither enter nor ask: nobody would know what to do. Write one of the two.");
        }
        TransactionManager manager = exchange.getContext().getRegistry().findSingleByType(TransactionManager.class);
        boolean inTransaction = manager != null && manager.getTransaction() != null;
        if (enter && !inTransaction) {
            throw new ConfigurationException("barrier-action enters outside a transaction in route " + exchange.getFromRouteId() + ": check-backs would be told "
                    + "that it has committed although the business change may fail. Put both into one transacted step.");
        }
        if (!enter && inTransaction) {
            throw new ConfigurationException("barrier-action asks in a transaction in route " + exchange.getFromRouteId() + ": its answer could be rolled back "
                    + "after it was given. Leave transacted out of the route that answers check-backs.");
        }
        if (message == null || !message.matches(HalfMessageRequest.UUID_FORM)) {
            throw new InvalidMessageException("the id of the half message is no UUID: the barrier does not know it. Correct it.");
        }
    }
}
