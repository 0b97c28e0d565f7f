package io.reliableroutes;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;

import org.apache.camel.Exchange;

/**
 * Makes the parameters of {@code insert-outbox-message.sql} and {@code insert-delayed-outbox-message.sql}. They are one map because
 * camel-sql looks for each parameter in the body first, and to find that another body is no map takes it about a millisecond.
 */
public class OutboxRow {

    /**
     * @param  exchange                the exchange of an outbox-sink with its variables, not null
     * @return                         one value for each parameter, not null
     * @throws InvalidMessageException if the due time is none
     */
    public Map<String, Object> parameters(Exchange exchange) {
        Map<String, Object> row = new HashMap<>();
        row.put("destination", exchange.getVariable("outboxDestination"));
        row.put("message_key", exchange.getVariable("outboxKey"));
        row.put("content_type", exchange.getVariable("outboxContentType"));
        row.put("payload", exchange.getMessage().getBody(byte[].class));
        row.put("headers", exchange.getVariable("outboxHeaders"));
        row.put("traceparent", exchange.getMessage().getHeader("traceparent", String.class));
        row.put("due", due(exchange.getVariable("outboxDue", String.class)));
        return row;
    }

    private static String due(String text) {
        if (text.isBlank()) {
            return null;
        }
        try {
            Instant due = text.startsWith("P") ? Instant.now().plus(Duration.parse(text)) : OffsetDateTime.parse(text).toInstant();
            return due.toString();
        } catch (DateTimeException | ArithmeticException e) {
            throw new InvalidMessageException("outboxDue (" + text + ") is neither an instant like 2027-01-31T08:00:00Z nor a duration like "
                    + "PT15M: nobody would know when to publish the message, so nothing was written. Correct it.");
        }
    }
}
