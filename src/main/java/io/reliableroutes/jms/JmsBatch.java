package io.reliableroutes.jms;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.sql.DataSource;

import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.database.LockTimeout;
import io.reliableroutes.inbox.InboxBatch;
import io.reliableroutes.inbox.ReceivedMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import org.apache.camel.Exchange;
import org.apache.camel.component.jms.JmsBinding;
import org.apache.camel.component.jms.JmsMessage;
import org.apache.camel.support.DefaultMessage;

/**
 * JMS messages that were received in one XA transaction, all or nothing. It decides nothing about a failure: any undoes them all, no attempt is
 * counted, and the broker delivers each again, alone. A bean of one template's route.
 */
public class JmsBatch extends InboxBatch {

    private String queue;
    private JmsAttempts attempts;

    /** @param queue that is read, not null */
    public void setQueue(String queue) {
        this.queue = queue;
    }

    /**
     * Records the keys of all received messages.
     *
     * @param  exchange                of the JMS consumer, not null
     * @throws InvalidMessageException if one of them is no message
     * @throws SQLException            if the database fails
     */
    @Override
    public void begin(Exchange exchange) throws SQLException {
        LockTimeout.begin(exchange.getContext());
        JmsReception reception = JmsReception.current();
        try {
            Map<String, ReceivedMessage> messages = read(exchange, reception);
            attempts(exchange).takeUnfailed(messages.values().stream().map(ReceivedMessage::identity).toList());
            begin(exchange, messages);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    /** By their keys; the message of the exchange is not touched. */
    private Map<String, ReceivedMessage> read(Exchange exchange, JmsReception reception) throws JMSException, SQLException {
        Map<String, ReceivedMessage> messages = new LinkedHashMap<>();
        JmsMessage first = (JmsMessage) exchange.getMessage();
        Session session = first.getJmsSession();
        JmsBinding binding = exchange.getProperty(Exchange.BINDING, JmsBinding.class);
        try {
            for (jakarta.jms.Message each : reception.messages()) {
                if (!JmsForm.isReadable(each)) {
                    throw new InvalidMessageException("one of several messages is neither a TextMessage nor a BytesMessage");
                }
                exchange.setMessage(new JmsMessage(exchange, each, session, binding));
                JmsForm.give(exchange, each, queue);
                exchange.getMessage().setBody(JmsForm.body(each));
                ReceivedMessage message = ReceivedMessage.read(exchange, consumer(), dataSource());
                message.check(exchange);
                if (each.getJMSRedelivered()) {
                    attempts(exchange).begin(message.identity());
                    reception.begun(message.identity(), attempts);
                }
                messages.putIfAbsent(message.inboxKey(), message);
            }
        } catch (JMSException | SQLException | RuntimeException e) {
            exchange.setMessage(first);
            throw e;
        }
        // what each of them gets is copied from it, and must not have the first one's id and body of JMS
        exchange.setMessage(new DefaultMessage(exchange.getContext()));
        return messages;
    }

    private synchronized JmsAttempts attempts(Exchange exchange) {
        if (attempts == null) {
            attempts = new JmsAttempts(exchange.getContext(), exchange.getContext().getRegistry().lookupByNameAndType(dataSource(), DataSource.class), consumer());
        }
        return attempts;
    }
}
