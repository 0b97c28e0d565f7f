package io.reliableroutes.inbox;

import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.reliableroutes.support.DatabaseText;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * A message on its way from {@code inbox_parked} to its handler and, if it fails again, back or to {@code dead_letter}: makes the
 * parameters of their statements.
 */
public class ParkedMessage {

    /** Milliseconds until a step that the database has refused is tried again, at least. */
    private static final long UNBURIED_DELAY = 1000;
    /** Exchange property: milliseconds until a message that an outage has met is tried again. */
    private static final String POSTPONEMENT = "inboxPostponement";
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Replaces the body, a row of {@code claim-inbox-retry.sql}, by the message as the handler had it, and keeps the row.
     *
     * @param  exchange               an inbox-retry's exchange, not null
     * @throws JsonProcessingException never, headers are JSON
     */
    @SuppressWarnings("unchecked")
    public void restore(Exchange exchange) throws JsonProcessingException {
        Message message = exchange.getMessage();
        Map<String, Object> row = message.getBody(Map.class);
        // the database is here now: when a failure is to be told it may be away
        DatabaseText.of(exchange.getContext(), exchange.getProperty("inboxDataSource", String.class));
        exchange.setVariable("inboxParked", row);
        exchange.setProperty("inboxParkedId", row.get("id"));
        message.setBody(row.get("payload"));
        message.removeHeaders("*");
        JsonNode headers = JSON.readTree((String) row.get("headers"));
        headers.properties().forEach(header -> message.setHeader(header.getKey(), header.getValue().asText()));
    }

    /**
     * @param  exchange an inbox-retry's exchange that has failed, not null
     * @return          true if that is no failure of a message: nothing was claimed, a server is away and has not said until when, or the
     *                  brake is on
     */
    public boolean isInnocent(Exchange exchange) {
        Map<String, Object> row = parked(exchange);
        exchange.setProperty(POSTPONEMENT, 0L);
        if (row == null) {
            return true;
        }
        if (!InboxFailure.isOutage(exchange)) {
            return InboxFailure.isBraked(exchange, row.get("message_key"), "parked/" + row.get("id"));
        }
        if (InboxFailure.wait(exchange) != null) {
            return false;
        }
        ReceiverPause pause = ReceiverPause.of(exchange.getContext(), InboxMessage.consumer(exchange));
        if (!pause.isPatientWith(ReceiverPause.PARKED, ReceiverPause.PARKED)) {
            exchange.setProperty(POSTPONEMENT, InboxFailure.settings(exchange).delay());
            InboxFailure.tellOutage(exchange, (String) row.get("message_id"));
        }
        return true;
    }

    /**
     * @param  exchange an inbox-retry's exchange that has failed, not null
     * @return          parameters of {@code repark-inbox-message.sql}, not null
     */
    public Map<String, Object> failedAgain(Exchange exchange) {
        Map<String, Object> row = parked(exchange);
        int seen = (Integer) row.get("attempts");
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("consumer", InboxMessage.consumer(exchange));
        parameters.put("message_id", row.get("message_id"));
        parameters.put("id", row.get("id"));
        parameters.put("seen_attempts", seen);
        if (Boolean.TRUE.equals(row.get("exhausted"))) {
            // it was no attempt: the message could not be buried. It keeps what it has failed with, and lets others go first.
            parameters.put("attempts", seen);
            parameters.put("error_class", row.get("error_class"));
            parameters.put("error_message", row.get("error_message"));
            parameters.put("delay", Math.max(UNBURIED_DELAY, InboxFailure.settings(exchange).delay()));
            parameters.put("exhausted", true);
            return parameters;
        }
        InboxFailure.describe(parameters, exchange, seen + 1);
        parameters.put("exhausted", parameters.get("delay") == null);
        parameters.putIfAbsent("delay", 0L);
        return parameters;
    }

    /**
     * @param  exchange an inbox-retry's exchange whose message is given up and could not be made a dead letter, not null
     * @return          true if so
     */
    public boolean isUnburied(Exchange exchange) {
        return Boolean.TRUE.equals(parked(exchange).get("exhausted"));
    }

    /**
     * @param  exchange an inbox-retry's exchange that has failed, and the database has refused to say with what, not null
     * @return          parameters of {@code retime-inbox-message.sql}, not null
     */
    public Map<String, Object> failedSomehow(Exchange exchange) {
        Map<String, Object> row = parked(exchange);
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("consumer", InboxMessage.consumer(exchange));
        parameters.put("message_id", row.get("message_id"));
        parameters.put("error_class", "unknown");
        parameters.put("id", row.get("id"));
        parameters.put("attempts", (Integer) row.get("attempts") + 1);
        parameters.put("exhausted", InboxFailure.settings(exchange).next((Integer) row.get("attempts") + 1) == null);
        parameters.put("delay", Math.max(UNBURIED_DELAY, InboxFailure.settings(exchange).delay()));
        return parameters;
    }

    /**
     * @param  exchange an inbox-retry's exchange whose message is exhausted, not null
     * @return          parameters of {@code bury-inbox-message.sql}, not null
     */
    public Map<String, Object> buried(Exchange exchange) {
        Map<String, Object> parameters = new LinkedHashMap<>(parked(exchange));
        parameters.put("consumer", InboxMessage.consumer(exchange));
        parameters.put("dead_destination", InboxFailure.deadDestination(exchange, (String) parameters.get("topic")));
        return parameters;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> parked(Exchange exchange) {
        return exchange.getVariable("inboxParked", Map.class);
    }
}
