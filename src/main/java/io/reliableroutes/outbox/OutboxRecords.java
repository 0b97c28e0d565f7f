package io.reliableroutes.outbox;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.reliableroutes.kafka.KafkaHeaders;
import io.reliableroutes.outbox.kafka.RejectedRecordException;
import io.reliableroutes.support.CommitLog;
import io.reliableroutes.support.RetrySettings;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;

/**
 * Turns the rows that a relay or an outbox-retry has claimed into Kafka records: CloudEvents in binary mode, in the order of their ids. Puts
 * aside what must not be sent: rows of closed destinations, rows behind an earlier message of their key, and rows that can be no record.
 */
public class OutboxRecords {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final OutboxDestinations destinations = new OutboxDestinations();

    /**
     * Replaces the body, a list of claimed rows, by the list of records to send. What becomes of the rows are parameters of the statements
     * behind the sink ({@code ids} and {@code messages} of those that are sent; {@code held_ids}, {@code held_messages}, {@code held_reasons};
     * {@code buried_ids}, {@code buried_messages}; {@code refused} and {@code closing} as JSON; {@code done}, the keys that have moved on).
     * A parameter of what there is none of is null.
     *
     * @param  exchange                                the exchange of a relay or an outbox-retry, not null
     * @throws JsonProcessingException                 never
     * @throws org.apache.kafka.common.KafkaException  if the broker cannot be asked for a topic
     */
    public void toRecords(Exchange exchange) throws JsonProcessingException {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> rows = exchange.getMessage().getBody(List.class);
        OutboxBatch batch = OutboxBatch.of(exchange);
        CamelContext context = exchange.getContext();
        Map<String, Throwable> closed = closed(context, rows);
        List<Message> records = new ArrayList<>(rows.size());
        List<Map<String, Object>> refused = new ArrayList<>();
        Rows sent = new Rows();
        Rows held = new Rows();
        Rows buried = new Rows();
        Map<List<Object>, String> heldKeys = new HashMap<>();
        Map<String, Boolean> order = new HashMap<>();
        for (Map<String, Object> row : rows) {
            String destination = (String) row.get("destination");
            boolean ordered = row.get("message_key") != null && order.computeIfAbsent(destination,
                    name -> !"skip".equals(RetrySettings.value(context, "outbox", name, "order")));
            List<Object> key = Arrays.asList(destination, row.get("message_key"));
            String reason = ordered ? heldKeys.getOrDefault(key, (String) row.get("behind")) : null;
            if (reason == null && Boolean.TRUE.equals(row.get("closed")) || closed.containsKey(destination)) {
                reason = reason == null || reason.equals("CLOSED") ? "CLOSED" : "BEHIND";
            }
            if (Boolean.TRUE.equals(row.get("exhausted"))) {
                buried.add(row, null);
                log(exchange, "ERROR", row, "is a dead letter after " + row.get("attempts") + " attempts");
                continue;
            }
            if (reason == null) {
                try {
                    records.add(toMessage(context, OutboxRecord.of(row, batch.pace().source())));
                    sent.add(row, null);
                    continue;
                } catch (RejectedRecordException e) {
                    refused.add(OutboxRefusal.refused(context, row, e.getCause()));
                    log(exchange, "WARN", row, "is refused: " + e.getCause().getMessage());
                    reason = "REFUSED";
                }
            } else if (!Boolean.TRUE.equals(row.get("parked")) || row.get("behind") != null) {
                // what is parked already stays as it is, but for what had waited for its destination and now waits behind a message
                held.add(row, reason.equals("CLOSED") ? "CLOSED" : "BEHIND");
            }
            if (ordered) {
                heldKeys.put(key, reason);
            }
        }
        sent.putInto(batch, "ids", "messages", null);
        held.putInto(batch, "held_ids", "held_messages", "held_reasons");
        buried.putInto(batch, "buried_ids", "buried_messages", null);
        batch.set("done", done(sent, buried));
        batch.set("refused", OutboxRefusal.json(refused));
        batch.set("closing", OutboxRefusal.json(closed.entrySet().stream()
                .map(entry -> OutboxDestinations.closing(context, entry.getKey(), entry.getValue())).toList()));
        closed.forEach((destination, problem) -> new CommitLog().write(exchange, "WARN", "destination " + destination + " is closed: "
                + problem.getMessage()));
        exchange.getMessage().setBody(records);
    }

    private static void log(Exchange exchange, String level, Map<String, Object> row, String what) {
        new CommitLog().write(exchange, level, "outbox of " + OutboxBatch.of(exchange).dataSource() + ": message " + row.get("message_id")
                + " to " + row.get("destination") + " " + what);
    }

    /** Looks at the destinations of rows that are not known to be closed. */
    private Map<String, Throwable> closed(CamelContext context, List<Map<String, Object>> rows) {
        Set<String> asked = new HashSet<>();
        for (Map<String, Object> row : rows) {
            if (!Boolean.TRUE.equals(row.get("closed"))) {
                asked.add((String) row.get("destination"));
            }
        }
        return destinations.closed(context, asked);
    }

    private Message toMessage(CamelContext context, OutboxRecord record) {
        Message message = new DefaultMessage(context);
        message.setBody(record);
        message.setHeader(KafkaHeaders.OVERRIDE_TOPIC, destinations.topic(context, (String) record.row().get("destination")));
        if (record.row().get("message_key") != null) {
            message.setHeader(KafkaHeaders.KEY, record.row().get("message_key"));
        }
        return message;
    }

    private static String done(Rows sent, Rows buried) throws JsonProcessingException {
        Set<Map<String, Object>> keys = new LinkedHashSet<>(sent.keys);
        keys.addAll(buried.keys);
        return keys.isEmpty() ? null : JSON.writeValueAsString(keys);
    }

    /** Some rows as parameters of a statement: arrays as PostgreSQL writes them. */
    private static final class Rows {

        private final List<String> ids = new ArrayList<>();
        private final List<String> messages = new ArrayList<>();
        private final List<String> reasons = new ArrayList<>();
        private final Set<Map<String, Object>> keys = new LinkedHashSet<>();

        void add(Map<String, Object> row, String reason) {
            ids.add(row.get("id").toString());
            messages.add((String) row.get("message_id"));
            reasons.add(reason);
            // behind what a relay sends nobody waits
            if (row.get("message_key") != null && Boolean.TRUE.equals(row.get("parked"))) {
                Map<String, Object> key = new LinkedHashMap<>();
                key.put("destination", row.get("destination"));
                key.put("message_key", row.get("message_key"));
                keys.add(key);
            }
        }

        void putInto(OutboxBatch batch, String idsName, String messagesName, String reasonsName) {
            batch.set(idsName, ids.isEmpty() ? null : "{" + String.join(",", ids) + "}");
            batch.set(messagesName, ids.isEmpty() ? null : "{" + String.join(",", messages) + "}");
            if (reasonsName != null) {
                batch.set(reasonsName, ids.isEmpty() ? null : "{" + String.join(",", reasons) + "}");
            }
        }
    }
}
