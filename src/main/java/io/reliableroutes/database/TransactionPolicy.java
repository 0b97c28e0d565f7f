package io.reliableroutes.database;

import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.StartCheck;
import io.reliableroutes.support.UnsafeFailureException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionManager;
import org.apache.camel.ErrorHandlerFactory;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.Route;
import org.apache.camel.jta.JtaTransactionErrorHandler;
import org.apache.camel.jta.JtaTransactionPolicy;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.apache.camel.model.errorhandler.JtaTransactionErrorHandlerDefinition;
import org.apache.camel.support.processor.DelegateSyncProcessor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the caller's JTA transaction or begins one: the policy that {@code transacted: {ref: "{{tx.policy}}"}} names when routes
 * run without Quarkus or Spring. Camel's camel-jta has only the abstract class.
 */
public class TransactionPolicy extends JtaTransactionPolicy {

    /** Exchange property with the number of transactions that a message has been through, an Integer. */
    public static final String ATTEMPTS = "reliableRoutesAttempts";

    private static final Logger LOG = LoggerFactory.getLogger(TransactionPolicy.class);

    private TransactionManager transactionManager;

    /** @param transactionManager the JTA transaction manager, not null */
    public void setTransactionManager(TransactionManager transactionManager) {
        this.transactionManager = transactionManager;
    }

    /** @return the JTA transaction manager, null before wiring */
    public TransactionManager getTransactionManager() {
        return transactionManager;
    }

    /**
     * Keeps Camel's error handler out of the whole transacted block. Camel itself keeps it from the direct children only: inside a
     * {@code filter}, {@code choice}, {@code idempotentConsumer} or Kamelet it would try again, or call the failure handled, while the
     * transaction goes on, and half of the work would be committed.
     *
     * @throws io.reliableroutes.support.ConfigurationException if the context starts unchecked
     */
    @Override
    public void beforeWrap(Route route, NamedNode definition) {
        StartCheck.require(route.getCamelContext());
        super.beforeWrap(route, definition);
        withoutErrorHandler((ProcessorDefinition<?>) definition);
    }

    private static void withoutErrorHandler(ProcessorDefinition<?> definition) {
        definition.setInheritErrorHandler(false);
        if (definition instanceof ToDefinition to && to.getUri().startsWith("kamelet:") && !to.getUri().contains("noErrorHandler=")) {
            // Camel may give the route of a Kamelet the error handler of the route that calls it
            to.setUri(to.getUri() + (to.getUri().contains("?") ? "&" : "?") + "noErrorHandler=true");
        }
        definition.getOutputs().forEach(TransactionPolicy::withoutErrorHandler);
    }

    /**
     * Keeps the count of the attempts. Camel has it in message headers, so a step that removes headers would make a message that
     * always fails come again for ever. And gives Camel no failure that it could not walk through: {@link UnsafeFailureException}.
     */
    @Override
    public Processor wrap(Route route, Processor processor) {
        Processor wrapped = super.wrap(route, new DelegateSyncProcessor(processor) {
            @Override
            public void process(Exchange exchange) throws Exception {
                int redeliveries = exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER, 0, Integer.class);
                exchange.setProperty(ATTEMPTS, redeliveries + 1);
                try {
                    super.process(exchange);
                } catch (Throwable failure) {
                    exchange.setException(UnsafeFailureException.guarded(failure));
                }
                if (exchange.getException() != null) {
                    exchange.setException(UnsafeFailureException.guarded(exchange.getException()));
                    exchange.getExchangeExtension().setInterrupted(Thread.currentThread().isInterrupted());
                    // a split says so of what it stops for, and the policies of the route would leave it alone
                    exchange.getExchangeExtension().setRedeliveryExhausted(false);
                }
                failIfMarked(exchange);
                if (exchange.getException() != null) {
                    rolledBack(exchange.getFromRouteId(), exchange.getException());
                }
                if (redeliveries > 0) {
                    exchange.getMessage().setHeader(Exchange.REDELIVERY_COUNTER, redeliveries);
                }
            }
        });
        // a split, a multicast and a recipient list give what they send the error handler of their route, and that is the transaction's by now
        route.setErrorHandlerFactory(new NoErrorHandlerDefinition());
        return wrapped;
    }

    /** Camel says the same of a rollback with all of the message, and so with all of an address. */
    @Override
    protected JtaTransactionErrorHandler createTransactionErrorHandler(Route route, Processor processor, ErrorHandlerFactory builder) {
        ((JtaTransactionErrorHandlerDefinition) builder).setRollbackLoggingLevel("OFF");
        return super.createTransactionErrorHandler(route, processor, builder);
    }

    private static void rolledBack(String route, Throwable failure) {
        LOG.warn("a transaction of route {} is rolled back: {}: {}", route, failure.getClass().getName(), FailureText.message(failure, 1000));
    }

    /** Camel would roll back a marked exchange, or only call it so, without a failure: a consumer would take its message for handled. */
    private static void failIfMarked(Exchange exchange) {
        if (exchange.getException() == null && (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast())) {
            exchange.setException(new RollbackExchangeException("the route has marked its transaction for rollback", exchange));
            exchange.setRollbackOnly(false);
            exchange.setRollbackOnlyLast(false);
        }
    }

    @Override
    public void run(Runnable work) throws Throwable {
        if (transactionManager.getStatus() != Status.STATUS_NO_TRANSACTION) {
            join(work);
            return;
        }
        transactionManager.begin();
        try {
            work.run();
        } catch (Throwable failure) {
            rollback(failure);
            throw failure;
        }
        // marked by a time-out or by a participant: commit() rolls back and throws RollbackException, which must reach the route
        try {
            transactionManager.commit();
        } catch (RollbackException e) {
            LOG.warn("a transaction is rolled back instead of committed: {}", FailureText.message(e, 1000));
            throw withCause(e);
        }
    }

    /** Narayana keeps what a participant has said among the suppressed ones: it is the cause, and tells whose fault it was. */
    private static RollbackException withCause(RollbackException failure) {
        for (Throwable said : failure.getSuppressed()) {
            if (failure.getCause() == null && said.getCause() != null) {
                failure.initCause(said.getCause());
            }
        }
        return failure;
    }

    /** Whoever has begun the transaction, a JMS consumer for example, must not commit half of the work, whatever becomes of the failure. */
    private void join(Runnable work) throws Throwable {
        try {
            work.run();
        } catch (Throwable failure) {
            transactionManager.setRollbackOnly();
            throw failure;
        }
    }

    private void rollback(Throwable failure) {
        try {
            transactionManager.rollback();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }
}
