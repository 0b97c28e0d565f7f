package fuzz;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Requests of a transfer as customers, broken programs and attackers send them: about every third one is right. */
final class RequestGenerator {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> NUMBERS = List.of("0", "-0", "0.0", "-1", "1", "7.5", "12.300", "1e2", "1E+2", "1.5e1", "100e-2", "1e-2", "1e-3",
            "0.001", "0.01", "1e12", "9999999999999.99", "9999999999999.990", "10000000000000", "1e13", "1e400", "-1e400", "1e-400", "1e999999999",
            "1e-999999999", "1e2147483648", "007.50", "+1", ".5", "5.", "0x10", "NaN", "Infinity", "1_000", "1,5", "9".repeat(30),
            "1" + "0".repeat(1_500), "0." + "0".repeat(1_500) + "1", "1." + "0".repeat(900));
    private static final List<String> OTHERS = List.of("null", "true", "false", "[]", "{}", "[1]", "{\"a\":1}", "\"\"", "\"007.50\"", "\"1e2\"", "\"7.50\"",
            "\"\\u0000\"", "\"\\ud800\"", "\"a-1\\u0000\"", "\".\"", "\"..\"", "\"...\"", "\"a/b\"", "\"%2e%2e\"",
            "\"${body}\"", "\"{{tx.policy}}\"", "\"a-1\\n\"", "7");
    private static final List<String> TYPES = List.of("application/json", "Application/JSON; Charset=UTF-8", "application/json;charset=bogus",
            "application/json; charset=utf-16", "application/json; charset=\"", "application/json;;", "text/plain", "application/problem+json", ";",
            "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json");
    private static final List<Charset> CHARSETS = List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, Charset.forName("UTF-32"),
            StandardCharsets.ISO_8859_1);

    private final Hostile hostile;
    private int number;

    RequestGenerator(long seed) {
        hostile = new Hostile(seed);
    }

    String contentType() {
        return hostile.once(5) ? hostile.oneOf(TYPES) : "application/json";
    }

    /** A path segment as it may stand in an address. */
    String id() {
        return hostile.oneOf("t-1", ".", "..", "%2e%2e", "%00", "%ff", "%F0%9F%98%80", "a%2Fb", "x".repeat(3_000), "a+b",
                "%27%20OR%201%3D1", "$%7Bbody%7D", "a;b", "a,b", ":id", "*");
    }

    byte[] body() {
        String text = text();
        byte[] bytes = text.getBytes(hostile.once(20) ? hostile.oneOf(CHARSETS) : StandardCharsets.UTF_8);
        if (bytes.length > 0 && hostile.once(12)) {
            bytes[hostile.below(bytes.length)] = (byte) hostile.below(256);
        }
        return hostile.once(20) ? Arrays.copyOf(bytes, hostile.below(bytes.length + 1)) : bytes;
    }

    private String text() {
        return switch (hostile.below(30)) {
            case 0 -> hostile.oneOf("", " ", "\n", "\ufeff", "\0", "null", "7", "\"x\"", "[]", "[{}]", "{}", "{", "}", "true", "<a/>", "{} {}", "{}x");
            case 1 -> "[".repeat(hostile.oneOf(10, 999, 1_001, 20_000));
            case 2 -> "\ufeff" + transfer();
            case 3 -> transfer() + hostile.oneOf(" ", "\n", "x", "{}", ",", "\0", "//");
            case 4 -> "[" + transfer() + "]";
            default -> transfer();
        };
    }

    private String transfer() {
        String id = "t-" + (hostile.once(10) ? hostile.below(50) : ++number);
        List<String> members = new ArrayList<>(List.of(member("transferId", quoted(hostile.once(10) ? hostile.textWithNul() : id)),
                member("from", quoted(hostile.once(10) ? hostile.textWithNul() : hostile.oneOf("a-1", "a-2", "a-3", "rich", "nobody"))),
                member("to", quoted(hostile.once(10) ? hostile.textWithNul() : hostile.oneOf("b-1", "b-2", "closed", "limited", "full", "nobody", "a-1"))),
                member("amount", hostile.once(3) ? hostile.oneOf(NUMBERS) : String.valueOf((1 + hostile.below(9_999)) / 100.0))));
        if (hostile.once(4)) {
            int at = hostile.below(4);
            members.set(at, member(List.of("transferId", "from", "to", "amount").get(at), hostile.oneOf(OTHERS)));
        }
        if (hostile.once(10)) {
            members.remove(hostile.below(members.size()));
        }
        if (hostile.once(10)) {
            members.add(hostile.oneOf(members));
        }
        if (hostile.once(10)) {
            String deep = "{\"x\":".repeat(900) + "1" + "}".repeat(900);
            members.add(member(hostile.oneOf("x", "AMOUNT", "transferId ", "", "class", "@type"), hostile.oneOf(deep, "[[[]]]", quoted(hostile.text()))));
        }
        Collections.shuffle(members, hostile.random());
        return "{" + String.join(",", members) + "}";
    }

    private static String member(String name, String value) {
        return "\"" + name + "\":" + value;
    }

    private static String quoted(String text) {
        try {
            return JSON.writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
