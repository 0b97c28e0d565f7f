package io.reliableroutes.jms;

import java.sql.SQLException;
import javax.sql.DataSource;

import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.inbox.EarlierFailure;
import io.reliableroutes.inbox.ReceivedMessage;
import io.reliableroutes.support.RetrySettings;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;

/**
 * What {@code inbox-jms} needs of a JMS message: its form, its identity, and whether it is to be given up. A failed message comes again from
 * the broker, in a new transaction; {@link JmsDelivery} records why.
 */
public class JmsInbox implements CamelContextAware {

    /** So many processes may die while they handle a message, beside the first, which nobody has seen begin. */
    private static final int CRASHES = 10;
    /** Attempts to park or to bury a message before it is kept as it is. */
    private static final int KEEPINGS = 3;

    private CamelContext camelContext;
    private String dataSource;
    private String consumer;
    private String queue;
    private JmsAttempts attempts;

    /** @param dataSource bean name of the data source with the inbox, not null */
    public void setDataSource(String dataSource) {
        this.dataSource = dataSource;
    }

    /** @param consumer name of the receiver, not null */
    public void setConsumer(String consumer) {
        this.consumer = consumer;
    }

    /** @param queue that is read, not null */
    public void setQueue(String queue) {
        this.queue = queue;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.camelContext = camelContext;
    }

    @Override
    public CamelContext getCamelContext() {
        return camelContext;
    }

    /**
     * Puts the message into its {@link JmsForm}, and decides whether it is given up.
     *
     * @param  exchange                the exchange of a JMS consumer with {@code mapJmsMessage=false}, not null
     * @throws JMSException            if the broker has gone meanwhile
     * @throws SQLException            if the database cannot be asked for earlier attempts
     * @throws InvalidMessageException if it is no message, and not given up yet
     */
    public void read(Exchange exchange) throws JMSException, SQLException {
        Message message = exchange.getMessage().getBody(Message.class);
        ReceivedMessage received = ReceivedMessage.take(exchange, consumer, dataSource);
        JmsDelivery delivery = JmsDelivery.begin(exchange, consumer, dataSource, attempts(), message);
        JmsForm.give(exchange, message, queue);
        decide(received, delivery, delivery.recall(received.identity(exchange), message.getJMSRedelivered()),
                exchange.getMessage().getHeader("ce_id") != null);
        if (!delivery.isUnreadable()) {
            readBody(exchange, received, delivery);
        }
        received.read(exchange);
        if (!isGivenUp(exchange)) {
            received.check(exchange);
        }
    }

    private void decide(ReceivedMessage received, JmsDelivery delivery, JmsAttempts.Record earlier, boolean hasId) throws JMSException {
        if (delivery.identity() == null) {
            // recognised by nothing, so nothing of an earlier delivery can be known, but what the broker counts
            giveUp(received, delivery, received.unidentified(hasId), 1);
            if (JmsForm.property(delivery.message(), "JMSXDeliveryCount") instanceof Integer count && count > 2 * KEEPINGS) {
                delivery.keepUnread();
            }
        } else if (earlier == null) {
            return;
        } else if (earlier.crashes() >= CRASHES) {
            giveUp(received, delivery, new EarlierFailure(IllegalStateException.class.getName(), (earlier.crashes() + 1) + " processes have died while they "
                    + "handled it: it could have been the message that killed them. Look into their logs, and replay it when that is mended", true),
                    earlier.attempts() + earlier.crashes());
        } else if (earlier.permanent() || earlier.attempts() >= RetrySettings.of(camelContext, "inbox", consumer).immediateAttempts()) {
            giveUp(received, delivery, new EarlierFailure(earlier.errorClass(), earlier.errorMessage(), earlier.permanent()), earlier.attempts());
        }
        if (earlier != null) {
            received.setFirstFailedAt(earlier.firstFailedAt());
        }
        if (earlier != null && earlier.keepings() >= KEEPINGS) {
            giveUp(received, delivery, new EarlierFailure(earlier.errorClass(), earlier.errorMessage() + kept(" It could not be parked or buried"), true),
                    earlier.attempts());
            delivery.keepUnread();
        }
    }

    private void readBody(Exchange exchange, ReceivedMessage received, JmsDelivery delivery) throws JMSException {
        Message message = delivery.message();
        try {
            if (JmsForm.isReadable(message)) {
                exchange.getMessage().setBody(JmsForm.body(message));
            } else {
                refuse(received, delivery, "is neither a TextMessage nor a BytesMessage: reading it could run foreign code.", "Send text or bytes.");
            }
        } catch (RuntimeException e) {
            refuse(received, delivery, "has a body that is not what it says: " + e + ".", "Look at its sender.");
        }
    }

    private void refuse(ReceivedMessage received, JmsDelivery delivery, String problem, String fix) {
        giveUp(received, delivery, new EarlierFailure(InvalidMessageException.class.getName(), "message " + delivery.identity() + " " + problem
                + kept("") + " " + fix, true), 1);
        delivery.keepUnread();
    }

    private String kept(String why) {
        return why + " It is kept in the queue " + queue + ".dead.";
    }

    private static void giveUp(ReceivedMessage received, JmsDelivery delivery, Throwable failure, int attempts) {
        delivery.giveUp();
        received.giveUp(failure, attempts);
    }

    /** @return true if no attempt is left: {@link #read} has found why */
    public boolean isGivenUp(Exchange exchange) {
        return JmsDelivery.of(exchange).isGivenUp();
    }

    /** @return true if the message can only be kept as it is */
    public boolean isUnreadable(Exchange exchange) {
        return JmsDelivery.of(exchange).isUnreadable();
    }

    /**
     * Sends the message as it came, unread, to the queue {@code <queue>.dead}, in the current transaction. Camel's JMS producer would make a
     * new, empty message of it.
     *
     * @param  exchange     an exchange that {@link #read} has seen, not null
     * @throws JMSException if the broker cannot be reached
     */
    public void keep(Exchange exchange) throws JMSException {
        XaConnectionFactory connections = camelContext.getRegistry().findByType(XaConnectionFactory.class).iterator().next();
        try (Connection connection = connections.createConnection(); Session session = connection.createSession()) {
            session.createProducer(session.createQueue(queue + ".dead")).send(JmsDelivery.of(exchange).message());
        }
    }

    /** Whether several messages were received in the transaction, which are {@link JmsBatch}'s. */
    public boolean isBatch() {
        return JmsReception.current() != null;
    }

    /**
     * Remembers why a delivery has failed, until its transaction has ended.
     *
     * @param exchange the failed exchange, not null
     */
    public void remember(Exchange exchange) {
        JmsDelivery delivery = JmsDelivery.of(exchange);
        if (delivery != null) {
            delivery.failed(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        }
    }

    private synchronized JmsAttempts attempts() {
        if (attempts == null) {
            attempts = new JmsAttempts(camelContext, camelContext.getRegistry().lookupByNameAndType(dataSource, DataSource.class), consumer);
        }
        return attempts;
    }
}
