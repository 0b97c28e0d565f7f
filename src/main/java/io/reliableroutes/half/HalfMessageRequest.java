package io.reliableroutes.half;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.outbox.OutboxDestinations;
import io.reliableroutes.outbox.OutboxRow;
import io.reliableroutes.support.DatabaseText;
import io.reliableroutes.support.DueTime;
import io.reliableroutes.support.Settings;
import org.apache.camel.Exchange;

/**
 * Reads a request to prepare a half message: {@code {"destination", "payload" or "payloadBase64", "checkBack"}}, and {@code id}, {@code key},
 * {@code type}, {@code contentType}, {@code headers} and {@code due} if they are there. What is null, of another type, unknown or there twice is
 * refused and never left out.
 */
public class HalfMessageRequest {

    private static final ObjectMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    private static final List<String> NAMES = List.of("id", "destination", "key", "type", "contentType", "payload", "payloadBase64", "headers", "due", "checkBack");
    static final String UUID_FORM = "(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    private static final int LONGEST_TEXT = 200;
    private static final int LONGEST_KEY = 1_000;
    private static final int LONGEST_URL = 2_000;
    private static final int LONGEST_HEADER = 8_000;

    /**
     * @param  exchange                of a request, not null: its body, the header {@code traceparent} and the variable {@code producer}
     * @param  dataSource              bean name of the data source of half messages, not null
     * @return                         parameters of {@code insert-half-message.sql}, not null; {@code id} is a new one if the request has none
     * @throws IOException             if it is no JSON, or has a name twice
     * @throws InvalidMessageException if it lacks something, or has something unknown, null, of another type or out of its range; the message
     *                                 begins with the name of that. The variable {@code refusedAs} is 422 for a destination or a check-back that
     *                                 this service does not serve.
     */
    public Map<String, Object> read(Exchange exchange, String dataSource) throws IOException {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        JsonNode request = JSON.readTree(body == null || body.length == 0 ? "{}".getBytes(StandardCharsets.UTF_8) : body);
        refuse(!request.isObject(), "the request is no JSON object", "Send {\"destination\", \"payload\", \"checkBack\"}");
        DatabaseText database = DatabaseText.of(exchange.getContext(), dataSource);
        for (Iterator<String> names = request.fieldNames(); names.hasNext();) {
            String name = names.next();
            refuse(!NAMES.contains(name), shown(name) + " is no part of a half message", "Use " + NAMES);
            refuse(!name.equals("headers") && !request.get(name).isTextual(), name + " is no text", "Write it in quotes, or leave it out");
            refuse(!name.startsWith("payload") && request.get(name).isTextual() && !database.holds(request.get(name).textValue()),
                    name + " has a character that the database does not store (NUL, half of a pair, or one that its encoding lacks)", "Leave it out");
        }
        Map<String, Object> row = new HashMap<>();
        String id = text(request, "id", 36, UUID.randomUUID().toString()).toLowerCase(Locale.ROOT);
        refuse(!id.matches(UUID_FORM), "id (" + shown(id) + ") is no UUID", "Send for example " + UUID.randomUUID() + ", or none");
        row.put("id", id);
        row.put("destination", destination(exchange, request));
        row.put("message_key", text(request, "key", LONGEST_KEY, null));
        row.put("type", text(request, "type", LONGEST_TEXT, (String) row.get("destination")));
        row.put("content_type", text(request, "contentType", LONGEST_TEXT, "application/json"));
        row.put("payload", payload(request));
        row.put("headers", headers(exchange, request.get("headers"), database));
        String due = text(request, "due", LONGEST_TEXT, null);
        DueTime time = due == null ? DueTime.NOW : DueTime.of(due).orElseThrow(() -> new InvalidMessageException("due (" + shown(due)
                + ") is neither an instant nor a duration: nothing was prepared. Write for example 2027-01-31T08:00:00Z or PT15M."));
        row.put("due", time.instant());
        row.put("delay", time.delay());
        row.put("ordered", due == null && row.get("message_key") != null && "wait".equals(Settings.text(exchange.getContext(), "half.order")));
        URI checkBack = checkBack(exchange, request);
        row.put("check_back", checkBack.toString());
        row.put("check_host", CheckBackHosts.place(checkBack));
        row.put("content", digest(row, due));
        row.put("traceparent", OutboxRow.traceparent(exchange.getMessage().getHeader("traceparent", String.class)));
        row.put("producer", exchange.getVariable("producer"));
        row.put("first_delay", Settings.duration(exchange.getContext(), "half.check-back.first-delay"));
        return row;
    }

    private static String destination(Exchange exchange, JsonNode request) {
        String destination = text(request, "destination", LONGEST_TEXT, null);
        refuse(destination == null, "destination is missing", "Say where the message is to go");
        boolean mapped = destination.matches("[A-Za-z0-9._-]{1,200}")
                && new OutboxDestinations().topic(exchange.getContext(), destination) != null;
        unserved(exchange, !mapped, "destination (" + shown(destination) + ") is none that this service publishes to",
                "Ask its operators to map outbox.destination.<destination>");
        return destination;
    }

    private static URI checkBack(Exchange exchange, JsonNode request) {
        String text = text(request, "checkBack", LONGEST_URL, null);
        refuse(text == null, "checkBack is missing", "Say where this service can ask whether the transaction has committed");
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            url = URI.create("");
        }
        // the address may hold a secret: it is not shown
        refuse(url.getScheme() == null || !url.getScheme().matches("(?i)https?") || url.getHost() == null || url.getRawUserInfo() != null
                || url.getRawFragment() != null || url.getPort() > 65_535, "checkBack is no http or https URL, or has a login or a fragment", "Correct it");
        unserved(exchange, !CheckBackHosts.of(exchange.getContext()).allow(url), "the host of checkBack (" + shown(CheckBackHosts.place(url))
                + ") is none that this service asks", "Ask its operators to add it to " + CheckBackHosts.SETTING);
        return url;
    }

    private static byte[] payload(JsonNode request) {
        JsonNode text = request.get("payload");
        JsonNode base64 = request.get("payloadBase64");
        refuse((text == null) == (base64 == null), "payload and payloadBase64 are both there, or both missing", "Send one of them");
        // half of a pair would become a question mark
        refuse(text != null && !StandardCharsets.UTF_8.newEncoder().canEncode(text.textValue()), "payload has half of a surrogate pair", "Correct it");
        try {
            return text != null ? text.textValue().getBytes(StandardCharsets.UTF_8) : Base64.getDecoder().decode(base64.textValue());
        } catch (IllegalArgumentException e) {
            throw new InvalidMessageException("payloadBase64 is no Base64: nothing was prepared. Encode it for example by base64 -w0.");
        }
    }

    private static String headers(Exchange exchange, JsonNode headers, DatabaseText database) throws JsonProcessingException {
        Map<String, String> all = new TreeMap<>();
        refuse(headers != null && !headers.isObject(), "headers is no object", "Write {\"name\": \"text\"}");
        List<String> allowed = Arrays.asList(Settings.text(exchange.getContext(), HalfCheck.HEADERS).trim().split("\\s*,\\s*"));
        for (Iterator<Map.Entry<String, JsonNode>> each = headers == null ? new TreeMap<String, JsonNode>().entrySet().iterator() : headers.fields(); each.hasNext();) {
            Map.Entry<String, JsonNode> header = each.next();
            refuse(!allowed.contains(header.getKey()), "headers has " + shown(header.getKey()) + ", which is not in " + HalfCheck.HEADERS, "Leave it out, or ask the operators");
            String value = header.getValue().textValue();
            refuse(value == null || value.length() > LONGEST_HEADER || !database.holds(value),
                    "headers." + header.getKey() + " is no text of at most " + LONGEST_HEADER + " characters that the database stores", "Correct it");
            all.put(header.getKey(), value);
        }
        return JSON.writeValueAsString(all);
    }

    private static String text(JsonNode request, String name, int longest, String otherwise) {
        if (!request.has(name)) {
            return otherwise;
        }
        String text = request.get(name).textValue();
        refuse(text.isBlank() || text.length() > longest, name + " has " + text.length() + " characters, or only blanks", "Use 1 to " + longest + ", or leave it out");
        return text;
    }

    /** Of all that the producer has chosen, but for the id. */
    private static String digest(Map<String, Object> row, String due) throws JsonProcessingException {
        Map<String, Object> chosen = new TreeMap<>(row);
        chosen.keySet().retainAll(List.of("destination", "message_key", "type", "content_type", "payload", "headers", "check_back"));
        chosen.put("due", due);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(JSON.writeValueAsBytes(chosen)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String shown(String text) {
        return text.length() > 100 ? text.substring(0, 100) + "…" : text;
    }

    private static void unserved(Exchange exchange, boolean wrong, String problem, String fix) {
        if (wrong) {
            exchange.setVariable("refusedAs", "422");
        }
        refuse(wrong, problem, fix);
    }

    private static void refuse(boolean wrong, String problem, String fix) {
        if (wrong) {
            throw new InvalidMessageException(problem + ": nothing was prepared. " + fix + ".");
        }
    }
}
