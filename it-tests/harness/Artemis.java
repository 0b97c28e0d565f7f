package harness;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.QueueBrowser;
import jakarta.jms.TextMessage;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientRequestor;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.management.ManagementHelper;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.awaitility.Awaitility;

/** An Artemis broker in a process of its own, seen from outside: plain JMS, nothing of the pack. It can be killed and started again. */
public final class Artemis implements AutoCloseable {

    private final int port = Ports.free();
    private final Path log;
    private final RouteProcess process;

    public Artemis(Path folder) {
        this(folder, new String[0]);
    }

    /** One that may be asked about itself at another address than everybody thinks. */
    public Artemis(Path folder, String managementAddress) {
        this(folder, new String[] {managementAddress});
    }

    private Artemis(Path folder, String[] more) {
        try {
            log = Files.createDirectories(folder).resolve("artemis.log");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        process = RouteProcess.java(log, ArtemisBroker.class,
                Stream.concat(Stream.of(String.valueOf(port), folder.toString()), Stream.of(more)).toArray(String[]::new));
    }

    /** Starts the broker and returns when it answers. */
    public Artemis start() {
        process.start();
        Awaitility.await("Artemis on " + url()).atMost(Duration.ofMinutes(3)).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("Artemis has ended:\n" + process.log());
            }
            return process.log().contains("broker has started");
        });
        return this;
    }

    /** Its process id, while it runs. */
    public OptionalLong pid() {
        return process.pid();
    }

    /** kill -9. */
    public void kill() {
        process.kill();
    }

    public String url() {
        return "tcp://127.0.0.1:" + port;
    }

    public void send(String queue, String text, Map<String, String> properties) {
        with(context -> {
            TextMessage message = context.createTextMessage(text);
            for (Map.Entry<String, String> property : properties.entrySet()) {
                message.setStringProperty(property.getKey(), property.getValue());
            }
            context.createProducer().send(context.createQueue(queue), message);
            return null;
        });
    }

    /** Sends as a client that lets the broker give no ids. */
    public void sendWithoutMessageId(String queue, String text, Map<String, String> properties) {
        with(context -> {
            TextMessage message = context.createTextMessage(text);
            for (Map.Entry<String, String> property : properties.entrySet()) {
                message.setStringProperty(property.getKey(), property.getValue());
            }
            context.createProducer().setDisableMessageID(true).send(context.createQueue(queue), message);
            return null;
        });
    }

    /** Sends as a client that wants an answer. */
    public void sendForReply(String queue, String text, String id, String replies) {
        with(context -> {
            TextMessage message = context.createTextMessage(text);
            message.setStringProperty("ce_id", id);
            message.setStringProperty("ce_source", "somebody");
            message.setJMSReplyTo(context.createQueue(replies));
            context.createProducer().send(context.createQueue(queue), message);
            return null;
        });
    }

    /** Sends many at once. */
    public void sendAll(String queue, List<String> texts) {
        with(context -> {
            texts.forEach(text -> context.createProducer().send(context.createQueue(queue), text));
            return null;
        });
    }

    /** Sends an ObjectMessage: what no receiver should ever read. */
    public void sendObject(String queue, Serializable object) {
        with(context -> {
            context.createProducer().send(context.createQueue(queue), context.createObjectMessage(object));
            return null;
        });
    }

    /** What is in a queue, in order; it stays there. Text messages as text, others as the name of their class. */
    public List<String> browse(String queue) {
        return with(context -> {
            List<String> bodies = new ArrayList<>();
            try (QueueBrowser browser = context.createBrowser(context.createQueue(queue))) {
                for (Enumeration<?> messages = browser.getEnumeration(); messages.hasMoreElements();) {
                    Message message = (Message) messages.nextElement();
                    bodies.add(message instanceof TextMessage text ? text.getText() : message.getClass().getSimpleName());
                }
            }
            return bodies;
        });
    }

    private <T> T with(JmsWork<T> work) {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url()); JMSContext context = factory.createContext()) {
            return work.run(context);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many transactions are prepared and undecided. */
    public int prepared() {
        return ((Object[]) manage("broker", "listPreparedTransactions")).length;
    }

    /** Lets the broker do something by itself. */
    public Object manage(String resource, String operation, Object... parameters) {
        try (ServerLocator locator = ActiveMQClient.createServerLocator(url()); ClientSessionFactory factory = locator.createSessionFactory();
                ClientSession session = factory.createSession()) {
            session.start();
            try (ClientRequestor requestor = new ClientRequestor(session, "activemq.management")) {
                ClientMessage request = session.createMessage(false);
                ManagementHelper.putOperationInvocation(request, resource, operation, parameters);
                ClientMessage answer = requestor.request(request);
                Object result = ManagementHelper.getResult(answer);
                if (!ManagementHelper.hasOperationSucceeded(answer)) {
                    throw new IllegalStateException(operation + " of " + resource + ": " + result);
                }
                return result;
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.close();
    }

    private interface JmsWork<T> {
        T run(JMSContext context) throws JMSException;
    }
}
