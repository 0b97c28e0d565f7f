package fuzz;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What must hold of rows and records when an outbox is drained and every destination is open. It shares no code with the pack; the
 * mutants of it-tests/mutants show that its claims can fail.
 */
final class RowChecker {

    private final Violations violations;
    private final Map<String, String> topics;
    private final Map<String, List<Map<String, Object>>> waiting = new HashMap<>();
    private final Map<String, List<Seen>> wire = new HashMap<>();
    private final Map<String, Integer> partitions = new HashMap<>();
    private int mostRepeats;

    /**
     * @param violations gets what is wrong
     * @param topics    by destination
     * @param facts     every row, in the order of its writing
     * @param records   everything in the topics, each partition in its order
     * @param published the rows of msg_published, {@code later} where a delay is not over for long
     * @param since     no record is older, milliseconds since the epoch
     */
    RowChecker(Violations violations, Map<String, String> topics, List<Fact> facts, List<Seen> records, List<Map<String, Object>> published, long since) {
        this.violations = violations;
        this.topics = topics;
        published.forEach(row -> waiting.computeIfAbsent((String) row.get("message_id"), id -> new ArrayList<>()).add(row));
        records.forEach(record -> wire.computeIfAbsent(record.header("ce_id") + " " + record.digest(), id -> new ArrayList<>()).add(record));
        Map<String, Integer> rows = new HashMap<>();
        Map<String, Integer> sent = new HashMap<>();
        Set<String> known = new HashSet<>();
        for (Fact fact : facts) {
            List<Seen> seen = wire.getOrDefault(fact.id() + " " + fact.digest(), List.of());
            known.add(fact.id() + " " + fact.digest());
            rows.merge(fact.id(), 1, Integer::sum);
            sent.merge(fact.id(), seen.isEmpty() ? 0 : 1, Integer::sum);
            checkEnd(fact, seen);
            seen.forEach(record -> checkRecord(fact, record, since));
        }
        rows.forEach((id, count) -> {
            int elsewhere = waiting.getOrDefault(id, List.of()).size();
            if (sent.get(id) + elsewhere != count) {
                violations.add(sent.get(id) + elsewhere < count ? "a message is lost" : "a message is published and still in msg_published", "%d rows, %d on the wire, %s: %s".formatted(count,
                        sent.get(id), waiting.get(id), facts.stream().filter(fact -> fact.id().equals(id)).toList()));
            }
        });
        wire.forEach((id, seen) -> {
            if (!known.contains(id)) {
                violations.add("a record is no row that was committed", seen.get(0) + " with id and payload digest " + Hostile.shortened(id));
            }
        });
        checkOrder(facts);
    }

    private void checkEnd(Fact fact, List<Seen> seen) {
        if (fact.isGood()) {
            mostRepeats = Math.max(mostRepeats, seen.size());
            if (seen.isEmpty()) {
                violations.add("a good row is not on the wire", fact + ": " + waiting.get(fact.id()));
            }
        }
        waiting.getOrDefault(fact.id(), List.of()).forEach(row -> {
            boolean dead = row.get("status").equals("DEAD");
            if (!dead && topics.containsKey(fact.destination()) && !(fact.delayed() && Boolean.TRUE.equals(row.get("later")))) {
                violations.add("a row waits for ever", fact + ": " + row);
            } else if (dead && row.get("error_message") == null) {
                violations.add("a row is dead and nobody knows why", fact + ": " + row);
            }
        });
    }

    private void checkRecord(Fact fact, Seen record, long since) {
        String topic = topics.get(fact.destination());
        if (!record.topic().equals(topic)) {
            violations.add("a record is on the topic of another destination", record + " and not on " + topic + ": " + fact);
        }
        if (!Arrays.equals(record.key(), fact.key() == null ? null : fact.key().getBytes(StandardCharsets.UTF_8))) {
            violations.add("a record has another key", record + " has " + Hostile.shortened(record.keyText()) + ": " + fact);
        }
        if (record.timestamp() < since || record.timestamp() > System.currentTimeMillis() + 1000) {
            violations.add("a record is of another time", record + " is of " + Instant.ofEpochMilli(record.timestamp()) + ": " + fact);
        }
        if (fact.key() != null && !Objects.requireNonNullElse(partitions.putIfAbsent(topic + " " + fact.key(), record.partition()), record.partition()).equals(record.partition())) {
            violations.add("a record is in another partition than others of its key", record + ": " + fact);
        }
        WireHeaders.problems(fact, record).forEach(problem -> violations.add("a record has another header", record + ": " + problem + ": " + fact));
    }

    /** First deliveries of a key in a topic are in the order of the rows, but for those that were delayed. */
    private void checkOrder(List<Fact> facts) {
        Map<String, Seen> last = new HashMap<>();
        Map<String, Fact> lastFact = new HashMap<>();
        for (Fact fact : facts) {
            List<Seen> seen = wire.getOrDefault(fact.id() + " " + fact.digest(), List.of());
            if (fact.key() != null && !fact.delayed() && !seen.isEmpty()) {
                String key = fact.destination() + " " + fact.key();
                Seen before = last.put(key, seen.get(0));
                Fact factBefore = lastFact.put(key, fact);
                if (before != null && before.partition() == seen.get(0).partition() && before.offset() > seen.get(0).offset()) {
                    violations.add("a key is out of order", seen.get(0) + " is before " + before + " and was written behind it: " + factBefore + ", " + fact);
                }
            }
        }
    }

    /** How often the good message that came most often is on the wire. */
    int mostRepeats() {
        return mostRepeats;
    }
}
