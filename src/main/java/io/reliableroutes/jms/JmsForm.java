package io.reliableroutes.jms;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import io.reliableroutes.kafka.KafkaHeaders;
import io.reliableroutes.support.DatabaseText;
import io.reliableroutes.support.MessageIdentity;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import org.apache.camel.Exchange;

/**
 * The form that a Kafka record has for an inbox: body as bytes, and headers. The key is the message group; a message without {@code ce_id} has
 * the broker's id, of the source {@code jms:<queue>}. The object of an ObjectMessage is never read.
 */
final class JmsForm {

    private JmsForm() {
    }

    /** Gives the message of an exchange, which is this one, its headers, and no body yet. */
    static void give(Exchange exchange, Message message, String queue) throws JMSException {
        Map<String, Object> headers = exchange.getMessage().getHeaders();
        headers.put(KafkaHeaders.TOPIC, queue);
        headers.put(KafkaHeaders.KEY, property(message, "JMSXGroupID"));
        headers.put("ce_source", property(message, "ce_source"));
        headers.put("ce_id", property(message, "ce_id"));
        String brokers = "jms:" + queue;
        if (MessageIdentity.of(brokers, headers.get("ce_id"), DatabaseText.UTF8) == null && message.getJMSMessageID() != null) {
            // the broker's ids are unique, whoever sends
            headers.put("ce_id", message.getJMSMessageID());
            headers.put("ce_source", brokers);
        }
        exchange.getMessage().setBody(null);
    }

    /** Whether it has a body that may be read. */
    static boolean isReadable(Message message) {
        return message instanceof TextMessage || message instanceof BytesMessage;
    }

    /** The body of a readable one, null if it has none; a body that is not what it says is a RuntimeException. */
    static byte[] body(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            return text.getText() == null ? null : text.getText().getBytes(StandardCharsets.UTF_8);
        }
        byte[] body = new byte[Math.toIntExact(((BytesMessage) message).getBodyLength())];
        ((BytesMessage) message).readBytes(body);
        return body;
    }

    /** The value of a property of any type, or null: a value that JMS cannot give is none. */
    static Object property(Message message, String name) {
        try {
            return message.getObjectProperty(name);
        } catch (JMSException | RuntimeException e) {
            return null;
        }
    }
}
