package fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Answers to sagas, and their starts, as participants, broken programs and attackers send them. */
final class SagaGenerator {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> STEPS = List.of("0", "-1", "4", "100", "101", "999", "1000", "32767", "32768", "2147483648", "99999999999999999999", "1.0", "2e0", "1e2147483648", "1e-400",
            "\"1 \"", "\" 1\"", "\"1\"", "\"2\"", "\"01\"", "\"+1\"", "\"1\\n\"", "\"\\u0661\"", "\"one\"", "null", "true", "[1]", "{\"1\":1}", "0x1", "01", "+1", "NaN", "1" + "0".repeat(999));
    private static final List<String> WORDS = List.of("TRY", "CONFIRM", "CANCEL", "CONFIRMED", "CANCELLED", "do", "Do", "DO ", "UNDO", "DO", "UNDONE", "DONE", "REFUSED", "done", "DONE\n", "DO|UNDO", "MAYBE", "", "D\u041eNE", "DONE\u0000");
    private static final List<String> WHOLE = List.of("", " ", "\ufeff", "\0", "null", "7", "\"x\"", "[]", "[{}]", "{}", "{", "true", "<a/>", "{} {}", "[".repeat(20_000), "{\"saga\":".repeat(2_000),
            "{\"saga\":\"journey\"}", "\"" + "x".repeat(300_000) + "\"");
    private static final List<String> NUMBERS = List.of("1e400", "-1e-400", "1e131071", "1e131072", "-1e-16384", "1e2147483647", "1e2147483648", "1e-2147483648", "0e99999", "1e99999999999", "-0.0",
            "9".repeat(999), "1" + "0".repeat(1_500), "0." + "1".repeat(900), "1e16383");

    private final Hostile hostile;

    SagaGenerator(Hostile hostile) {
        this.hostile = hostile;
    }

    /** What a participant says of the step that is asked for. */
    byte[] honest(SagaOracle.Saga saga) {
        boolean undo = saga.action().equals("UNDO");
        return bytes(right(saga, saga.step, saga.action(), undo ? "UNDONE" : hostile.once(5) ? "REFUSED" : "DONE"));
    }

    /** What lets it end as soon as it can. */
    static byte[] last(SagaOracle.Saga saga) {
        return bytes(right(saga, saga.step, saga.action(), saga.action().equals("UNDO") ? "UNDONE" : "DONE"));
    }

    private static Map<String, String> right(SagaOracle.Saga saga, int step, String action, String answer) {
        return new LinkedHashMap<>(Map.of("saga", quoted(saga.name), "sagaId", quoted(saga.id), "step", String.valueOf(step), "action", quoted(action), "answer", quoted(answer)));
    }

    /** What nobody should send; it may be right by chance. */
    byte[] hostile(List<SagaOracle.Saga> sagas) {
        if (hostile.once(12)) {
            return hostile.once(4) ? null : hostile.oneOf(WHOLE).getBytes(StandardCharsets.UTF_8);
        }
        SagaOracle.Saga saga = hostile.oneOf(sagas);
        Map<String, String> members = right(saga, saga.step, saga.action(), saga.action().equals("UNDO") ? "UNDONE" : hostile.oneOf("DONE", "REFUSED"));
        List<String> names = List.of("saga", "sagaId", "step", "action", "answer");
        switch (hostile.below(10)) {
            case 0 -> members.put(hostile.oneOf(names), hostile.oneOf(HalfMessageGenerator.OTHERS));
            case 1 -> members.put("step", hostile.oneOf(STEPS));
            case 2 -> members.put(hostile.oneOf("action", "answer"), quoted(hostile.oneOf(WORDS)));
            case 3 -> members.put("saga", quoted(hostile.oneOf("order", "journey", "joumey", "", "JOURNEY", "saga", "x".repeat(101))));
            case 4 -> members.put("sagaId", quoted(hostile.once(2) ? hostile.textWithNul() : hostile.oneOf("nobody", saga.id + " ", saga.id.toUpperCase(), "x".repeat(200), "x".repeat(201))));
            case 5 -> {
                members.put("answer", quoted("REFUSED"));
                members.put("action", quoted("DO"));
                members.put("reason", hostile.once(2) ? hostile.oneOf(HalfMessageGenerator.OTHERS) : quoted(hostile.textWithNul()));
            }
            case 6 -> members.remove(hostile.oneOf(names));
            // late, repeated, out of order, or of the other model
            case 7, 8 -> {
                String action = hostile.oneOf("DO", "UNDO", "DO", "UNDO", "TRY", "CANCEL", "CONFIRM");
                String said = Map.of("UNDO", "UNDONE", "CANCEL", "UNDONE", "CONFIRM", "CONFIRMED").getOrDefault(action, hostile.oneOf("DONE", "REFUSED"));
                members = right(saga, hostile.once(2) ? saga.step : 1 + hostile.below(3), action, said);
            }
            default -> members.put(hostile.oneOf("reason", "", "class", "@type", "SAGA", "state", "asks"), hostile.oneOf(HalfMessageGenerator.OTHERS));
        }
        return spoilt(members);
    }

    private byte[] spoilt(Map<String, String> members) {
        List<String> parts = new ArrayList<>(members.entrySet().stream().map(member -> quoted(member.getKey()) + ":" + member.getValue()).toList());
        if (hostile.once(6)) {
            String twice = hostile.oneOf(List.copyOf(members.keySet()));
            parts.add(quoted(twice) + ":" + (hostile.once(2) ? members.get(twice) : hostile.oneOf("1", "2", "\"DO\"", "\"DONE\"", "\"REFUSED\"", "\"journey\"")));
        }
        Collections.shuffle(parts, hostile.random());
        byte[] bytes = ("{" + String.join(",", parts) + "}" + (hostile.once(10) ? hostile.oneOf(" ", "x", "{}", ",", "\0", "\n\n") : "")).getBytes(StandardCharsets.UTF_8);
        if (hostile.once(10)) {
            bytes[hostile.below(bytes.length)] = (byte) hostile.below(256);
        }
        return hostile.once(15) ? Arrays.copyOf(bytes, hostile.below(bytes.length + 1)) : bytes;
    }

    private static byte[] bytes(Map<String, String> members) {
        return ("{" + String.join(",", members.entrySet().stream().map(member -> quoted(member.getKey()) + ":" + member.getValue()).toList()) + "}").getBytes(StandardCharsets.UTF_8);
    }

    /** A start of an order; most of them have one thing that is odd. */
    Start start(int number) {
        String id = "o-" + number;
        String key = "k" + hostile.below(5);
        String data = hostile.once(3) ? "{}" : "{" + quoted(hostile.text()) + ":" + quoted(hostile.text()) + ",\"n\":[1.50,null,true,{\"a\":-0.5e3}]}";
        switch (hostile.below(6)) {
            case 0 -> id = hostile.once(2) ? hostile.textWithNul() : hostile.oneOf("a b", "a/b", "a\n", "\u0661", "x".repeat(200), "x".repeat(201), ".", "-", ":", "${body}", "a\ud800");
            case 1 -> key = hostile.once(4) ? null : hostile.textWithNul();
            case 2 -> data = hostile.oneOf(WHOLE);
            case 3 -> data = "{\"a\":" + hostile.oneOf(HalfMessageGenerator.OTHERS) + "}";
            case 4 -> data = "{\"a\":" + (hostile.once(2) ? hostile.oneOf(NUMBERS) : quoted(hostile.textWithNul())) + (hostile.once(4) ? ",\"a\":1}" : "}");
            default -> {
                // as it is
            }
        }
        return new Start(id, key, data, hostile.once(2));
    }

    private static String quoted(String text) {
        try {
            return JSON.writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param raw whether its data come as bytes */
    record Start(String id, String key, String data, boolean raw) {
    }
}
