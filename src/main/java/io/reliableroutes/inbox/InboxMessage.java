package io.reliableroutes.inbox;

import java.sql.Timestamp;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.database.TransactionPolicy;
import io.reliableroutes.kafka.KafkaHeaders;
import io.reliableroutes.support.DatabaseText;
import io.reliableroutes.support.MessageIdentity;
import io.reliableroutes.support.RetrySettings;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * A received message on its way from a topic to its handler, {@code inbox_parked} or {@code dead_letter}: makes the parameters of their
 * statements. {@link DatabaseText} makes its text fit: a message that could not be parked would stop its partition.
 */
public class InboxMessage {

    /** Exchange property: when the first attempt of a message has failed, in an earlier delivery, a Timestamp. */
    public static final String FIRST_FAILED_AT = "inboxFirstFailedAt";

    private static final String RECORD = "inboxRecord";
    private static final String CONSUMER = "inboxConsumer";
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Remembers the record as it came, before its headers are removed, and its consumer and key as variable {@code inboxKey}.
     *
     * @param exchange the exchange of a Kafka consumer, not null; its properties {@code inboxConsumer} and {@code inboxDataSource} are set
     */
    public void remember(Exchange exchange) {
        if (exchange.getProperty(RECORD) == null) {
            exchange.setProperty(RECORD, received(exchange));
        }
        Map<String, Object> key = new HashMap<>();
        key.put("consumer", consumer(exchange));
        key.put("message_key", received(exchange).key());
        exchange.setVariable("inboxKey", key);
        InboxPosition.take(exchange);
    }

    private static Received received(Exchange exchange) {
        Received known = exchange.getProperty(RECORD, Received.class);
        if (known != null) {
            return known;
        }
        Message message = exchange.getMessage();
        DatabaseText text = text(exchange);
        String key = text.clean(message.getHeader(KafkaHeaders.KEY));
        Map<String, Object> all = new HashMap<>(message.getHeaders());
        return new Received(identity(exchange), message.getHeader("ce_id") != null, message.getBody(byte[].class), key,
                text.clean(message.getHeader(KafkaHeaders.TOPIC)), message.getHeader(KafkaHeaders.PARTITION), message.getHeader(KafkaHeaders.OFFSET),
                HeaderList.of(exchange.getContext(), consumer(exchange)).of(all, text));
    }

    private static DatabaseText text(Exchange exchange) {
        return DatabaseText.of(exchange.getContext(), exchange.getProperty("inboxDataSource", String.class));
    }

    /** What the message of an exchange is recognised by, null if it has nothing of that. Asks the database for its encoding, once. */
    public static MessageIdentity identity(Exchange exchange) {
        DatabaseText text = text(exchange);
        Object id = exchange.getMessage().getHeader("ce_id");
        MessageIdentity identity = MessageIdentity.of(exchange.getMessage().getHeader("ce_source"), id, text);
        return identity != null ? identity
                : MessageIdentity.of(RetrySettings.value(exchange.getContext(), "inbox", consumer(exchange), "source"), id, text);
    }

    /**
     * Gives the handler the headers of {@code inbox.headers} as text, as every retry will.
     *
     * @param exchange an exchange that {@link #remember} has seen, not null
     */
    public void handOver(Exchange exchange) {
        received(exchange).headers().forEach(exchange.getMessage()::setHeader);
    }

    /**
     * @param  exchange                an exchange that {@link #remember} has seen, not null
     * @throws InvalidMessageException if the message has no identity, or no body where its consumer does not want tombstones
     */
    public void check(Exchange exchange) {
        String problem = problem(exchange);
        if (problem != null) {
            throw new InvalidMessageException(problem);
        }
    }

    /** Why the message is none, or null. */
    private static String problem(Exchange exchange) {
        Received record = received(exchange);
        if (record.identity() == null) {
            return unidentified(exchange, record.hasId());
        }
        if (record.payload() == null && !"handle".equals(RetrySettings.value(exchange.getContext(), "inbox", consumer(exchange), "tombstones"))) {
            return "message " + record.identity().id() + " has no body: there is nothing to handle. Send a body, or set inbox."
                    + consumer(exchange) + ".tombstones=handle, if its handler knows what to do without.";
        }
        return null;
    }

    /** What is told of a message with these headers and without an identity; not null. */
    public static InvalidMessageException unidentified(Exchange exchange, Map<String, Object> headers) {
        return new InvalidMessageException(unidentified(exchange, headers.get("ce_id") != null));
    }

    private static String unidentified(Exchange exchange, boolean hasId) {
        return "header " + (hasId ? "ce_source is missing, and inbox.source is empty" : "ce_id is missing")
                + ": the message could not be recognised when it comes again. Send CloudEvents with source and id"
                + (hasId ? ", or set inbox." + consumer(exchange) + ".source, if all its ids are of one source." : ".");
    }

    /**
     * @param  exchange an exchange that {@link #check} has seen, not null
     * @return          key of the message in {@link InboxRepository}, not null
     */
    public String key(Exchange exchange) {
        return received(exchange).identity().key();
    }

    /**
     * @param  exchange an inbox's exchange, not null
     * @return          true if a message must not overtake a parked one of its key: {@code inbox.order} is {@code wait}, and there is a key
     */
    public boolean keepsOrder(Exchange exchange) {
        return received(exchange).key() != null && !"skip".equals(RetrySettings.value(exchange.getContext(), "inbox", consumer(exchange), "order"));
    }

    /**
     * Tells {@link ReceiverPause} when the exchange is done that the message was handled, unless it fails.
     *
     * @param exchange an inbox's or inbox-retry's exchange on its way to the handler, not null
     */
    public void begin(Exchange exchange) {
        ReceiverPause.tellIfHandled(exchange);
    }

    /**
     * @param  exchange an inbox's exchange that has failed, not null
     * @return          true if the message is to come again as if nothing had happened: in an outage, for as long as one message may hold its
     *                  partition, unless the downstream has said when; or while the brake is on
     */
    public boolean isOutage(Exchange exchange) {
        Received record = received(exchange);
        ReceiverPause pause = ReceiverPause.of(exchange.getContext(), consumer(exchange));
        if (InboxFailure.isOutage(exchange)) {
            return InboxFailure.wait(exchange) == null && pause.isPatientWith(record.topic() + '/' + record.partition(), String.valueOf(record.offset()));
        }
        return InboxFailure.isBraked(exchange, record.key(), record.topic() + '/' + record.partition() + '/' + record.offset());
    }

    /**
     * @param  exchange an inbox's exchange, after a failed attempt, not null
     * @return          true if the message is to be tried again before it is parked
     */
    public boolean isWorthAnotherTry(Exchange exchange) {
        RetrySettings settings = InboxFailure.settings(exchange);
        exchange.getMessage().setHeader(Exchange.REDELIVERY_DELAY, settings.immediateDelay());
        return attempts(exchange) < settings.immediateAttempts() && !InboxFailure.isPermanent(exchange) && InboxFailure.wait(exchange) == null;
    }

    /**
     * @param  exchange               an inbox's exchange whose record waits behind an earlier one of its key, not null
     * @return                        parameters of {@code park-inbox-follower.sql}, not null
     * @throws JsonProcessingException never, headers are text
     */
    public Map<String, Object> follower(Exchange exchange) throws JsonProcessingException {
        Map<String, Object> parameters = lastResort(exchange);
        parameters.put("message_key", received(exchange).key());
        parameters.put("headers", JSON.writeValueAsString(received(exchange).headers()));
        return parameters;
    }

    /**
     * @param  exchange               an inbox's exchange that has failed for the last time, not null
     * @return                        parameters of {@code park-inbox-message.sql}, or, where {@code delay} is null, of
     *                                {@code insert-inbox-dead-letter.sql}; not null
     * @throws JsonProcessingException never, headers are text
     */
    public Map<String, Object> failed(Exchange exchange) throws JsonProcessingException {
        Map<String, Object> parameters = follower(exchange);
        InboxFailure.describe(parameters, exchange, attempts(exchange));
        Timestamp earlier = exchange.getProperty(FIRST_FAILED_AT, Timestamp.class);
        parameters.put("first_failed_at", earlier != null ? earlier : new Timestamp(exchange.getClock().getCreated()));
        parameters.put("dead_destination", InboxFailure.deadDestination(exchange, received(exchange).topic()));
        if (InboxFailure.isOutage(exchange) && InboxFailure.wait(exchange) == null) {
            InboxFailure.tellOutage(exchange, String.valueOf(parameters.get("message_id")));
        }
        if (problem(exchange) != null) {
            // nothing that a retry could mend
            parameters.put("delay", null);
        }
        return parameters;
    }

    /**
     * @param  exchange an inbox's exchange whose message could be neither parked nor buried, not null
     * @return          parameters of {@code keep-inbox-message.sql}: its payload and where it came from, not null
     */
    public Map<String, Object> lastResort(Exchange exchange) {
        Received record = received(exchange);
        MessageIdentity identity = record.identity() != null ? record.identity() : MessageIdentity.ofPlace(record.topic(), record.partition(), record.offset());
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("consumer", consumer(exchange));
        parameters.put("source", identity.source());
        parameters.put("message_id", identity.id());
        parameters.put("placed", record.identity() == null);
        parameters.put("topic", record.topic());
        parameters.put("topic_partition", record.partition());
        parameters.put("topic_offset", record.offset());
        parameters.put("topic_id", InboxPosition.of(exchange).topicId());
        parameters.put("seen", InboxPosition.of(exchange).seen());
        parameters.put("payload", record.payload());
        parameters.put("attempts", attempts(exchange));
        return parameters;
    }

    private static int attempts(Exchange exchange) {
        return exchange.getProperty(TransactionPolicy.ATTEMPTS, 1, Integer.class);
    }

    /** Name of the receiver, null before its route has set it. */
    static String consumer(Exchange exchange) {
        return exchange.getProperty(CONSUMER, String.class);
    }

    /** What came, with text as the database takes it; identity is null if there is none, partition and offset are null for a queue. */
    private record Received(MessageIdentity identity, boolean hasId, byte[] payload, String key, String topic, Object partition, Object offset,
            Map<String, String> headers) {
    }
}
