package io.reliableroutes;

import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * A received message on its way from a topic to its handler, {@code inbox_parked} or {@code dead_letter}: makes the parameters of their
 * statements. Text is cut and cleaned so that PostgreSQL takes it: a message that could not be parked would stop its partition.
 */
public class InboxMessage {

    private static final String RECORD = "inboxRecord";
    private static final String CONSUMER = "inboxConsumer";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern KEPT_HEADERS = Pattern.compile("ce_.*|content-type|traceparent", Pattern.CASE_INSENSITIVE);

    /**
     * Remembers the record as it came, before its headers are removed, and its consumer and key as variable {@code inboxKey}.
     *
     * @param exchange the exchange of a Kafka consumer, not null; its property {@code inboxConsumer} is set
     */
    public void remember(Exchange exchange) {
        Message message = exchange.getMessage();
        if (exchange.getProperty(RECORD) == null) {
            exchange.setProperty(RECORD, new Received(identity(exchange), message.getBody(byte[].class), new HashMap<>(message.getHeaders())));
        }
        Map<String, Object> key = new HashMap<>();
        key.put("consumer", consumer(exchange));
        key.put("message_key", text(message.getHeader(KafkaHeaders.KEY), 1000));
        exchange.setVariable("inboxKey", key);
        InboxPosition.take(exchange);
    }

    /** Null: the message has none. */
    static MessageIdentity identity(Exchange exchange) {
        Message message = exchange.getMessage();
        Object source = message.getHeader("ce_source");
        MessageIdentity identity = MessageIdentity.of(source, message.getHeader("ce_id"));
        return identity != null ? identity
                : MessageIdentity.of(RetrySettings.value(exchange.getContext(), "inbox", consumer(exchange), "source"), message.getHeader("ce_id"));
    }

    /**
     * @param  exchange                an exchange that {@link #remember} has seen, not null
     * @throws InvalidMessageException if the message has no identity
     */
    public void check(Exchange exchange) {
        Received record = exchange.getProperty(RECORD, Received.class);
        if (record.identity() == null) {
            throw unidentified(exchange, record.headers());
        }
    }

    /** What is told of a message without an identity. */
    static InvalidMessageException unidentified(Exchange exchange, Map<String, Object> headers) {
        boolean noId = text(headers.get("ce_id"), 1) == null;
        return new InvalidMessageException("header " + (noId ? "ce_id is missing" : "ce_source is missing, and inbox.source is empty")
                + ": the message could not be recognised when it comes again. Send CloudEvents with source and id"
                + (noId ? "." : ", or set inbox." + consumer(exchange) + ".source, if all its ids are of one source."));
    }

    /**
     * @param  exchange an exchange that {@link #check} has seen, not null
     * @return          key of the message in {@link InboxRepository}, not null
     */
    public String key(Exchange exchange) {
        return exchange.getProperty(RECORD, Received.class).identity().key();
    }

    /**
     * @param  exchange an inbox's exchange, not null
     * @return          true if a message must not overtake a parked one of its key: {@code inbox.order} is {@code wait}, and there is a key
     */
    public boolean keepsOrder(Exchange exchange) {
        Object key = exchange.getVariable("inboxKey", Map.class).get("message_key");
        return key != null && !"skip".equals(RetrySettings.value(exchange.getContext(), "inbox", consumer(exchange), "order"));
    }

    /**
     * @param  exchange an inbox's exchange that has failed, not null
     * @return          true if a server cannot be reached and the consumer's permanent errors do not say otherwise: the message is innocent
     */
    public boolean isOutage(Exchange exchange) {
        return InboxFailure.isOutage(exchange);
    }

    /**
     * @param  exchange an inbox's exchange, after a failed attempt, not null
     * @return          true if the message is to be tried again before it is parked
     */
    public boolean isWorthAnotherTry(Exchange exchange) {
        Message message = exchange.getMessage();
        RetrySettings settings = InboxFailure.settings(exchange);
        message.setHeader(Exchange.REDELIVERY_DELAY, settings.immediateDelay());
        return attempts(exchange) < settings.immediateAttempts() && !InboxFailure.isPermanent(exchange);
    }

    /**
     * @param  exchange               an inbox's exchange whose record waits behind an earlier one of its key, not null
     * @return                        parameters of {@code park-inbox-follower.sql}, not null
     * @throws JsonProcessingException never, headers are text
     */
    public Map<String, Object> follower(Exchange exchange) throws JsonProcessingException {
        Received record = exchange.getProperty(RECORD, Received.class);
        Map<String, String> headers = new TreeMap<>();
        record.headers().forEach((name, value) -> {
            if (KEPT_HEADERS.matcher(name).matches()) {
                headers.put(name, text(value, 4000));
            }
        });
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("consumer", consumer(exchange));
        MessageIdentity identity = record.identity() != null ? record.identity() : MessageIdentity.ofPlace(
                record.headers().get(KafkaHeaders.TOPIC), record.headers().get(KafkaHeaders.PARTITION), record.headers().get(KafkaHeaders.OFFSET));
        parameters.put("source", identity.source());
        parameters.put("message_id", identity.id());
        parameters.put("message_key", text(record.headers().get(KafkaHeaders.KEY), 1000));
        parameters.put("topic", record.headers().get(KafkaHeaders.TOPIC));
        parameters.put("topic_partition", record.headers().get(KafkaHeaders.PARTITION));
        parameters.put("topic_offset", record.headers().get(KafkaHeaders.OFFSET));
        parameters.put("topic_id", InboxPosition.of(exchange).topicId());
        parameters.put("seen", InboxPosition.of(exchange).seen());
        parameters.put("payload", record.payload());
        parameters.put("headers", JSON.writeValueAsString(headers));
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
        Timestamp earlier = exchange.getProperty(JmsInbox.FIRST_FAILED_AT, Timestamp.class);
        parameters.put("first_failed_at", earlier != null ? earlier : new Timestamp(exchange.getClock().getCreated()));
        parameters.put("dead_destination", InboxFailure.deadDestination(exchange, (String) parameters.get("topic")));
        boolean placed = exchange.getProperty(RECORD, Received.class).identity() == null;
        parameters.put("placed", placed);
        if (placed) {
            // nothing to recognise it by: it cannot be parked
            parameters.put("delay", null);
        }
        return parameters;
    }

    private static int attempts(Exchange exchange) {
        return exchange.getProperty(TransactionPolicy.ATTEMPTS, 1, Integer.class);
    }

    /** Name of the receiver, null before its route has set it. */
    static String consumer(Exchange exchange) {
        return exchange.getProperty(CONSUMER, String.class);
    }

    /** A value as PostgreSQL takes it, of that many characters at most; null for nothing. */
    static String text(Object value, int length) {
        if (value == null) {
            return null;
        }
        String text = value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : value.toString();
        String clean = text.replace('\0', '\uFFFD');
        return clean.isEmpty() ? null : clean.substring(0, Math.min(length, clean.length()));
    }

    private record Received(MessageIdentity identity, byte[] payload, Map<String, Object> headers) {
    }
}
