package io.reliableroutes.jms;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;

/** Asks an Artemis broker about itself, by the messages of its management address: nothing but JMS, a login and the permission {@code manage}. */
final class ArtemisManagement implements AutoCloseable {

    private static final String ADDRESS = "activemq.management";
    private static final int ANSWER_MILLIS = 5000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Connection connection;
    private final Session session;
    private final MessageProducer producer;
    private final Queue replies;
    private final MessageConsumer answers;

    /** @throws JMSException if the broker is away or the login may not do this */
    ArtemisManagement(ConnectionFactory broker) throws JMSException {
        connection = broker.createConnection();
        try {
            session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            producer = session.createProducer(session.createQueue(ADDRESS));
            producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
            producer.setTimeToLive(ANSWER_MILLIS);
            replies = session.createTemporaryQueue();
            answers = session.createConsumer(replies);
            connection.start();
        } catch (JMSException e) {
            connection.close();
            throw e;
        }
    }

    /** Whether a broker with this client understands these messages; to any other they would be a queue of that name. */
    static boolean speaks(Object connectionFactory) {
        return connectionFactory instanceof ConnectionFactory && connectionFactory.getClass().getName().startsWith("org.apache.activemq.artemis.");
    }

    /** The settings that hold for an address. */
    JsonNode addressSettings(String address) throws JMSException {
        return parse(ask("broker", "_AMQ_OperationName", "getAddressSettingsAsJSON", address).asText());
    }

    /** Messages in the queues of an address that match a filter; 0 if there is no such address. */
    long count(String address, String filter) throws JMSException {
        long messages = 0;
        boolean there = false;
        for (JsonNode each : ask("broker", "_AMQ_Attribute", "addressNames")) {
            there |= each.asText().equals(address);
        }
        if (!there) {
            return 0;
        }
        for (JsonNode queue : ask("address." + address, "_AMQ_Attribute", "queueNames")) {
            messages += ask("queue." + queue.asText(), "_AMQ_OperationName", "countMessages", filter).asLong();
        }
        return messages;
    }

    private JsonNode ask(String resource, String kind, String name, String... parameters) throws JMSException {
        try {
            TextMessage request = session.createTextMessage(JSON.writeValueAsString(parameters));
            request.setStringProperty("_AMQ_ResourceName", resource);
            request.setStringProperty(kind, name);
            request.setJMSReplyTo(replies);
            producer.send(request);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("text is JSON", e);
        }
        Message answer = answers.receive(ANSWER_MILLIS);
        if (!(answer instanceof TextMessage text)) {
            throw new JMSException("the broker does not answer at " + ADDRESS + " within " + ANSWER_MILLIS + " ms");
        }
        JsonNode result = parse(text.getText()).path(0);
        if (!answer.getBooleanProperty("_AMQ_OperationSucceeded")) {
            throw new JMSException("the broker refuses " + name + " of " + resource + ": " + result.asText());
        }
        return result;
    }

    private static JsonNode parse(String json) throws JMSException {
        try {
            return JSON.readTree(json == null ? "[]" : json);
        } catch (JsonProcessingException e) {
            throw new JMSException("the broker's answer is no JSON: " + e.getOriginalMessage());
        }
    }

    @Override
    public void close() throws JMSException {
        connection.close();
    }
}
