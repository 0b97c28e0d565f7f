package io.reliableroutes;

import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * A message on its way from {@code inbox_parked} to its handler and, if it fails again, back or to {@code dead_letter}: makes the
 * parameters of their statements.
 */
public class ParkedMessage {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> HEADERS = new TypeReference<>() {
    };

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
        exchange.setVariable("inboxParked", row);
        exchange.setProperty("inboxParkedId", row.get("id"));
        message.setBody(row.get("payload"));
        message.removeHeaders("*");
        JSON.readValue((String) row.get("headers"), HEADERS).forEach(message::setHeader);
    }

    /**
     * @param  exchange an inbox-retry's exchange that has failed, not null
     * @return          true if that is no failure of a message: nothing was claimed, or a server cannot be reached
     */
    public boolean isInnocent(Exchange exchange) {
        return parked(exchange) == null || InboxFailure.isOutage(exchange);
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
        InboxFailure.describe(parameters, exchange, seen + 1);
        parameters.put("exhausted", parameters.get("delay") == null);
        parameters.putIfAbsent("delay", 0L);
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
