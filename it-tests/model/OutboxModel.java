package model;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What an outbox is: a map of messages, each with one status. It is told of commits and of records on the wire, and compared with the tables. */
final class OutboxModel {

    private static final Duration ARCHIVE = Duration.ofDays(1);
    private static final String TABLES = """
            SELECT 'OUTBOX' AS place, id, message_id::text, headers ->> 'n' AS n, destination, message_key, NULL AS reason, 0 AS attempts FROM outbox_message
            UNION ALL
            SELECT 'PARKED', id, message_id::text, headers ->> 'n', destination, message_key, reason, attempts FROM outbox_parked
            UNION ALL
            SELECT 'DEAD', id, message_id, headers ->> 'n', consumer, message_key, NULL, attempts FROM dead_letter WHERE ended_at IS NULL
            UNION ALL
            SELECT 'VIEW', 0, message_id, NULL, destination, message_key, status, attempts FROM msg_published
            ORDER BY place, id, reason DESC""";

    /** What a message is to the world. */
    static final class Message {
        final int n;
        final String destination;
        final String key;
        final Instant due;
        /** a message keeps its place among those of its key, unless it was delayed, or dead and is replayed */
        boolean ordered;
        boolean committed;
        /** PENDING, RETRYING, SENT, DEAD, or GONE: discarded, or no longer kept in the archive */
        String status = "PENDING";
        int attempts;
        boolean exhausted;
        boolean onTheWire;
        Instant sentAt;
        /** who has claimed it and not committed */
        Object owner;
        Long row;

        Message(int n, String destination, String key, Instant due, boolean ordered) {
            this.n = n;
            this.destination = destination;
            this.key = key;
            this.due = due;
            this.ordered = ordered;
        }

        @Override
        public String toString() {
            return "message " + n + " to " + destination + " of key " + key;
        }
    }

    final Map<Integer, Message> messages = new TreeMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    /** Somebody has deleted a parked message by hand, and retention has not looked since. */
    boolean orphans;
    private final ModelDatabase database;
    private final boolean archive;

    OutboxModel(ModelDatabase database, boolean archive) {
        this.database = database;
        this.archive = archive;
    }

    /** A record is on its way to the broker, sent by somebody who has not committed yet. */
    void delivered(int n, Object sender, Instant now) {
        Message message = messages.get(n);
        Violation.require(message != null && message.committed, "message " + n + " is published, and its transaction is not committed");
        Violation.require(!message.status.equals("SENT") && !message.status.equals("GONE"), message + " is published again, and is finished: " + message.status);
        Violation.require(message.owner == null || message.owner == sender, message + " is published by two at once: " + message.owner + " and " + sender);
        Violation.require(message.due == null || !message.due.isAfter(now), message + " is published before it is due");
        for (Message earlier : messages.values()) {
            boolean before = earlier.n < n && earlier.committed && earlier.ordered && message.ordered && earlier.key.equals(message.key)
                    && earlier.destination.equals(message.destination);
            Violation.require(!before || earlier.onTheWire || earlier.exhausted || Set.of("DEAD", "GONE").contains(earlier.status),
                    message + " is published before " + earlier + ", which is " + earlier.status);
        }
        message.owner = sender;
        message.onTheWire = true;
    }

    /** A transaction is over. */
    void released(Object owner) {
        messages.values().stream().filter(message -> message.owner == owner).forEach(message -> message.owner = null);
    }

    void sent(int n, Instant now) {
        Message message = messages.get(n);
        message.status = archive ? "SENT" : "GONE";
        message.attempts = 0;
        message.sentAt = now;
    }

    void refused(int n, long row, int seen, int attempts, boolean exhausted) {
        Message message = messages.get(n);
        boolean same = message.row == row && message.attempts == seen && Set.of("PENDING", "RETRYING").contains(message.status);
        if (same) {
            message.status = "RETRYING";
            message.attempts = attempts;
            message.exhausted = exhausted;
        }
    }

    void dead(int n) {
        messages.get(n).status = "DEAD";
    }

    void ended(List<Message> letters, boolean replay) {
        for (Message message : letters) {
            message.status = replay ? "PENDING" : "GONE";
            message.attempts = 0;
            message.exhausted = false;
            message.ordered = false;
        }
    }

    void deleted(int n) {
        messages.get(n).status = "GONE";
        orphans = true;
    }

    /** Ids are given out again: newer messages may have lower ones. */
    void restarted() {
        messages.values().forEach(message -> message.ordered = false);
    }

    void retained(Instant now) {
        orphans = false;
        messages.values().stream().filter(message -> message.status.equals("SENT") && message.sentAt.isBefore(now.minus(ARCHIVE)))
                .forEach(message -> message.status = "GONE");
    }

    /** The tables say what the model says. */
    void check() throws SQLException {
        List<Map<String, Object>> rows = database.rows(TABLES);
        Map<Integer, String> places = new HashMap<>();
        Map<Integer, String> seen = new HashMap<>();
        Set<List<Object>> keys = new HashSet<>();
        for (Map<String, Object> row : rows) {
            if (row.get("place").equals("VIEW")) {
                Integer n = numbers.get((String) row.get("message_id"));
                String before = seen.put(n, row.get("reason") + " after " + row.get("attempts") + " attempts");
                Violation.require(before == null, messages.get(n) + " is twice in msg_published: " + before + " and " + seen.get(n));
                continue;
            }
            int n = Integer.parseInt((String) row.get("n"));
            numbers.put((String) row.get("message_id"), n);
            if (row.get("place").equals("PARKED") && !"DELAYED".equals(row.get("reason"))) {
                boolean first = row.get("message_key") == null || keys.add(List.of(row.get("destination"), row.get("message_key")));
                Violation.require(!first || orphans || !"BEHIND".equals(row.get("reason")), messages.get(n) + " waits behind nobody");
            }
            String before = places.put(n, (String) row.get("place"));
            Violation.require(before == null, messages.get(n) + " is twice there: in " + before + " and " + row.get("place"));
            messages.get(n).row = ((Number) row.get("id")).longValue();
        }
        for (Message message : messages.values()) {
            if (message.committed) {
                compare(message, places.get(message.n), seen.get(message.n));
            } else {
                Violation.require(!places.containsKey(message.n), message + " is not committed, and there");
            }
        }
    }

    private static void compare(Message message, String place, String seen) {
        String is = switch (message.status) {
            case "PENDING", "RETRYING" -> Set.of("OUTBOX", "PARKED").contains(String.valueOf(place)) ? message.status : "in no table but " + place;
            case "DEAD" -> "DEAD".equals(place) ? "DEAD" : "in no table but " + place;
            default -> place == null ? message.status : "in " + place;
        };
        Violation.require(is.equals(message.status), message + " should be " + message.status + " and is " + is + (place == null ? ": it is lost" : ""));
        String should = message.status.equals("GONE") ? null : message.status + " after " + message.attempts + " attempts";
        Violation.require(should == null ? seen == null : should.equals(seen), message + " is " + should + ", and msg_published says " + seen);
    }

    /** Nothing waits any more. */
    boolean isQuiet() {
        return waiting().isEmpty();
    }

    void checkQuiet() {
        Violation.require(isQuiet(), "everything is open and due, and there wait: " + waiting());
    }

    private List<Message> waiting() {
        return messages.values().stream().filter(message -> message.committed && Set.of("PENDING", "RETRYING").contains(message.status)).toList();
    }

    /** The message that has an id; it was in a table at the last look. */
    int number(String id) {
        return numbers.get(id);
    }
}
