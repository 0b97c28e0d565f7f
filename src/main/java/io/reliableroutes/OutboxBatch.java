package io.reliableroutes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;
import org.apache.camel.util.ObjectHelper;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Turns the rows that a relay has claimed into Kafka records: CloudEvents in binary mode, in the order of their ids. Rows that must
 * not be sent, because their destination is not mapped or an earlier message of their key is parked, are put aside.
 */
public class OutboxBatch {

    /** Prefix of the properties that map a destination to a topic: the list of what a row may name. */
    public static final String DESTINATION = "outbox.destination.";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> HEADERS = new TypeReference<>() {
    };

    private final Map<String, String> topics = new HashMap<>();

    /**
     * Replaces the body, a list of claimed rows, by the list of records to send, in order. Keeps the rows in the variable
     * {@code outboxClaimed}, puts those that are sent into {@code outboxSent} and those to park into {@code outboxParked}.
     *
     * @param exchange the relay's exchange, not null
     * @param source   CloudEvents source of the records, not null
     */
    public void toRecords(Exchange exchange, String source) {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> rows = exchange.getMessage().getBody(List.class);
        rows.sort(Comparator.comparingLong(row -> ((Number) row.get("id")).longValue()));
        List<Message> records = new ArrayList<>(rows.size());
        List<Map<String, Object>> parked = new ArrayList<>();
        List<Map<String, Object>> sent = new ArrayList<>(rows.size());
        Set<Object> heldKeys = new HashSet<>();
        Set<Object> openCircuits = new HashSet<>();
        for (Map<String, Object> row : rows) {
            String destination = (String) row.get("destination");
            Object key = row.get("message_key");
            boolean behindKey = Boolean.TRUE.equals(row.get("behind_key")) && keepsOrder(exchange, destination) || heldKeys.contains(key);
            if (behindKey || Boolean.TRUE.equals(row.get("behind_circuit")) || openCircuits.contains(destination)) {
                parked.add(park(row, "BEHIND", 0, null));
            } else if (topic(exchange.getContext(), destination).isEmpty()) {
                parked.add(refuse(exchange, row, notMapped(destination)));
                openCircuits.add(destination);
            } else {
                records.add(toRecord(exchange.getContext(), row, topic(exchange.getContext(), destination), source));
                sent.add(row);
                continue;
            }
            if (key != null && keepsOrder(exchange, destination)) {
                heldKeys.add(key);
            }
        }
        exchange.setVariable("outboxClaimed", rows);
        exchange.setVariable("outboxParked", parked);
        exchange.setVariable("outboxSent", sent);
        exchange.getMessage().setBody(records);
    }

    /**
     * Replaces the body, a row that was parked and is due, by a list with its record.
     *
     * @param  exchange                the exchange of an outbox-retry, not null
     * @param  source                  CloudEvents source of the record, not null
     * @throws RejectedRecordException if its destination is still not mapped
     */
    @SuppressWarnings("unchecked")
    public void toRecord(Exchange exchange, String source) {
        Map<String, Object> row = exchange.getMessage().getBody(Map.class);
        String destination = (String) row.get("destination");
        String topic = topic(exchange.getContext(), destination);
        exchange.setVariable("outboxClaimed", List.of(row));
        exchange.setVariable("outboxSent", List.of(row));
        if (topic.isEmpty()) {
            throw new RejectedRecordException((String) row.get("message_id"), notMapped(destination));
        }
        exchange.getMessage().setBody(List.of(toRecord(exchange.getContext(), row, topic, source)));
    }

    private static ConfigurationException notMapped(String destination) {
        return new ConfigurationException(DESTINATION + destination + " is not set: its messages wait. Map the destination to a topic.");
    }

    /**
     * The claimed row of the record that was refused, ready to be parked, or parked again.
     *
     * @param  exchange the exchange of a relay after the rollback, not null; it was caused by a {@link RejectedRecordException}
     * @return          the columns of the row and the error, not null
     */
    @SuppressWarnings("unchecked")
    public Map<String, Object> refused(Exchange exchange) {
        RejectedRecordException refusal = ObjectHelper.getException(RejectedRecordException.class,
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        for (Map<String, Object> row : (List<Map<String, Object>>) exchange.getVariable("outboxClaimed", List.class)) {
            if (row.get("message_id").equals(refusal.getMessageId())) {
                return refuse(exchange, row, refusal.getCause());
            }
        }
        throw new IllegalStateException("refused record " + refusal.getMessageId() + " is not of this batch", refusal);
    }

    /** What is wrong with a destination opens its circuit and uses up no attempt; what is wrong with a message does. */
    private static Map<String, Object> refuse(Exchange exchange, Map<String, Object> row, Throwable error) {
        CamelContext context = exchange.getContext();
        String destination = (String) row.get("destination");
        int seen = row.get("attempts") == null ? 0 : (Integer) row.get("attempts");
        boolean circuit = error instanceof ConfigurationException || error instanceof UnknownTopicOrPartitionException
                || error instanceof TopicAuthorizationException || error instanceof InvalidTopicException;
        Map<String, Object> parked = park(row, circuit ? "CIRCUIT" : "REFUSED", circuit ? seen : seen + 1, error);
        Long delay;
        if (circuit) {
            delay = Settings.milliseconds(context, "outbox.circuit-delay");
        } else if (FailureClassification.isPermanent(context, "outbox", destination, error)) {
            delay = null;
        } else {
            delay = RetrySettings.of(context, "outbox", destination).next(seen + 1);
        }
        parked.put("exhausted", delay == null);
        parked.put("delay", delay == null ? 0L : delay);
        parked.put("seen_attempts", seen);
        return parked;
    }

    private static Map<String, Object> park(Map<String, Object> row, String reason, int attempts, Throwable error) {
        Map<String, Object> parked = new LinkedHashMap<>(row);
        parked.put("reason", reason);
        parked.put("exhausted", false);
        parked.put("attempts", attempts);
        parked.put("delay", null);
        parked.put("error_class", error == null ? null : error.getClass().getName());
        parked.put("error_message", error == null ? null : String.valueOf(error.getMessage()));
        return parked;
    }

    private static boolean keepsOrder(Exchange exchange, String destination) {
        return !"skip".equals(RetrySettings.value(exchange.getContext(), "outbox", destination, "order"));
    }

    private static Message toRecord(CamelContext context, Map<String, Object> row, String topic, String source) {
        Message record = new DefaultMessage(context);
        record.setBody(row.get("payload"));
        if (row.get("headers") != null) {
            headers((String) row.get("headers")).forEach((name, value) -> record.setHeader(name, String.valueOf(value)));
        }
        record.setHeader(KafkaHeaders.OVERRIDE_TOPIC, topic);
        if (row.get("message_key") != null) {
            record.setHeader(KafkaHeaders.KEY, row.get("message_key"));
        }
        record.setHeader("ce_specversion", "1.0");
        record.setHeader("ce_id", row.get("message_id"));
        record.setHeader("ce_source", source);
        record.setHeader("ce_type", row.get("type"));
        record.setHeader("ce_time", ((java.sql.Timestamp) row.get("created_at")).toInstant().toString());
        record.setHeader("content-type", row.get("content_type"));
        if (row.get("traceparent") != null) {
            record.setHeader("traceparent", row.get("traceparent"));
        }
        return record;
    }

    private static Map<String, Object> headers(String json) {
        try {
            return JSON.readValue(json, HEADERS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("outbox_message.headers is jsonb and still no JSON: " + json, e);
        }
    }

    private String topic(CamelContext context, String destination) {
        return topics.computeIfAbsent(destination,
                name -> context.resolvePropertyPlaceholders("{{" + DESTINATION + name + ":}}"));
    }
}
