package model;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What an inbox is: a map of messages, each with one status. It is told of commits, and compared with the tables. */
final class InboxModel {

    private static final String TABLES = """
            SELECT 'EFFECT' AS place, 0 AS id, identity AS n, NULL AS message_key, false AS behind, NULL AS status, 0 AS attempts FROM effect
            UNION ALL
            SELECT 'PARKED', id, message_id, message_key, behind, NULL, attempts FROM inbox_parked
            UNION ALL
            SELECT 'VIEW', 0, message_id, NULL, false, status, attempts FROM msg_received
            ORDER BY place, id""";

    /** What a message is to the world. */
    static final class Message {
        final int n;
        final String key;
        /** NEW: its record is not read. HANDLED, PENDING, RETRYING, DEAD, or DISCARDED. REMOVED: somebody has deleted it by hand. */
        String status = "NEW";
        int attempts;
        boolean ordered = true;
        /** retention may have forgotten that it was handled */
        boolean forgotten;

        Message(int n, String key) {
            this.n = n;
            this.key = key;
        }

        @Override
        public String toString() {
            return "message " + n + " of key " + key;
        }
    }

    final Map<Integer, Message> messages = new TreeMap<>();
    /** somebody has deleted a message by hand, and retention has not looked since */
    boolean orphans;
    private final ModelDatabase database;

    InboxModel(ModelDatabase database) {
        this.database = database;
    }

    void handled(int n) {
        Message message = messages.get(n);
        Violation.require(!message.status.equals("HANDLED"), message + " has its effect twice");
        Violation.require(!Set.of("DEAD", "DISCARDED", "REMOVED").contains(message.status), message + " has an effect and is " + message.status);
        for (Message earlier : messages.values()) {
            boolean before = earlier.n < n && message.ordered && earlier.ordered && message.key != null && message.key.equals(earlier.key);
            Violation.require(!before || Set.of("HANDLED", "DEAD", "DISCARDED", "REMOVED").contains(earlier.status),
                    message + " is handled before " + earlier + ", which is " + earlier.status);
        }
        message.status = "HANDLED";
        message.attempts = 0;
    }

    void parked(int n, String status, int attempts) {
        Message message = messages.get(n);
        message.status = status;
        message.attempts = attempts;
    }

    /** The tables say what the model says. */
    void check() throws SQLException {
        Map<Integer, Integer> effects = new HashMap<>();
        Map<Integer, String> seen = new HashMap<>();
        Set<Integer> parked = new HashSet<>();
        Set<String> keys = new HashSet<>();
        for (Map<String, Object> row : database.rows(TABLES)) {
            int n = Integer.parseInt((String) row.get("n"));
            switch ((String) row.get("place")) {
                case "EFFECT" -> effects.merge(n, 1, Integer::sum);
                case "PARKED" -> {
                    parked.add(n);
                    boolean first = row.get("message_key") == null || keys.add((String) row.get("message_key"));
                    Violation.require(!first || !Boolean.TRUE.equals(row.get("behind")) || orphans, messages.get(n) + " waits behind nobody");
                }
                default -> {
                    String before = seen.put(n, row.get("status") + " after " + row.get("attempts") + " attempts");
                    Violation.require(before == null, messages.get(n) + " is twice in msg_received: " + before + " and " + seen.get(n));
                }
            }
        }
        messages.values().forEach(message -> compare(message, effects.getOrDefault(message.n, 0), parked.contains(message.n), seen.get(message.n)));
    }

    private static void compare(Message message, int effects, boolean parked, String seen) {
        Violation.require(effects == (message.status.equals("HANDLED") ? 1 : 0), message + " is " + message.status + " and has " + effects + " effects");
        Violation.require(parked == Set.of("PENDING", "RETRYING").contains(message.status), message + " is " + message.status
                + (parked ? " and is parked" : " and is not parked: it is lost"));
        String should = switch (message.status) {
            case "NEW" -> null;
            case "DISCARDED" -> "DEAD after " + message.attempts + " attempts";
            case "REMOVED" -> seen;
            default -> message.status + " after " + message.attempts + " attempts";
        };
        Violation.require(should == null ? seen == null : should.equals(seen) || message.forgotten && seen == null,
                message + " is " + should + ", and msg_received says " + seen);
    }

    List<Message> waiting() {
        return messages.values().stream().filter(message -> Set.of("NEW", "PENDING", "RETRYING").contains(message.status)).toList();
    }
}
