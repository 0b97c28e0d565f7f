package fuzz;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Requests to prepare a half message, and ids in addresses, as producers, broken programs and attackers send them. */
final class HalfMessageGenerator {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DEEP = "[".repeat(900) + "]".repeat(900);
    static final List<String> OTHERS = List.of("null", "true", "false", "[]", "{}", "[\"a\"]", "{\"a\":\"b\"}", "\"\"", "\" \"", "0", "-0", "7", "1e400", "-1e-400",
            "1e999999999", "1e2147483648", "9".repeat(400), "1" + "0".repeat(1_500), "NaN", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udfff\\ud800\"", "\"a\\ud83d\"",
            "\"${body}\"", "\"{{half.logins}}\"", "\"\\u2028\"", "\"\\uffff\"", "\"\\u0085\"", DEEP, "{\"a\":".repeat(900) + "1" + "}".repeat(900),
            "[".repeat(5_000), "\"" + "x".repeat(9_000) + "\"");
    private static final List<String> CHARACTERS = List.of("\"a\\u0000b\"", "\"\\ud800\"", "\"a\\udfffb\"", "\"\\ud83d\\ude00\"", "\"\\uffff\"", "\"a\0b\"");
    private static final List<String> TYPES = List.of("Application/JSON; Charset=UTF-8", "application/json;charset=bogus", "application/json; charset=utf-16",
            "application/json; charset=\"", "text/plain", ";", "application/x-www-form-urlencoded", "json");
    private static final List<Charset> CHARSETS = List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, Charset.forName("UTF-32"), StandardCharsets.ISO_8859_1);
    private static final List<String> IDS = List.of("0d5e0dd1", "0d5e0dd1-3c3a-4b0b-8f5c-2f1f5a3e5b1g", "{0d5e0dd1-3c3a-4b0b-8f5c-2f1f5a3e5b11}",
            "0d5e0dd13c3a4b0b8f5c2f1f5a3e5b11", "0-0-0-0-0", " 0d5e0dd1-3c3a-4b0b-8f5c-2f1f5a3e5b11", "\u0660d5e0dd1-3c3a-4b0b-8f5c-2f1f5a3e5b1");
    private static final List<String> DUES = List.of("tomorrow", "PT", "P", "PT99999999999999999999S", "P1Y", "PT1e3S", "-PT5M", "2031-01-31", "2031-13-31T08:00:00Z",
            "+999999999-12-31T23:59:59Z", "-0044-03-15T12:00:00Z", "1969-12-31T23:59:59Z", "infinity", "now()", "PT876000H", "9999-12-31T00:00:00Z");

    private final Hostile hostile;
    private final int port;

    /** @param port where check-backs may go */
    HalfMessageGenerator(long seed, int port) {
        this.hostile = new Hostile(seed);
        this.port = port;
    }

    Hostile hostile() {
        return hostile;
    }

    /** Every second one is right. */
    Request request() {
        Map<String, String> members = right();
        if (hostile.once(2)) {
            return new Request(bytes(members), "application/json", true);
        }
        String type = hostile.once(8) ? hostile.oneOf(TYPES) : "application/json";
        if (hostile.once(12)) {
            String whole = hostile.oneOf("", " ", "\ufeff", "\0", "null", "7", "\"x\"", "[]", "[{}]", "{}", "{", "true", "<a/>", "{} {}", "[".repeat(20_000), "{\"id\":".repeat(2_000));
            return new Request(whole.getBytes(StandardCharsets.UTF_8), type, false);
        }
        List<String> names = new ArrayList<>(members.keySet());
        switch (hostile.below(10)) {
            case 0, 1 -> members.put(hostile.oneOf(names), hostile.oneOf(OTHERS));
            case 2 -> members.put(hostile.oneOf("id", "destination", "key", "type", "contentType", "payload", "due", "checkBack"), quoted(hostile.textWithNul()));
            case 3 -> members.remove(hostile.oneOf(names));
            case 6 -> members.put(hostile.oneOf("key", "type", "contentType", "payload"), hostile.oneOf(CHARACTERS));
            case 4 -> members.put(hostile.oneOf("x", "ID", "id ", "", "class", "@type", "payload", "payloadBase64", "producer", "state"), hostile.oneOf("\"x\"", DEEP, quoted(hostile.text())));
            case 5 -> members.put("headers", "{" + quoted(hostile.once(2) ? "baggage" : hostile.name()) + ":" + (hostile.once(2) ? quoted(hostile.textWithNul()) : hostile.oneOf(OTHERS)) + "}");
            case 7 -> members.put(hostile.once(2) ? "destination" : "checkBack", quoted(hostile.oneOf("order.nowhere", "http://elsewhere.example/c")));
            case 8 -> members.put("checkBack", quoted(address()));
            default -> members.put(hostile.once(2) ? "id" : "due", quoted(hostile.oneOf(hostile.once(2) ? IDS : DUES)));
        }
        return new Request(spoilt(members), type, false);
    }

    private Map<String, String> right() {
        Map<String, String> members = new LinkedHashMap<>();
        if (!hostile.once(8)) {
            String id = new UUID(hostile.random().nextLong(), hostile.random().nextLong()).toString();
            members.put("id", quoted(hostile.once(6) ? id.toUpperCase(Locale.ROOT) : id));
        }
        members.put("destination", quoted("order.paid"));
        members.put("checkBack", quoted("http://localhost:" + port + hostile.oneOf("", "/c", "/c?x=%20&y=1", "/%F0%9F", "/a/../b", "/" + "x".repeat(1_900))));
        if (hostile.once(4)) {
            members.put("payloadBase64", quoted(Base64.getEncoder().encodeToString(hostile.bytes(hostile.oneOf(0, 1, 300, 20_000)))));
        } else {
            members.put("payload", quoted(hostile.textWithNul()));
        }
        if (!hostile.once(3)) {
            members.put("key", quoted(hostile.once(2) ? "k" + hostile.below(5) : text(1_000)));
        }
        if (hostile.once(4)) {
            members.put("type", quoted(text(200)));
        }
        if (hostile.once(4)) {
            members.put("contentType", quoted(text(200)));
        }
        if (hostile.once(4)) {
            Map<String, String> headers = new TreeMap<>();
            headers.put(hostile.oneOf("tracestate", "baggage"), hostile.once(5) ? "" : text(8_000));
            members.put("headers", write(headers));
        }
        if (hostile.once(6)) {
            members.put("due", quoted(hostile.oneOf("PT0S", "PT-5M", "PT0.2S", "2001-01-31T08:00:00.123456789+14:00", "PT2H", "P30D", "2131-01-31T08:00:00Z")));
        }
        return members;
    }

    /** Not only blanks, not longer than that, and nothing that PostgreSQL lacks. */
    private String text(int longest) {
        String text = hostile.text();
        return text.isBlank() || text.length() > longest ? "t" : text;
    }

    private String address() {
        return hostile.oneOf("http://localhost:" + port + "/\u00fc", "http://localhost:0/", "http://localhost:-1/", "http://localhost:/c", "//localhost/c", "mailto:localhost", "http://[::1]:1/",
                "http://127.1/", "http://localhost%2eevil.example/", "http://localhost:1@evil.example/", "http://evil.example#@localhost:1/", "http://localhost.:1/",
                "http://evil.example\\@localhost:1/", "http://\u24db\u24de\u24d2alhost:1/", "http://localhost:1\n/", "http://localhost_:1/", "HTTP://LOCALHOST:" + port + "/c", "http://localhost:"
                        + port + "/" + "x".repeat(1_990), "http:localhost", "http://", "http:// localhost/", "https://localhost:" + port + "/tls", "http://localhost:1/{x}", "http://localhost:65536/");
    }

    private byte[] spoilt(Map<String, String> members) {
        List<String> parts = new ArrayList<>(members.entrySet().stream().map(member -> quoted(member.getKey()) + ":" + member.getValue()).toList());
        if (hostile.once(12) && !parts.isEmpty()) {
            parts.add(hostile.oneOf(parts));
        }
        Collections.shuffle(parts, hostile.random());
        String text = "{" + String.join(",", parts) + "}" + (hostile.once(15) ? hostile.oneOf(" ", "x", "{}", ",", "\0") : "");
        byte[] bytes = text.getBytes(hostile.once(15) ? hostile.oneOf(CHARSETS) : StandardCharsets.UTF_8);
        if (hostile.once(15)) {
            bytes[hostile.below(bytes.length)] = (byte) hostile.below(256);
        }
        return hostile.once(20) ? Arrays.copyOf(bytes, hostile.below(bytes.length + 1)) : bytes;
    }

    /** A path segment as it may stand in an address. */
    String segment() {
        return hostile.oneOf("x", "%2e%2e", "%00", "%ff", "%F0%9F%98%80", "a%2Fb", "x".repeat(3_000), "0-0-0-0-0", "%27%20OR%201%3D1", "$%7Bbody%7D", "a;b", ":id", "*",
                "0d5e0dd1-3c3a-4b0b-8f5c-2f1f5a3e5b11", "0d5e0dd1-3c3a-4b0b-8f5c-2f1f5a3e5b11%00", "%D9%A0d5e0dd1-3c3a-4b0b-8f5c-2f1f5a3e5b1");
    }

    private static byte[] bytes(Map<String, String> members) {
        return ("{" + String.join(",", members.entrySet().stream().map(member -> quoted(member.getKey()) + ":" + member.getValue()).toList()) + "}").getBytes(StandardCharsets.UTF_8);
    }

    private static String quoted(String text) {
        return write(text);
    }

    private static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param right whether it has to be accepted; others may be accepted, and are then stored as they say */
    record Request(byte[] body, String contentType, boolean right) {
    }
}
