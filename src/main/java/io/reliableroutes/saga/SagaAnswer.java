package io.reliableroutes.saga;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.outbox.OutboxRow;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.Exchange;

/** What a participant answers: what one use of saga-answer-sink sends, as parameters of {@code insert-outbox-message.sql}, and what the saga reads. */
public class SagaAnswer {

    /** Strict where two readers of one answer would read two things; Camel's data format cannot be. */
    private static final ObjectMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    private static final int LONGEST_REASON = 200;

    /** {@code step} and the names are as the table saga has them. */
    static final Map<String, Pattern> PARTS = Map.of("saga", Pattern.compile("[A-Za-z0-9._-]{1,100}"), "sagaId", Pattern.compile("[A-Za-z0-9._:-]{1,200}"),
            "step", Pattern.compile("[1-9][0-9]{0,2}"), "action", Pattern.compile("DO|UNDO|TRY|CONFIRM|CANCEL"), "answer", Pattern.compile("DONE|REFUSED|UNDONE|CONFIRMED"));
    /** What is no question any more, and how it is answered. */
    static final Map<String, String> ENDS = Map.of("UNDO", "UNDONE", "CANCEL", "UNDONE", "CONFIRM", "CONFIRMED");
    private static final Pattern REASON = Pattern.compile("[^\\p{Cntrl}\\p{Cs}]{1,200}");

    private String destination;
    private String verdict;
    private String reason;

    /** @param destination logical name, not null */
    public void setDestination(String destination) {
        this.destination = destination;
    }

    /** @param verdict Simple expression for DONE or REFUSED, not null */
    public void setVerdict(String verdict) {
        this.verdict = verdict;
    }

    /** @param reason Simple expression for why it is refused, not null */
    public void setReason(String reason) {
        this.reason = reason;
    }

    /**
     * @param  exchange                the exchange of a saga-answer-sink, with the headers of a command, not null
     * @return                         one value for each parameter, not null
     * @throws InvalidMessageException if there is no command
     * @throws ConfigurationException  if its verdict is none that it can have: its handler is to be mended, and then it comes again
     */
    public Map<String, Object> parameters(Exchange exchange) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("saga", header(exchange, "ce_saga"));
        answer.put("sagaId", header(exchange, "ce_sagaid"));
        String step = header(exchange, "ce_sagastep");
        answer.put("step", step.matches("[1-9][0-9]{0,2}") ? Integer.valueOf(step) : step);
        answer.put("action", header(exchange, "ce_sagaaction"));
        String said = OutboxRow.simple(exchange, verdict);
        String which = answer.get("saga") + " " + answer.get("sagaId") + ", step " + step;
        String end = ENDS.get(answer.get("action"));
        if (end != null && !"DONE".equals(said)) {
            throw new ConfigurationException("the verdict (" + said + ") on " + answer.get("action") + " of saga " + which + " is not DONE: it cannot be refused, and nobody was "
                    + "answered. Let the handler fail: then it is tried again, and the saga waits for it.");
        }
        if (end == null && !"DONE".equals(said) && !"REFUSED".equals(said)) {
            throw new ConfigurationException("the verdict (" + said + ") on saga " + which + " is neither DONE nor REFUSED: nobody was answered. Let the handler set the "
                    + "variable verdict, or answerVerdict.");
        }
        answer.put("answer", end == null ? said : end);
        String why = OutboxRow.simple(exchange, reason);
        String line = said.equals("REFUSED") && why != null ? reason(why) : "";
        if (!line.isEmpty()) {
            answer.put("reason", line);
        }
        Map<String, Object> row = new HashMap<>();
        row.put("destination", destination);
        row.put("message_key", header(exchange, "ce_partitionkey"));
        row.put("content_type", "application/json");
        row.put("payload", json(answer));
        row.put("headers", "{}");
        row.put("traceparent", OutboxRow.traceparent(exchange.getMessage().getHeader("traceparent", String.class)));
        return row;
    }

    /**
     * @param  exchange                with an answer as its body, bytes or text of JSON, not null
     * @param  name                    of the saga whose answers are wanted, not null
     * @return                         the parameters of {@code advance-saga.sql}, null if it is for another saga of this process, which has it from the same topic. A refusal is a
     *                                 refusal, whatever it gives as its reason
     * @throws InvalidMessageException if it is no answer, or nobody's
     */
    public static Map<String, Object> read(Exchange exchange, String name) {
        Map<?, ?> body = body(exchange);
        Map<String, Object> answer = new HashMap<>();
        for (Map.Entry<String, Pattern> part : PARTS.entrySet()) {
            Object value = body.get(part.getKey());
            if (value == null || !part.getValue().matcher(value.toString()).matches()) {
                throw new InvalidMessageException(part.getKey() + " (" + value + ") is not " + part.getValue() + ": the message is no answer to a saga, and no saga goes on by it. "
                        + "Answer {saga, sagaId, step, action, answer, reason}, as docs/saga.md tells.");
            }
            answer.put(part.getKey(), value.toString());
        }
        String end = ENDS.get(answer.get("action"));
        if (end == null ? ENDS.containsValue(answer.get("answer")) : !answer.get("answer").equals(end)) {
            throw new InvalidMessageException("answer (" + answer.get("answer") + ") is none to " + answer.get("action") + ": nobody could tell what has happened. DO and TRY are "
                    + "answered by DONE or REFUSED, UNDO and CANCEL by UNDONE, CONFIRM by CONFIRMED.");
        }
        if (!answer.get("saga").equals(name)) {
            if (Sagas.find(exchange.getContext(), answer.get("saga").toString()) == null) {
                throw new InvalidMessageException("saga (" + answer.get("saga") + ") is not defined here, and its answers come to the topic of saga " + name + ": nobody would take "
                        + "them. Give sagas of different applications different sagaAnswers, or look at the sender.");
            }
            return null;
        }
        Object reason = body.get("reason");
        boolean told = reason instanceof String text && REASON.matcher(text).matches();
        answer.put("reason", !answer.get("answer").equals("REFUSED") ? null : told ? reason : "UNSPECIFIED");
        return answer;
    }

    private static Map<?, ?> body(Exchange exchange) {
        try {
            byte[] body = exchange.getMessage().getBody(byte[].class);
            Map<?, ?> answer = body == null ? null : JSON.readValue(body, Map.class);
            if (answer != null) {
                return answer;
            }
        } catch (IOException e) {
            // told below: what Jackson says may quote the body
        }
        throw new InvalidMessageException("the answer to a saga is no JSON object, or has a name twice: no saga goes on by it. Answer {saga, sagaId, step, action, answer, reason}, as "
                + "docs/saga.md tells.");
    }

    /** A text as a saga keeps it: 200 characters of one line; not null, may be empty. */
    static String reason(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().map(c -> isPrinted(c) ? c : ' ').forEach(line::appendCodePoint);
        String cut = line.toString().replaceAll(" +", " ").strip();
        int length = Math.min(cut.length(), LONGEST_REASON);
        return cut.substring(0, length > 0 && Character.isHighSurrogate(cut.charAt(length - 1)) ? length - 1 : length);
    }

    private static boolean isPrinted(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    /** A header of a command, not null, and an {@link InvalidMessageException} if there is none. */
    static String header(Exchange exchange, String name) {
        String value = exchange.getMessage().getHeader(name, String.class);
        if (value == null) {
            throw new InvalidMessageException("the message has no header " + name + ": it is no command of a saga, or the handler has taken its headers away, and nobody was "
                    + "answered. Put saga-answer-sink into the handler of an inbox, with the headers of the command.");
        }
        return value;
    }

    private static byte[] json(Map<String, Object> answer) {
        try {
            return JSON.writeValueAsString(answer).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
