package io.reliableroutes;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.apache.camel.Exchange;

/**
 * What {@code inbox-jms} needs of a JMS message. A failed message comes again from the broker, in a new transaction, so what was wrong
 * with it is remembered here, to be recorded when it is given up. That memory is for people and for speed: without it, after a restart,
 * a message has some attempts more.
 */
public class JmsInbox {

    /** Exchange property: why a message is given up. */
    static final String FAILURE = "inboxFailure";
    private static final String MESSAGE = "jmsMessage";

    private static final int REMEMBERED = 1_000;
    private static final int LONGEST_ID = 200;
    private static final Map<String, Memory> MEMORY = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Memory> eldest) {
            return size() > REMEMBERED;
        }
    });

    /**
     * Puts the message into the form that a Kafka record has for an inbox: body as bytes, and headers. The key is the message group, the
     * id is {@code ce_id} or the broker's. The object of an ObjectMessage is never read.
     *
     * @param  exchange     the exchange of a JMS consumer with {@code mapJmsMessage=false}, not null
     * @param  queue        the queue's name, not null
     * @throws JMSException if the message cannot be read
     */
    public void read(Exchange exchange, String queue) throws JMSException {
        Message message = exchange.getMessage().getBody(Message.class);
        exchange.setProperty(MESSAGE, message);
        Map<String, Object> headers = exchange.getMessage().getHeaders();
        headers.put(KafkaHeaders.TOPIC, queue);
        headers.put(KafkaHeaders.KEY, message.getStringProperty("JMSXGroupID"));
        if (!(headers.get("ce_id") instanceof String id) || id.isEmpty() || id.length() > LONGEST_ID) {
            // two ids that are too long could be the same when they are cut
            headers.put("ce_id", message.getJMSMessageID());
        }
        headers.putIfAbsent("ce_source", "jms:" + queue);
        if (message instanceof TextMessage text) {
            exchange.getMessage().setBody(text.getText() == null ? null : text.getText().getBytes(StandardCharsets.UTF_8));
        } else if (message instanceof BytesMessage bytes) {
            byte[] body = new byte[(int) bytes.getBodyLength()];
            bytes.readBytes(body);
            exchange.getMessage().setBody(body);
        } else {
            exchange.getMessage().setBody(null);
            giveUp(exchange, new InvalidMessageException("message " + message.getJMSMessageID() + " is neither a TextMessage nor a BytesMessage: "
                    + "reading it could run foreign code. It is kept in the queue " + queue + ".dead. Send text or bytes."), 1);
        }
    }

    /**
     * @param  exchange     an exchange that {@link #read} has seen, not null
     * @return              true if no attempt is left: the message is unreadable, its last failure was permanent, or it was delivered
     *                      {@code inbox.immediate-attempts} times
     * @throws JMSException if the message cannot be read
     */
    public boolean isGivenUp(Exchange exchange) throws JMSException {
        if (exchange.getProperty(FAILURE) != null) {
            return true;
        }
        Memory memory = MEMORY.getOrDefault(id(exchange), new Memory(null, 0));
        Throwable failure = memory.failure();
        int attempts = message(exchange).getIntProperty("JMSXDeliveryCount") - 1 - memory.outages();
        if (failure == null && attempts < 1) {
            // the usual case, for which no setting has to be read: there is always a first attempt
            return false;
        }
        boolean permanent = failure != null && FailureClassification.isPermanent(exchange.getContext(), "inbox", InboxMessage.consumer(exchange), failure);
        if (!permanent && attempts < InboxFailure.settings(exchange).immediateAttempts()) {
            return false;
        }
        giveUp(exchange, failure != null ? failure : new IllegalStateException("delivered " + attempts + " times, and its transaction has failed to "
                + "commit, or the process has ended; the log may tell why"), attempts);
        return true;
    }

    private static void giveUp(Exchange exchange, Throwable failure, int attempts) {
        exchange.setProperty(FAILURE, failure);
        exchange.setProperty(TransactionPolicy.ATTEMPTS, attempts);
    }

    /** @return true if the message can only be kept as it is: it has no body that could be parked */
    public boolean isUnreadable(Exchange exchange) {
        return !(message(exchange) instanceof TextMessage || message(exchange) instanceof BytesMessage);
    }

    /**
     * Sends the message as it came, unread, to another queue, in the current transaction. Camel's JMS producer would make a new, empty
     * message of it.
     *
     * @param  exchange     an exchange that {@link #read} has seen, not null
     * @param  queue        where to, not null
     * @throws JMSException if the broker cannot be reached
     */
    public void keep(Exchange exchange, String queue) throws JMSException {
        XaConnectionFactory connections = exchange.getContext().getRegistry().findByType(XaConnectionFactory.class).iterator().next();
        try (Connection connection = connections.createConnection(); Session session = connection.createSession()) {
            session.createProducer(session.createQueue(queue)).send(message(exchange));
        }
    }

    /**
     * Remembers why a delivery has failed.
     *
     * @param  exchange     the failed exchange, not null
     * @throws JMSException if the message cannot be read
     */
    public void remember(Exchange exchange) throws JMSException {
        if (message(exchange) != null && exchange.getProperty(FAILURE) == null) {
            Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
            MEMORY.merge(id(exchange), new Memory(failure, 0), (old, now) -> new Memory(failure, old.outages()));
        }
    }

    /**
     * Remembers that a delivery was no attempt, and lets no transaction begin for {@code inbox.outage-delay}.
     *
     * @param  exchange     the exchange that an outage has hit, not null
     * @throws JMSException if the message cannot be read
     */
    public void pause(Exchange exchange) throws JMSException {
        if (message(exchange) != null) {
            MEMORY.merge(id(exchange), new Memory(null, 1), (old, now) -> new Memory(old.failure(), old.outages() + 1));
        }
        long pause = Settings.milliseconds(exchange.getContext(), "inbox.outage-delay");
        exchange.getContext().getRegistry().findByType(XaTransactionManager.class).forEach(xa -> xa.recovery().gate().pause(pause));
    }

    private static String id(Exchange exchange) throws JMSException {
        return InboxMessage.consumer(exchange) + "/" + message(exchange).getJMSMessageID();
    }

    private static Message message(Exchange exchange) {
        return exchange.getProperty(MESSAGE, Message.class);
    }

    /** Why a message has failed last, or null, and how many of its deliveries were outages. */
    private record Memory(Throwable failure, int outages) {
    }
}
