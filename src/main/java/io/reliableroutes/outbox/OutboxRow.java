package io.reliableroutes.outbox;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.DueTime;
import org.apache.camel.Exchange;

/**
 * What one use of outbox-sink writes: makes the parameters of {@code insert-outbox-message.sql} and {@code insert-delayed-outbox-message.sql}. They are one map because
 * camel-sql looks for each parameter in the body first, and to find that another body is no map takes it about a millisecond.
 */
public class OutboxRow {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,200}");
    /** W3C Trace Context: neither version ff, nor an id of zeros. */
    private static final Pattern TRACEPARENT = Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    private String destination;
    private String key;
    private String contentType;
    private String headers;
    private boolean tombstone;
    private String due;

    /** @param destination logical name, not null */
    public void setDestination(String destination) {
        this.destination = destination;
    }

    /** @param key Simple expression for the message key, not null; an empty one, or one that is an empty text, is no key, and one that is null is refused */
    public void setKey(String key) {
        this.key = key;
    }

    /** @param contentType media type of the body, not null */
    public void setContentType(String contentType) {
        this.contentType = contentType;
    }

    /** @param headers names of headers of the message that travel with it, with commas between them, not null */
    public void setHeaders(String headers) {
        this.headers = headers;
    }

    /** @param tombstone whether a message without a body is meant */
    public void setTombstone(boolean tombstone) {
        this.tombstone = tombstone;
    }

    /** @param due Simple expression for the due time, not null; an empty one is at once */
    public void setDue(String due) {
        this.due = due;
    }

    /**
     * @param  exchange                the exchange of an outbox-sink, not null
     * @return                         one value for each parameter, not null: {@code due} is an instant, {@code delay} milliseconds from now
     *                                 on the clock of the database; both are null for a message that is due at once
     * @throws InvalidMessageException if the due time is none, or the key or a header is no text that PostgreSQL takes
     * @throws ConfigurationException  if the key or the due time is null, {@code outboxHeaders} is no list of names, or a message without a body is not
     *                                 meant to be a tombstone
     */
    public Map<String, Object> parameters(Exchange exchange) {
        Map<String, Object> row = new HashMap<>();
        row.put("destination", destination);
        row.put("message_key", text("outboxKey", simple(exchange, "outboxKey", key)));
        row.put("content_type", contentType);
        row.put("payload", payload(exchange, (String) row.get("message_key")));
        // a malformed one from outside must not fail the business transaction
        row.put("traceparent", traceparent(exchange.getMessage().getHeader("traceparent", String.class)));
        row.put("headers", headers(exchange, row.get("traceparent") != null));
        String text = simple(exchange, "outboxDue", due).trim();
        DueTime time = text.isEmpty() ? DueTime.NOW : DueTime.of(text).orElseThrow(() -> noDueTime(text));
        row.put("due", time.instant());
        row.put("delay", time.delay());
        return row;
    }

    /**
     * A name that is spelt wrong gives null, and a message would lose its order or its due time: only an empty text says that none is meant.
     */
    private String simple(Exchange exchange, String parameter, String expression) {
        String value = expression.isEmpty() ? "" : simple(exchange, expression);
        if (value == null) {
            throw new ConfigurationException(parameter + " (" + expression + ") of outbox-sink to " + destination + " is null: the message would have none, so "
                    + "nothing was written. Correct the expression, or leave " + parameter + " out.");
        }
        return value;
    }

    /** The text if it is a traceparent of W3C Trace Context, else null; null for null. */
    public static String traceparent(String text) {
        return text != null && TRACEPARENT.matcher(text).matches() ? text : null;
    }

    /** True for a name, not null, that a header of a row may have: it is one, and says nothing that CloudEvents or the pack itself says. */
    public static boolean isHeader(String name) {
        return NAME.matcher(name).matches() && !OutboxRecord.isReserved(name);
    }

    /** As camel-sql does it for a parameter; Camel remembers the expressions that it has read. Null for what is not there. */
    public static String simple(Exchange exchange, String expression) {
        return exchange.getContext().resolveLanguage("simple").createExpression(expression).evaluate(exchange, String.class);
    }

    private byte[] payload(Exchange exchange, String key) {
        // not by the charset that a client may have named for its own request
        byte[] payload = exchange.getMessage().getBody() instanceof String text ? text.getBytes(StandardCharsets.UTF_8)
                : exchange.getMessage().getBody(byte[].class);
        if (payload == null && !(tombstone && key != null && !key.isEmpty())) {
            // the route's fault, as a mistyped variable makes it: the message that is handled waits for a mended route
            throw new ConfigurationException("outbox-sink to " + destination + " has no body: it would delete "
                    + "what a compacted topic keeps of the key, so nothing was written. Set a body, or a key and outboxTombstone: true.");
        }
        return payload;
    }

    private String headers(Exchange exchange, boolean traced) {
        Map<String, String> values = new TreeMap<>();
        for (String name : headers.isBlank() ? new String[0] : headers.trim().split("\\s*,\\s*")) {
            if (!isHeader(name)) {
                throw new ConfigurationException("outboxHeaders (" + name + ") is no name of a header that may travel: nothing was written. Write "
                        + "the names of headers of the message with commas between them, none that CloudEvents or the pack itself sets.");
            }
            String value = text("header " + name, value(exchange, name));
            // the state of a trace means nothing without the trace
            if (value != null && (traced || !name.equalsIgnoreCase("tracestate"))) {
                values.put(name, value);
            }
        }
        try {
            return JSON.writeValueAsString(values);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A header that HTTP has several times is a list. */
    private static String value(Exchange exchange, String name) {
        return exchange.getMessage().getHeader(name) instanceof Collection<?> several
                ? several.stream().map(String::valueOf).collect(Collectors.joining(",")) : exchange.getMessage().getHeader(name, String.class);
    }

    /**
     * @param  what                    is looked at, for the message, not null
     * @return                         the value, null for null
     * @throws InvalidMessageException if PostgreSQL does not store such a text
     */
    public static String text(String what, String value) {
        if (value != null && (value.indexOf('\0') >= 0 || value.chars().filter(c -> Character.isSurrogate((char) c)).count()
                != 2 * value.codePoints().filter(Character::isSupplementaryCodePoint).count())) {
            throw new InvalidMessageException(what + " has a character that PostgreSQL does not store (NUL, or half of a pair): nothing was "
                    + "written. Refuse such input where it comes in.");
        }
        return value;
    }

    private static InvalidMessageException noDueTime(String text) {
        return new InvalidMessageException("outboxDue (" + text + ") is neither an instant like 2027-01-31T08:00:00Z nor a duration like "
                + "PT15M: nobody would know when to publish the message, so nothing was written. Correct it.");
    }
}
