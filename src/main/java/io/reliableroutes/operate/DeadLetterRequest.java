package io.reliableroutes.operate;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.support.DatabaseText;

/**
 * Reads a request to replay or discard dead letters: {@code {"consumer": "…", "who": "…", "reason": "…", "dryRun": true}}. The letters
 * are picked by {@code ids}, {@code consumer}, {@code errorClass}, {@code since} and {@code until} together, or by {@code "all": true}; with
 * {@code limit} the first of them. {@code token} is what a dry run has answered. With {@code payload}, or {@code payloadBase64}, one letter is
 * replayed with that payload in place of its own. What is null, of another type, unknown or there twice is refused and never left out: without
 * its filter a request would act on everything.
 */
public class DeadLetterRequest {

    private static final ObjectMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
    private static final List<String> FILTERS = List.of("ids", "consumer", "errorClass", "since", "until", "all");
    private static final List<String> OTHERS = List.of("dryRun", "token", "limit", "rate", "payload", "payloadBase64", "who", "reason");
    private static final Pattern TOKEN = Pattern.compile("\\d{1,19}-[0-9a-f]{32}");
    private static final int MOST_IDS = 10_000;
    private static final int LONGEST_TEXT = 1_000;
    private static final BigDecimal SLOWEST = new BigDecimal("0.001");
    private static final BigDecimal FASTEST = new BigDecimal("1000000");

    /**
     * @param  json                    the request, null or empty for one that picks nothing
     * @param  action                  {@code REPLAY} or {@code DISCARD}
     * @param  operator                who is logged in, and so is {@code who}; null if nobody is
     * @return                         parameters of {@code end-dead-letters.sql}, not null
     * @throws JsonProcessingException if it is no JSON, or has a name twice
     * @throws InvalidMessageException if it picks nothing, or has something unknown, null, of another type or out of its range; the message
     *                                 begins with the name of that
     */
    public Map<String, Object> read(String json, String action, String operator) throws JsonProcessingException {
        refuse(!List.of("REPLAY", "DISCARD").contains(action), "action (" + action + ") is neither REPLAY nor DISCARD", "Ask for one of the two");
        JsonNode request = JSON.readTree(json == null || json.isBlank() ? "{}" : json);
        refuse(!request.isObject(), "the request (" + shown(request) + ") is no JSON object", "Write for example {\"ids\": [1], \"dryRun\": true}");
        for (Iterator<String> names = request.fieldNames(); names.hasNext();) {
            String name = names.next();
            refuse(!FILTERS.contains(name) && !OTHERS.contains(name), name + " is no part of a request", "Use " + FILTERS + " and " + OTHERS);
            refuse(request.get(name).isNull(), name + " is null", "Leave it out, or say which");
        }
        ObjectNode filter = request.<ObjectNode>deepCopy().retain(FILTERS);
        refuse(filter.isEmpty(), "the request picks no dead letters", "Give ids, consumer, errorClass, since or until, or \"all\": true");
        refuse(filter.has("all") && !(filter.get("all").isBoolean() && filter.get("all").booleanValue()), "all (" + shown(filter.get("all")) + ") is not true",
                "Leave it out, or write \"all\": true");
        refuse(filter.has("all") && filter.size() > 1, "all is true, and there are other filters", "Ask for all, or for those that the others pick");
        boolean dryRun = dryRun(request.get("dryRun"));
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("action", action);
        parameters.put("dry_run", dryRun);
        parameters.put("ids", ids(request.get("ids")));
        parameters.put("consumer", text(request, "consumer"));
        parameters.put("error_class", text(request, "errorClass"));
        Instant since = instant(request, "since");
        Instant until = instant(request, "until");
        refuse(since != null && until != null && !since.isBefore(until), "since (" + since + ") is not before until (" + until + ")", "Turn them round");
        parameters.put("since", since == null ? null : since.toString());
        parameters.put("until", until == null ? null : until.toString());
        parameters.put("limit", limit(request.get("limit")));
        parameters.put("token", token(text(request, "token"), dryRun));
        parameters.put("rate", rate(request.get("rate")));
        parameters.put("payload", payload(request));
        refuse(parameters.get("payload") != null && !action.equals("REPLAY"), "payload is there, and the letter is discarded", "Leave it out");
        refuse(parameters.get("payload") != null && !(filter.size() == 1 && filter.path("ids").size() == 1), "payload is there, and not just one id in ids",
                "Write for example \"ids\": [1]");
        String who = text(request, "who");
        refuse(operator != null && who != null && !who.equals(operator), "who (" + who + ") is not " + operator + ", who is logged in", "Leave it out");
        parameters.put("who", operator == null ? who : operator);
        parameters.put("reason", text(request, "reason"));
        filter.setAll(request.<ObjectNode>deepCopy().retain("limit"));
        parameters.put("filter", JSON.writeValueAsString(filter));
        refuse(!dryRun && (parameters.get("who") == null || parameters.get("reason") == null), "who or reason is missing",
                "Say who acts and why, or set \"dryRun\": true");
        return parameters;
    }

    private static boolean dryRun(JsonNode value) {
        refuse(value != null && !value.isBoolean(), "dryRun (" + shown(value) + ") is neither true nor false", "Write it without quotes");
        return value != null && value.booleanValue();
    }

    private static String ids(JsonNode ids) {
        if (ids == null) {
            return null;
        }
        refuse(!ids.isArray() || ids.isEmpty() || ids.size() > MOST_IDS, "ids (" + shown(ids) + ") is no list of 1 to " + MOST_IDS + " numbers", "Write for example [1, 2]");
        StringJoiner all = new StringJoiner(",");
        for (JsonNode id : ids) {
            refuse(!id.isIntegralNumber() || !id.canConvertToLong() || id.longValue() < 1, "ids has " + shown(id) + ", which is no id", "Write for example [1, 2]");
            all.add(id.asText());
        }
        return all.toString();
    }

    private static String text(JsonNode request, String name) {
        JsonNode value = request.get(name);
        if (value == null) {
            return null;
        }
        refuse(!value.isTextual() || value.textValue().isBlank(), name + " (" + shown(value) + ") is no text", "Write it in quotes");
        refuse(value.textValue().length() > LONGEST_TEXT, name + " has " + value.textValue().length() + " characters", "Use at most " + LONGEST_TEXT);
        refuse(!DatabaseText.UTF8.holds(value.textValue()), name + " has a character that PostgreSQL does not store (NUL, or half of a pair)", "Leave it out");
        return value.textValue();
    }

    /** Bytes of either; null for neither. */
    private static byte[] payload(JsonNode request) {
        JsonNode text = request.get("payload");
        JsonNode base64 = request.get("payloadBase64");
        refuse(text != null && base64 != null, "payload and payloadBase64 are both there", "Leave one out");
        refuse(text != null && !text.isTextual(), "payload is no text", "Write it in quotes, with \\\" for each quote in it");
        // half of a pair would become a question mark
        refuse(text != null && !StandardCharsets.UTF_8.newEncoder().canEncode(text.textValue()), "payload has half of a surrogate pair", "Correct it");
        if (text != null) {
            return text.textValue().getBytes(StandardCharsets.UTF_8);
        }
        try {
            refuse(base64 != null && !base64.isTextual(), "payloadBase64 is no text", "Write it in quotes");
            return base64 == null ? null : Base64.getDecoder().decode(base64.textValue());
        } catch (IllegalArgumentException e) {
            throw new InvalidMessageException("payloadBase64 is no Base64: nothing was done. Encode it for example by base64 -w0.");
        }
    }

    private static Instant instant(JsonNode request, String name) {
        String text = text(request, name);
        try {
            Instant instant = text == null ? null : OffsetDateTime.parse(text).toInstant();
            refuse(instant != null && (instant.isBefore(Instant.EPOCH) || instant.isAfter(Instant.parse("9999-12-31T00:00:00Z"))),
                    name + " (" + text + ") is before 1970 or after 9999", "Correct it");
            return instant;
        } catch (DateTimeException e) {
            throw new InvalidMessageException(name + " (" + text + ") is no instant: nothing was done. Write for example 2027-01-31T08:00:00Z.");
        }
    }

    private static String rate(JsonNode rate) {
        refuse(rate != null && !(rate.isNumber() && rate.decimalValue().compareTo(SLOWEST) >= 0 && rate.decimalValue().compareTo(FASTEST) <= 0),
                "rate (" + shown(rate) + ") is no positive number of messages a second, " + SLOWEST + " to " + FASTEST, "Write for example 100");
        return rate == null ? null : rate.decimalValue().toPlainString();
    }

    private static Long limit(JsonNode limit) {
        refuse(limit != null && !(limit.isIntegralNumber() && limit.canConvertToLong() && limit.longValue() > 0), "limit (" + shown(limit) + ") is no number of letters, 1 or more",
                "Write for example 10");
        return limit == null ? null : (Long) limit.longValue();
    }

    private static String token(String token, boolean dryRun) {
        refuse(token != null && !TOKEN.matcher(token).matches(), "token (" + token + ") is none that a dry run has answered", "Ask with dryRun, and copy it");
        refuse(token != null && dryRun, "token is there, and dryRun is true", "Leave one out");
        return token;
    }

    private static String shown(JsonNode value) {
        String text = String.valueOf(value);
        return text.length() > 100 ? text.substring(0, 100) + "…" : text;
    }

    private static void refuse(boolean wrong, String problem, String fix) {
        if (wrong) {
            throw new InvalidMessageException(problem + ": nothing was done. " + fix + ".");
        }
    }
}
