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
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultMessage;
import org.apache.camel.util.ObjectHelper;

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
     * {@code outboxClaimed} and puts rows to park into {@code outboxParked}.
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
        Set<Object> heldKeys = new HashSet<>();
        for (Map<String, Object> row : rows) {
            Object key = row.get("message_key");
            if (Boolean.TRUE.equals(row.get("held")) || heldKeys.contains(key)) {
                parked.add(park(row, 0, null, null));
                continue;
            }
            String destination = (String) row.get("destination");
            String topic = topic(exchange.getContext(), destination);
            if (topic.isEmpty()) {
                parked.add(park(row, 1, ConfigurationException.class.getName(), DESTINATION + destination
                        + " is not set: the message waits, and its key behind it. Map the destination to a topic, then release it."));
                if (key != null) {
                    heldKeys.add(key);
                }
                continue;
            }
            records.add(toRecord(exchange.getContext(), row, topic, source));
        }
        exchange.setVariable("outboxClaimed", rows);
        exchange.setVariable("outboxParked", parked);
        exchange.getMessage().setBody(records);
    }

    /**
     * The claimed row of the record that was refused, ready to be parked.
     *
     * @param  exchange the relay's exchange after the rollback, not null; it was caused by a {@link RejectedRecordException}
     * @return          the columns of the row and the error, not null
     */
    @SuppressWarnings("unchecked")
    public Map<String, Object> refused(Exchange exchange) {
        RejectedRecordException refusal = ObjectHelper.getException(RejectedRecordException.class,
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        for (Map<String, Object> row : (List<Map<String, Object>>) exchange.getVariable("outboxClaimed", List.class)) {
            if (row.get("message_id").equals(refusal.getMessageId())) {
                return park(row, 1, refusal.getCause().getClass().getName(), refusal.getCause().getMessage());
            }
        }
        throw new IllegalStateException("refused record " + refusal.getMessageId() + " is not of this batch", refusal);
    }

    private static Map<String, Object> park(Map<String, Object> row, int attempts, String errorClass, String errorMessage) {
        Map<String, Object> parked = new LinkedHashMap<>(row);
        parked.put("attempts", attempts);
        parked.put("error_class", errorClass);
        parked.put("error_message", errorMessage);
        return parked;
    }

    private static Message toRecord(CamelContext context, Map<String, Object> row, String topic, String source) {
        Message record = new DefaultMessage(context);
        record.setBody(row.get("payload"));
        if (row.get("headers") != null) {
            headers((String) row.get("headers")).forEach((name, value) -> record.setHeader(name, String.valueOf(value)));
        }
        record.setHeader(KafkaConstants.OVERRIDE_TOPIC, topic);
        if (row.get("message_key") != null) {
            record.setHeader(KafkaConstants.KEY, row.get("message_key"));
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
