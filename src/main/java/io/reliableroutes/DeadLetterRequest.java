package io.reliableroutes;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * Reads a request to replay or discard dead letters: {@code {"consumer": "…", "who": "…", "reason": "…", "dryRun": true}}. The letters
 * are picked by {@code ids}, {@code consumer}, {@code errorClass}, {@code since} and {@code until} together, or by {@code "all": true}.
 */
public class DeadLetterRequest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> FILTERS = List.of("ids", "consumer", "errorClass", "since", "until", "all");
    private static final List<String> OTHERS = List.of("dryRun", "rate", "who", "reason");

    /**
     * @param  json                    the request, may be empty
     * @param  action                  {@code REPLAY} or {@code DISCARD}
     * @return                         parameters of {@code end-dead-letters.sql}, not null
     * @throws JsonProcessingException if it is no JSON object
     * @throws InvalidMessageException if it names nothing, something unknown or something that cannot be read
     */
    public Map<String, Object> read(String json, String action) throws JsonProcessingException {
        Map<String, Object> request = JSON.readValue(json == null || json.isBlank() ? "{}" : json, new TypeReference<TreeMap<String, Object>>() {
        });
        refuse(!List.of("REPLAY", "DISCARD").contains(action), "action (" + action + ") is neither REPLAY nor DISCARD", "Ask for one of the two");
        for (String name : request.keySet()) {
            refuse(!FILTERS.contains(name) && !OTHERS.contains(name), name + " is no part of a request", "Use " + FILTERS + " and " + OTHERS);
        }
        Map<String, Object> filter = new LinkedHashMap<>(request);
        filter.keySet().retainAll(FILTERS);
        refuse(filter.isEmpty(), "the request picks no dead letters", "Give ids, consumer, errorClass, since or until, or \"all\": true");
        boolean dryRun = Boolean.TRUE.equals(request.get("dryRun"));
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("action", action);
        parameters.put("dry_run", dryRun);
        parameters.put("ids", ids(request.get("ids")));
        parameters.put("consumer", text(request, "consumer"));
        parameters.put("error_class", text(request, "errorClass"));
        parameters.put("since", instant(request, "since"));
        parameters.put("until", instant(request, "until"));
        parameters.put("rate", rate(request.get("rate")));
        parameters.put("who", text(request, "who"));
        parameters.put("reason", text(request, "reason"));
        parameters.put("filter", JSON.writeValueAsString(filter));
        refuse(!dryRun && (parameters.get("who") == null || parameters.get("reason") == null), "who or reason is missing",
                "Say who acts and why, or set \"dryRun\": true");
        return parameters;
    }

    private static String ids(Object ids) {
        if (ids == null) {
            return null;
        }
        refuse(!(ids instanceof List<?> list) || list.isEmpty() || !list.stream().allMatch(id -> id instanceof Integer || id instanceof Long),
                "ids (" + ids + ") is no list of numbers", "Write for example [1, 2]");
        return ids.toString().replaceAll("[\\[\\] ]", "");
    }

    private static String text(Map<String, Object> request, String name) {
        Object value = request.get(name);
        refuse(value != null && (!(value instanceof String text) || text.isBlank()), name + " (" + value + ") is no text", "Write it in quotes");
        return (String) value;
    }

    private static String instant(Map<String, Object> request, String name) {
        String text = text(request, name);
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant().toString();
        } catch (DateTimeException e) {
            throw new InvalidMessageException(name + " (" + text + ") is no instant: nothing was done. Write for example 2027-01-31T08:00:00Z.");
        }
    }

    private static String rate(Object rate) {
        refuse(rate != null && !(rate instanceof Number number && number.doubleValue() > 0),
                "rate (" + rate + ") is no positive number of messages a second", "Write for example 100");
        return rate == null ? null : rate.toString();
    }

    private static void refuse(boolean wrong, String problem, String fix) {
        if (wrong) {
            throw new InvalidMessageException(problem + ": nothing was done. " + fix + ".");
        }
    }
}
