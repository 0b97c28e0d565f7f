package io.reliableroutes.outbox;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.reliableroutes.outbox.kafka.KafkaTopics;
import io.reliableroutes.outbox.kafka.RejectedRecordException;
import io.reliableroutes.support.DatabaseText;
import io.reliableroutes.support.FailureClassification;
import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.RetrySettings;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.util.ObjectHelper;

/** What becomes of a record that is refused: what is wrong with a destination closes it, what is wrong with a message uses up an attempt. */
public class OutboxRefusal {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Sets the parameter of the statement that keeps what was refused: {@code refused} for {@code park-outbox-messages.sql}, or
     * {@code closing} for {@code close-outbox-destinations.sql}; the other is null.
     *
     * @param  exchange                the exchange of a relay or an outbox-retry after the rollback, not null; it was caused by a
     *                                 {@link RejectedRecordException}
     * @throws JsonProcessingException never
     */
    public void read(Exchange exchange) throws JsonProcessingException {
        RejectedRecordException refusal = ObjectHelper.getException(RejectedRecordException.class,
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        KafkaTopics.of(exchange.getContext()).forget();
        OutboxBatch batch = OutboxBatch.of(exchange);
        batch.giveParameters(exchange);
        Map<String, Object> row = ((OutboxRecord) refusal.getRecord()).row();
        if (((Number) row.get("attempts")).intValue() == 0) {
            // later attempts are made alone
            batch.pace().refused();
        }
        if (refusal.getFault() == RejectedRecordException.Fault.MESSAGE) {
            Map<String, Object> refused = refused(exchange.getContext(), row, refusal.getCause());
            batch.set("refused", json(List.of(refused)));
            batch.set("closing", null);
            batch.setRefusal("message " + row.get("message_id") + " to " + row.get("destination") + " is refused, attempt "
                    + refused.get("attempts") + ", exhausted: " + refused.get("exhausted") + ", next in " + refused.get("delay") + " ms: "
                    + refused.get("error_message"));
        } else {
            Map<String, Object> closing
                    = OutboxDestinations.closing(exchange.getContext(), (String) row.get("destination"), refusal.getCause());
            batch.set("refused", null);
            batch.set("closing", json(List.of(closing)));
            batch.setRefusal("destination " + row.get("destination") + " is closed: " + closing.get("error_message"));
        }
    }

    /** One message for {@code park-outbox-messages.sql}, with one more failed attempt. */
    static Map<String, Object> refused(CamelContext context, Map<String, Object> row, Throwable error) {
        String destination = (String) row.get("destination");
        int seen = ((Number) row.get("attempts")).intValue();
        Long delay = FailureClassification.isPermanent(context, "outbox", destination, error) ? null
                : RetrySettings.of(context, "outbox", destination).next(seen + 1);
        Map<String, Object> refused = new LinkedHashMap<>();
        refused.put("id", row.get("id"));
        refused.put("message_id", row.get("message_id"));
        refused.put("shard", row.get("shard"));
        refused.put("seen_attempts", seen);
        refused.put("attempts", seen + 1);
        refused.put("exhausted", delay == null);
        refused.put("delay", delay == null ? 0L : delay);
        refused.put("error_class", error.getClass().getName());
        refused.put("error_message", text(error));
        return refused;
    }

    /** What a failure says, in characters that every database takes; not null. */
    static String text(Throwable error) {
        return DatabaseText.ASCII.cut(FailureText.message(error, 4000), 4000);
    }

    /** A list of parameters as one, null for an empty list. */
    static String json(List<Map<String, Object>> parameters) throws JsonProcessingException {
        return parameters.isEmpty() ? null : JSON.writeValueAsString(parameters);
    }
}
