package fuzz;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** What sagas do with answers, one after the other, as docs/saga.md says it. */
final class SagaOracle {

    private static final ObjectMapper STRICT = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    private static final Map<String, List<String>> STEPS = Map.of("journey", List.of("flight", "hotel", "car"), "order", List.of("stock", "pay", "ship"));

    final Map<String, Saga> sagas = new LinkedHashMap<>();
    /** What answers have called a saga before there was one: nobody knows whether they are taken before it is started. */
    private final Set<String> called = new HashSet<>();

    /** Whether the start of a saga has to wait until all answers so far are taken. */
    boolean isCalled(String id) {
        return called.contains(id);
    }

    /** A saga was started. */
    Saga start(String name, String id) {
        Saga saga = new Saga(name, id, name.equals("order") ? 2 : 0);
        saga.ask("DO");
        sagas.put(id, saga);
        return saga;
    }

    /** A message has come to the topic of the answers. Returns the sagas, by their names, whose receiver makes it a dead letter. */
    List<String> take(byte[] body) {
        JsonNode answer = object(body);
        List<String> all = List.of("journey", "order");
        if (answer == null) {
            return all;
        }
        String name = text(answer, "saga", "[A-Za-z0-9._-]{1,100}");
        String id = text(answer, "sagaId", "[A-Za-z0-9._:-]{1,200}");
        String step = text(answer, "step", "[1-9][0-9]{0,2}");
        String action = text(answer, "action", "DO|UNDO|TRY|CONFIRM|CANCEL");
        String said = text(answer, "answer", "DONE|REFUSED|UNDONE|CONFIRMED");
        if (name == null || id == null || step == null || action == null || said == null || !isAnswer(action, said) || !all.contains(name)) {
            return all;
        }
        Saga saga = sagas.get(id);
        if (saga == null) {
            called.add(id);
        }
        if (saga == null || !saga.name.equals(name) || !saga.rows.containsKey(Integer.parseInt(step))) {
            return List.of(name);
        }
        saga.answered(Integer.parseInt(step), action, said, reason(answer.get("reason")));
        return List.of();
    }

    private static boolean isAnswer(String action, String said) {
        return switch (action) {
            case "UNDO", "CANCEL" -> said.equals("UNDONE");
            case "CONFIRM" -> said.equals("CONFIRMED");
            default -> said.equals("DONE") || said.equals("REFUSED");
        };
    }

    private static JsonNode object(byte[] body) {
        try {
            JsonNode answer = body == null ? null : STRICT.readTree(body);
            return answer != null && answer.isObject() ? answer : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static String text(JsonNode answer, String part, String form) {
        JsonNode value = answer.get(part);
        return value != null && value.isValueNode() && !value.isNull() && value.asText().matches(form) ? value.asText() : null;
    }

    private static String reason(JsonNode reason) {
        boolean told = reason != null && reason.isTextual() && reason.asText().codePoints().noneMatch(c -> c < 32 || c == 127 || Character.getType(c) == Character.SURROGATE)
                && reason.asText().codePointCount(0, reason.asText().length()) <= 200 && !reason.asText().isEmpty();
        return told ? reason.asText() : "UNSPECIFIED";
    }

    static final class Row {
        String state;
        int asks = 1;
        int ignored;
        String lastIgnored;
    }

    static final class Saga {
        final String name;
        final String id;
        /** 0: each step can be undone */
        final int pivot;
        final List<String> commands = new ArrayList<>();
        final Map<Integer, Row> rows = new TreeMap<>();
        String state = "RUNNING";
        int step = 1;
        String reason;
        /** Whether it has a time-out to come. */
        boolean due;

        Saga(String name, String id, int pivot) {
            this.name = name;
            this.id = id;
            this.pivot = pivot;
        }

        boolean hasEnded() {
            return state.equals("COMPLETED") || state.equals("COMPENSATED");
        }

        String action() {
            return state.equals("RUNNING") ? "DO" : "UNDO";
        }

        private void ask(String action) {
            commands.add(action + " " + STEPS.get(name).get(step - 1));
            rows.computeIfAbsent(step, key -> new Row()).state = action.equals("DO") ? "ASKED" : "UNDOING";
            due = action.equals("DO") && (pivot == 0 || step < pivot);
        }

        private void answered(int to, String action, String said, String why) {
            if (hasEnded() || to != step || !action.equals(action())) {
                rows.get(to).ignored++;
                rows.get(to).lastIgnored = action + " " + said;
                return;
            }
            rows.get(step).state = said;
            due = false;
            if (said.equals("DONE")) {
                reason = null;
                if (step == 3) {
                    state = "COMPLETED";
                } else {
                    step++;
                    ask("DO");
                }
            } else if (said.equals("REFUSED") && pivot > 0 && step > pivot) {
                reason = why;
                due = true;
            } else {
                reason = said.equals("REFUSED") ? why : reason;
                if (step == 1) {
                    state = "COMPENSATED";
                } else {
                    state = "COMPENSATING";
                    step--;
                    ask("UNDO");
                }
            }
        }

        /** Its time-out has come. */
        void timedOut() {
            if (pivot > 0 && step > pivot) {
                ask("DO");
                rows.get(step).asks++;
            } else {
                state = "COMPENSATING";
                reason = "TIMED_OUT";
                ask("UNDO");
            }
        }
    }
}
