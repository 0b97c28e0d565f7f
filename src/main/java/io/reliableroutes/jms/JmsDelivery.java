package io.reliableroutes.jms;

import java.sql.SQLException;

import io.reliableroutes.inbox.InboxFailure;
import io.reliableroutes.inbox.ReceiverPause;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.FailureClassification;
import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.MessageIdentity;
import io.reliableroutes.support.RetrySettings;
import io.reliableroutes.support.Settings;
import io.reliableroutes.xa.XaFailure;
import io.reliableroutes.xa.XaTransactionManager;
import jakarta.jms.Message;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** One delivery of a JMS message, from its reading to the end of its transaction: only then is known what has become of it, and recorded. */
final class JmsDelivery implements TransactionSynchronization {

    private static final Logger LOG = LoggerFactory.getLogger(JmsDelivery.class);
    private static final String PROPERTY = "jmsDelivery";

    private final CamelContext context;
    private final String consumer;
    private final JmsAttempts attempts;
    private final Message message;
    private final String dataSource;
    private final Object key;
    private final long since = System.nanoTime();
    private MessageIdentity identity;
    private boolean begun;
    private boolean givenUp;
    private boolean unreadable;
    private Throwable failure;

    private JmsDelivery(CamelContext context, String consumer, String dataSource, JmsAttempts attempts, Message message) {
        this.context = context;
        this.consumer = consumer;
        this.attempts = attempts;
        this.message = message;
        this.dataSource = dataSource;
        this.key = JmsForm.property(message, "JMSXGroupID");
    }

    /** Begins it; its end is that of the current transaction, which the JMS consumer has begun. */
    static JmsDelivery begin(Exchange exchange, String consumer, String dataSource, JmsAttempts attempts, Message message) {
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            throw new ConfigurationException("the JMS consumer of " + consumer + " has begun no transaction: its message would be lost with the "
                    + "first failure. Set camel.component.jms.transactionManager to an io.reliableroutes.jms.XaJmsTransactionManager.");
        }
        JmsDelivery delivery = new JmsDelivery(exchange.getContext(), consumer, dataSource, attempts, message);
        TransactionSynchronizationManager.registerSynchronization(delivery);
        exchange.setProperty(PROPERTY, delivery);
        return delivery;
    }

    /** Null if the exchange has failed before it had one. */
    static JmsDelivery of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, JmsDelivery.class);
    }

    /** The transaction of this thread's delivery has failed to commit. */
    static void commitHasFailed(Throwable failure) {
        for (TransactionSynchronization each : TransactionSynchronizationManager.getSynchronizations()) {
            if (each instanceof JmsDelivery delivery) {
                delivery.failed(failure);
            }
        }
    }

    Message message() {
        return message;
    }

    /** Null: it has none. */
    MessageIdentity identity() {
        return identity;
    }

    /** What is recorded of the message, or null. One that was delivered before is begun: if this process dies with it, the next one knows. */
    JmsAttempts.Record recall(MessageIdentity identity, boolean again) throws SQLException {
        this.identity = identity;
        if (identity == null) {
            return null;
        }
        if (again) {
            attempts.begin(identity);
            begun = true;
        }
        return attempts.take(identity);
    }

    void giveUp() {
        givenUp = true;
    }

    boolean isGivenUp() {
        return givenUp;
    }

    /** The message can only be kept as it is. */
    void keepUnread() {
        unreadable = true;
    }

    boolean isUnreadable() {
        return unreadable;
    }

    void failed(Throwable failure) {
        this.failure = failure;
    }

    @Override
    public void afterCompletion(int status) {
        if (status == STATUS_COMMITTED) {
            return;
        }
        Throwable cause = failure != null ? failure : new IllegalStateException("its transaction was marked for rollback, and no failure told why");
        boolean permanent = FailureClassification.isPermanent(context, "inbox", consumer, cause);
        Throwable outage = permanent ? null : outage(cause);
        Long wait = permanent ? null : FailureClassification.retryAfter(cause);
        if (status == STATUS_UNKNOWN || outage != null && (givenUp || wait == null && isPatient()) || permanent && !givenUp && isBraked(cause)) {
            interrupted(outage == null ? cause : outage);
            return;
        }
        try {
            if (identity != null) {
                // who is told to come later is not asked again at once
                int failed = givenUp ? 0 : wait == null ? 1 : RetrySettings.of(context, "inbox", consumer).immediateAttempts();
                attempts.fail(identity, since, failed, givenUp ? 1 : 0, permanent && !givenUp, InboxFailure.unwrapped(XaFailure.said(cause)));
            }
        } catch (SQLException | RuntimeException e) {
            LOG.warn("inbox of {}: a failed attempt of message {} could not be recorded and is not counted", consumer, identity, e);
            pause();
        }
    }

    private Throwable outage(Throwable cause) {
        Throwable outage = XaFailure.outage(cause);
        return outage != null ? outage : FailureClassification.isOutage(context, "inbox", consumer, cause) ? cause : null;
    }

    private boolean isPatient() {
        return identity == null || ReceiverPause.of(context, consumer).isPatientWith("queue", identity);
    }

    private boolean isBraked(Throwable cause) {
        return identity != null && ReceiverPause.of(context, consumer).brakes(dataSource, key == null ? identity : key, identity, cause);
    }

    private void interrupted(Throwable cause) {
        LOG.warn("inbox of {} pauses, message {} has used up no attempt: {}", consumer, identity, cause.getClass().getName() + ": "
                + FailureText.message(cause, 1000));
        pause();
        try {
            if (begun) {
                attempts.interrupt(identity);
            }
        } catch (SQLException | RuntimeException e) {
            LOG.debug("inbox of {}: the outage lasts", consumer, e);
        }
    }

    /** Lets no transaction begin for a while. */
    private void pause() {
        long pause = Settings.duration(context, "inbox.outage-delay");
        context.getRegistry().findByType(XaTransactionManager.class).forEach(xa -> xa.pause(pause));
    }
}
