package fuzz;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What must hold of records and effects when a receiver has nothing left to do. It shares no code with the pack; the mutants of
 * it-tests/mutants show that its claims can fail.
 */
final class RecordChecker {

    private static final Pattern OF_CAMEL = Pattern.compile("camel.*|kafka\\..*|org\\.apache\\.camel.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final Violations violations;
    private final Map<String, List<Map<String, Object>>> received = new HashMap<>();
    private final Map<String, List<Map<String, Object>>> effects = new HashMap<>();
    private int mostAttempts;

    /**
     * @param violations gets what is wrong
     * @param sent       every record, in the order of sending
     * @param received   the rows of msg_received
     * @param effects    the rows of effect, in the order of their ids
     */
    RecordChecker(Violations violations, List<Sent> sent, List<Map<String, Object>> received, List<Map<String, Object>> effects) {
        this.violations = violations;
        received.forEach(row -> this.received.computeIfAbsent(row.get("source") + " " + row.get("message_id"), id -> new ArrayList<>()).add(row));
        effects.forEach(row -> this.effects.computeIfAbsent((String) row.get("digest"), digest -> new ArrayList<>()).add(row));
        Map<String, List<Sent>> messages = new LinkedHashMap<>();
        for (Sent record : sent) {
            if (record.aborted()) {
                checkNeverWas(record);
            } else {
                messages.computeIfAbsent(record.identity(), id -> new ArrayList<>()).add(record);
            }
        }
        messages.forEach(this::checkMessage);
        checkOrder(messages);
        Set<String> known = new HashSet<>(messages.keySet());
        this.received.forEach((id, rows) -> {
            if (!known.contains(id)) {
                violations.add("msg_received has a message that nobody sent", rows);
            }
        });
    }

    private void checkNeverWas(Sent record) {
        if (effectsOf(record) > 0) {
            violations.add("a record of an aborted transaction has an effect", record);
        }
    }

    private int effectsOf(Sent record) {
        return record.empty() ? 0 : effects.getOrDefault(record.digest(), List.of()).size();
    }

    private void checkMessage(String identity, List<Sent> records) {
        List<Map<String, Object>> rows = received.getOrDefault(identity, List.of());
        Sent first = records.get(0);
        int had = records.stream().filter(record -> !record.empty()).map(Sent::digest).distinct().mapToInt(digest -> effects.getOrDefault(digest, List.of()).size()).sum();
        if (rows.isEmpty()) {
            violations.add(first.good() ? "a good message is in no row of msg_received" : "a message is in no row of msg_received", records);
        } else if (rows.size() > 1) {
            violations.add("a message has several rows in msg_received", records + ": " + rows);
        }
        if (had > 1) {
            violations.add("a message has several effects", had + ": " + records);
        }
        boolean mayHaveNone = records.stream().anyMatch(Sent::empty);
        for (Map<String, Object> row : rows) {
            boolean handled = row.get("status").equals("HANDLED");
            if (handled && had == 0 && !mayHaveNone) {
                violations.add("a message counts as handled and has no effect", records + ": " + row);
            } else if (!handled && had > 0) {
                violations.add("a message has an effect and does not count as handled", records + ": " + row);
            } else if (!handled && !row.get("status").equals("DEAD")) {
                violations.add("a message waits for ever", records + ": " + row);
            } else if (row.get("status").equals("DEAD") && row.get("error_message") == null) {
                violations.add("a message is dead and nobody knows why", records + ": " + row);
            } else if (first.good() && !handled) {
                violations.add("a good message is not handled", records + ": " + row);
            }
        }
        for (Sent record : records) {
            if (!record.empty() && effectsOf(record) > 0 && record.times() == Sent.ALWAYS && record.act() != Sabotage.OK) {
                violations.add("an attempt that failed has an effect", record);
            }
            checkAttempts(record);
        }
    }

    /** Each attempt is given the same: headers as text, and nothing of Camel's from outside. */
    private void checkAttempts(Sent record) {
        if (record.empty() || !record.hasIdentity()) {
            return;
        }
        List<Map<String, Object>> attempts = Saboteur.attempts(record.digest());
        mostAttempts = record.good() ? Math.max(mostAttempts, attempts.size()) : mostAttempts;
        Map<String, Object> before = null;
        for (Map<String, Object> attempt : attempts) {
            Map<String, Object> given = new HashMap<>(attempt);
            given.keySet().removeIf(name -> OF_CAMEL.matcher(name).matches());
            if (before != null && !before.equals(given)) {
                violations.add("two attempts were given different headers", record + ": " + Hostile.shortened(before) + ", then " + Hostile.shortened(given));
                return;
            }
            before = given;
            given.forEach((name, value) -> {
                if (!(value instanceof String)) {
                    violations.add("a header was given that is no text", record + ": " + name + " is " + (value == null ? null : value.getClass()));
                }
            });
        }
        if (record.good() && before != null && !("t-" + record.number()).equals(before.get("x-tenant"))) {
            violations.add("a header of a good message was not given", record + ": " + Hostile.shortened(before));
        }
    }

    /** Effects of a key are in the order of its records. */
    private void checkOrder(Map<String, List<Sent>> messages) {
        Map<String, List<Sent>> keys = new LinkedHashMap<>();
        messages.values().stream().filter(records -> records.size() == 1 && records.get(0).key() != null && effectsOf(records.get(0)) == 1).map(records -> records.get(0))
                .forEach(record -> keys.computeIfAbsent(record.topic() + " " + record.partition() + " " + record.keyText(), key -> new ArrayList<>()).add(record));
        keys.values().forEach(records -> {
            records.sort(Comparator.comparingLong(Sent::offset));
            for (int i = 1; i < records.size(); i++) {
                if (effectId(records.get(i - 1)) > effectId(records.get(i))) {
                    violations.add("a key is out of order", records.get(i) + " had its effect before " + records.get(i - 1));
                }
            }
        });
    }

    private long effectId(Sent record) {
        return (Long) effects.get(record.digest()).get(0).get("id");
    }

    /** How often the good message that was tried most often was tried. */
    int mostAttempts() {
        return mostAttempts;
    }
}
