package io.reliableroutes.saga;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.outbox.OutboxRow;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.Exchange;

/** What one use of saga-start-sink starts: makes the parameters of {@code start-saga.sql} and {@code find-saga.sql}. */
public class SagaStart {

    private static final ObjectMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
    /** PostgreSQL stores longer ones, and writes each digit into each command: 1e131071 is a message of 128 kB. */
    private static final int MOST_DIGITS = 1000;
    private static final Pattern NUL = Pattern.compile("(?<!\\\\)(\\\\{2})*\\\\u0000");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,200}");

    private String name;
    private String id;
    private String key;

    /** @param name of the saga, not null */
    public void setName(String name) {
        this.name = name;
    }

    /** @param id Simple expression for the id of this one, not null */
    public void setId(String id) {
        this.id = id;
    }

    /** @param key Simple expression for the key of its commands, not null; empty: the id */
    public void setKey(String key) {
        this.key = key;
    }

    /**
     * @param  exchange                the exchange of a saga-start-sink, not null
     * @return                         one value for each parameter, not null
     * @throws InvalidMessageException if the id, the key or the body can be none of a saga
     * @throws ConfigurationException  if the saga is not known, or the key is null or empty
     */
    public Map<String, Object> parameters(Exchange exchange) {
        SagaDefinition saga = Sagas.find(exchange.getContext(), name);
        if (saga == null) {
            throw new ConfigurationException("startSaga (" + name + ") is defined by no templatedRoute of this application: nothing was started, since nobody would know its steps. "
                    + "Correct the name; there are " + Sagas.all(exchange.getContext()).keySet() + ".");
        }
        String sagaId = OutboxRow.simple(exchange, id);
        if (sagaId == null || !ID.matcher(sagaId).matches()) {
            throw new InvalidMessageException("startId (" + sagaId + ") is no id of 1 to 200 letters, digits, dots, colons, hyphens and underscores: the saga " + name
                    + " was not started. Take the id of the request, for example a UUID.");
        }
        String messageKey = key.isEmpty() ? sagaId : OutboxRow.text("startKey", OutboxRow.simple(exchange, key));
        if (messageKey == null || messageKey.isEmpty()) {
            throw new ConfigurationException("startKey (" + key + ") of saga " + name + " is null or empty: its commands would have no order with those of other sagas, so nothing was "
                    + "started. Correct the expression, or leave startKey out.");
        }
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("saga_id", sagaId);
        parameters.put("saga_name", name);
        parameters.put("message_key", messageKey);
        parameters.put("data", data(exchange, sagaId));
        parameters.put("steps", saga.stepsAsJson());
        parameters.put("model", saga.model());
        parameters.put("pivot", saga.pivot());
        parameters.put("step_timeout", saga.timeout());
        parameters.put("traceparent", OutboxRow.traceparent(exchange.getMessage().getHeader("traceparent", String.class)));
        return parameters;
    }

    private static boolean hasLongNumber(JsonNode node) {
        if (node.isNumber()) {
            BigDecimal number = node.decimalValue();
            return Math.max(number.precision(), Math.max(Math.abs((long) number.scale()), number.precision() - (long) number.scale())) > MOST_DIGITS;
        }
        for (JsonNode child : node) {
            if (hasLongNumber(child)) {
                return true;
            }
        }
        return false;
    }

    private String data(Exchange exchange, String sagaId) {
        Object body = exchange.getMessage().getBody();
        String data = body instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : exchange.getMessage().getBody(String.class);
        try {
            JsonNode tree = data == null ? null : JSON.readTree(data);
            if (tree != null && tree.isObject()) {
                // written again, since it may have escaped what PostgreSQL does not store
                OutboxRow.text("the body", NUL.matcher(JSON.writeValueAsString(tree)).replaceAll("\0"));
                if (hasLongNumber(tree)) {
                    throw new InvalidMessageException("the body has a number of more than " + MOST_DIGITS + " digits: the saga " + name + " " + sagaId + " was not started, since "
                            + "its commands could be too long for their topics. Send it as text.");
                }
                return data;
            }
        } catch (JsonProcessingException | NumberFormatException e) {
            // told below: what Jackson says may quote the body; of 1e99999999999 it is no exception of its own
        }
        throw new InvalidMessageException("the body is no JSON object, or has a name twice: the saga " + name + " " + sagaId + " was not started, since its participants would not know "
                + "what to do. Set a body that has all that they need.");
    }
}
