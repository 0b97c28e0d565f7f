package io.reliableroutes.inbox;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.reliableroutes.support.DatabaseText;
import org.apache.camel.Exchange;

/**
 * A message on its way from {@code inbox_parked} to its handler and, if it fails again, back or to {@code dead_letter}: makes the
 * parameters of their statements. Without a row until one is claimed.
 */
public final class ParkedMessage extends InboxMessage {

    /** Milliseconds until a step that the database has refused is tried again, at least. */
    private static final long UNBURIED_DELAY = 1000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Map<String, Object> row = Map.of();
    private long postponement;

    ParkedMessage(String consumer, String dataSource) {
        super(consumer, dataSource);
    }

    /** @param row of {@code claim-inbox-retry.sql}, not null */
    ParkedMessage(String consumer, String dataSource, Map<String, Object> row) {
        this(consumer, dataSource);
        this.row = row;
    }

    static ParkedMessage of(Exchange exchange) {
        return (ParkedMessage) InboxMessage.of(exchange);
    }

    /** Its place in {@code inbox_parked}, null before it is claimed. */
    public Object id() {
        return row.get("id");
    }

    /** Whether it is to be made a dead letter: no attempt is left. */
    public boolean exhausted() {
        return Boolean.TRUE.equals(row.get("exhausted"));
    }

    /** Milliseconds until it is tried again, after an outage has met it. */
    public long postponement() {
        return postponement;
    }

    @Override
    String key() {
        return (String) row.get("message_key");
    }

    @Override
    byte[] payload() {
        return (byte[]) row.get("payload");
    }

    @Override
    Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        try {
            JSON.readTree((String) row.get("headers")).properties().forEach(header -> headers.put(header.getKey(), header.getValue().asText()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("inbox_parked.headers is no JSON", e);
        }
        return headers;
    }

    private int attempts() {
        return (Integer) row.get("attempts");
    }

    /**
     * Takes over what was claimed.
     *
     * @param exchange an inbox-retry's exchange whose body is a row of {@code claim-inbox-retry.sql}, not null
     */
    @SuppressWarnings("unchecked")
    public static void claimed(Exchange exchange) {
        ParkedMessage parked = of(exchange);
        // the database is here now: when a failure is to be told it may be away
        DatabaseText.of(exchange.getContext(), parked.dataSource());
        parked.row = exchange.getMessage().getBody(Map.class);
        ParkedMessages.of(exchange).take(List.of(parked));
    }

    /**
     * @param  exchange an inbox-retry's exchange that has failed, not null
     * @return          true if that is no failure of a message: nothing was claimed, a server is away and has not said until when, or the
     *                  brake is on
     */
    public static boolean isOutage(Exchange exchange) {
        ParkedMessage parked = of(exchange);
        if (parked == null || parked.id() == null) {
            return true;
        }
        parked.postponement = 0;
        if (!InboxFailure.isOutage(exchange)) {
            return InboxFailure.isBraked(exchange, "parked/" + parked.id());
        }
        if (InboxFailure.wait(exchange) != null) {
            return false;
        }
        ReceiverPause pause = ReceiverPause.of(exchange.getContext(), parked.consumer());
        if (!pause.isPatientWith(ReceiverPause.PARKED, ReceiverPause.PARKED)) {
            parked.postponement = InboxFailure.settings(exchange).delay();
            InboxFailure.tellOutage(exchange, (String) parked.row.get("message_id"));
        }
        return true;
    }

    /**
     * @param  exchange an inbox-retry's exchange that has failed, not null
     * @return          parameters of {@code repark-inbox-message.sql}, not null
     */
    public static Map<String, Object> failedAgain(Exchange exchange) {
        ParkedMessage parked = of(exchange);
        Map<String, Object> parameters = parked.parameters();
        parameters.put("seen_attempts", parked.attempts());
        if (parked.exhausted()) {
            // it was no attempt: the message could not be buried. It keeps what it has failed with, and lets others go first.
            parameters.put("attempts", parked.attempts());
            parameters.put("error_class", parked.row.get("error_class"));
            parameters.put("error_message", parked.row.get("error_message"));
            parameters.put("delay", Math.max(UNBURIED_DELAY, InboxFailure.settings(exchange).delay()));
            parameters.put("exhausted", true);
            return parameters;
        }
        InboxFailure.describe(parameters, exchange, parked.attempts() + 1);
        parameters.put("exhausted", parameters.get("delay") == null);
        parameters.putIfAbsent("delay", 0L);
        return parameters;
    }

    /**
     * @param  exchange an inbox-retry's exchange that has failed, and the database has refused to say with what, not null
     * @return          parameters of {@code retime-inbox-message.sql}, not null
     */
    public static Map<String, Object> failedSomehow(Exchange exchange) {
        ParkedMessage parked = of(exchange);
        Map<String, Object> parameters = parked.parameters();
        parameters.put("error_class", "unknown");
        parameters.put("attempts", parked.attempts() + 1);
        parameters.put("exhausted", InboxFailure.settings(exchange).next(parked.attempts() + 1) == null);
        parameters.put("delay", Math.max(UNBURIED_DELAY, InboxFailure.settings(exchange).delay()));
        return parameters;
    }

    /**
     * @param  exchange an inbox-retry's exchange whose message is exhausted, not null
     * @return          parameters of {@code bury-inbox-message.sql}, not null
     */
    public static Map<String, Object> buried(Exchange exchange) {
        ParkedMessage parked = of(exchange);
        Map<String, Object> parameters = new LinkedHashMap<>(parked.row);
        parameters.put("consumer", parked.consumer());
        parameters.put("dead_destination", InboxFailure.deadDestination(exchange, (String) parameters.get("topic")));
        return parameters;
    }

    private Map<String, Object> parameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("consumer", consumer());
        parameters.put("message_id", row.get("message_id"));
        parameters.put("id", id());
        return parameters;
    }
}
