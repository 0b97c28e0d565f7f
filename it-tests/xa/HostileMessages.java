package xa;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.StreamMessage;

/** JMS messages of any kind, from one seed, and what has to become of each. */
final class HostileMessages {

    private static final List<String> TEXTS = List.of("a", "a'b", "a\"b", "${body}", "{{tx.policy}}", "'; DELETE FROM inbox_message; --", "\\", "a\nb", "\u202e", "\ufeff",
            "\uffff", "sha256:00", " ", "m".repeat(300), "\ud83d\ude00".repeat(60), "\u65e5\u672c", "a\0b", "a\ud800", "x".repeat(3_000), "../../x", "null");
    private static final List<String> NAMES = List.of("CamelJmsDestinationName", "CamelSqlQuery", "CamelRedeliveryCounter", "breadcrumbId", "ce_time", "CE_ID", "traceparent",
            "ce_type", "x", "JMSXGroupSeq", "JMSXUserID", "kafka_KEY", "Exchange");

    /** Numbers of the effects that must be there, once. */
    final Set<Integer> good = new HashSet<>();
    /** Numbers of the messages that must be dead letters with their payload. */
    final Set<Integer> dead = new HashSet<>();
    /** Messages that must be dead letters and in the queue beside. */
    int unread;
    /** Those of the dead that have no identity, and nothing else is wrong with them. */
    int unidentified;
    /** Messages that say nothing, and must be dead letters. */
    int empty;
    private final Random random;
    private int number;
    private String last;

    HostileMessages(long seed) {
        random = new Random(seed);
    }

    void send(JMSContext context, JMSProducer producer, jakarta.jms.Destination queue, int messages) throws JMSException {
        for (int i = 0; i < messages; i++) {
            producer.setDisableMessageID(false).setPriority(random.nextInt(10));
            Message message = next(context, producer);
            if (message != null) {
                producer.send(queue, message);
            }
        }
    }

    private Message next(JMSContext context, JMSProducer producer) throws JMSException {
        int n = ++number;
        switch (random.nextInt(13)) {
            case 0 -> {
                // nothing to recognise it by: told so, and kept
                producer.setDisableMessageID(true);
                dead.add(n);
                unidentified++;
                return hostile(body(context, "good " + n + " without"), 0);
            }
            case 1 -> {
                // an id without a source
                dead.add(n);
                unidentified++;
                Message message = body(context, "good " + n + " sourceless");
                message.setStringProperty("ce_id", text());
                return message;
            }
            case 2 -> {
                unread++;
                return identified(unreadable(context), n);
            }
            case 3, 4 -> {
                dead.add(n);
                HostileHandler.Failure[] failures = HostileHandler.Failure.values();
                return hostile(identified(body(context, "bad " + n + " " + failures[random.nextInt(failures.length)]), n), n);
            }
            case 5 -> {
                // the same id as the last one, of another source
                good.add(n);
                Message message = body(context, "good " + n + " same");
                message.setStringProperty("ce_id", last == null ? "id " + n : last);
                message.setStringProperty("ce_source", "source " + n);
                return message;
            }
            case 6 -> {
                // twice, one effect
                good.add(n);
                Message message = identified(body(context, "good " + n + " twice"), n);
                producer.send(context.createQueue("hostile"), message);
                return message;
            }
            case 7 -> {
                good.add(n);
                return body(context, "good " + n + " " + "h".repeat(200_000 + random.nextInt(2_000_000)));
            }
            case 12 -> {
                empty++;
                return identified(random.nextBoolean() ? context.createTextMessage() : context.createTextMessage(""), n);
            }
            case 8 -> {
                good.add(n);
                return numbered(body(context, "good " + n + " number"), n);
            }
            default -> {
                good.add(n);
                return hostile(identified(body(context, "good " + n + " plain"), n), n);
            }
        }
    }

    private Message body(JMSContext context, String text) throws JMSException {
        if (random.nextBoolean()) {
            return context.createTextMessage(text);
        }
        jakarta.jms.BytesMessage message = context.createBytesMessage();
        message.writeBytes(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return message;
    }

    private Message unreadable(JMSContext context) throws JMSException {
        switch (random.nextInt(4)) {
            case 0 -> {
                MapMessage message = context.createMapMessage();
                message.setString("a", text());
                return message;
            }
            case 1 -> {
                StreamMessage message = context.createStreamMessage();
                message.writeDouble(random.nextDouble());
                return message;
            }
            case 2 -> {
                return context.createObjectMessage(new ArrayList<>(List.of("an object")));
            }
            default -> {
                return context.createMessage();
            }
        }
    }

    /** An identity that is as odd as it likes, and its own. */
    private Message identified(Message message, int n) throws JMSException {
        last = text() + n;
        message.setStringProperty("ce_id", last);
        message.setStringProperty("ce_source", text());
        return message;
    }

    /** An id that is a number of some type. */
    private Message numbered(Message message, int n) throws JMSException {
        switch (random.nextInt(4)) {
            case 0 -> message.setIntProperty("ce_id", n);
            case 1 -> message.setLongProperty("ce_id", Long.MAX_VALUE - n);
            case 2 -> message.setDoubleProperty("ce_id", n + 0.5);
            default -> message.setObjectProperty("ce_id", (float) n);
        }
        message.setStringProperty("ce_source", "numbers");
        return message;
    }

    private Message hostile(Message message, int n) throws JMSException {
        if (random.nextInt(3) > 0) {
            message.setStringProperty("JMSXGroupID", random.nextInt(4) == 0 ? text() : "group " + random.nextInt(5));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            if (name.equals("JMSXGroupSeq")) {
                message.setIntProperty(name, n);
            } else if (name.equals("CE_ID") || random.nextBoolean()) {
                message.setStringProperty(name, text());
            } else {
                message.setDoubleProperty(name, random.nextDouble());
            }
        }
        return message;
    }

    private String text() {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }
}
