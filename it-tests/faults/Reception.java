package faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import demo.Bank;
import harness.Database;

/** Compares what was published with what became of it: each message has its effect, or is parked, or is dead, and its key is known. */
final class Reception {

    private final Map<String, Map<String, Sighting>> published;
    private final Map<String, String> sent;
    private final Map<String, String> statuses;
    private final Map<String, String> refunds;
    private final Map<String, String> credits;
    private final Map<String, String> notifications;
    private final Set<String> refusals = new HashSet<>();
    private final List<String> violations = new ArrayList<>();

    /**
     * @param bank      the databases
     * @param published the first record of each message by its id, by topic
     * @param sent      what the notification service has sent: transferId by Idempotency-Key
     * @param expired   the messages that receivers have been made to forget, each as {@code consumer id}
     */
    Reception(Bank bank, Map<String, Map<String, Sighting>> published, Map<String, String> sent, Set<String> expired) {
        this.published = published;
        this.sent = sent;
        statuses = pairs(bank.bankA(), "SELECT id, status FROM transfer");
        refunds = pairs(bank.bankA(), "SELECT transfer_id, kind FROM ledger_entry WHERE kind = 'REFUND'");
        credits = pairs(bank.bankB(), "SELECT transfer_id, account_id FROM ledger_entry");
        notifications = pairs(bank.notifier(), "SELECT message_id, transfer_id FROM notification");
        published.get("transfer.rejected").values().forEach(record -> refusals.add(record.transferId()));
        for (Receiver receiver : Receiver.values()) {
            check(receiver, receiver.database(bank), expired);
        }
    }

    private void check(Receiver receiver, Database database, Set<String> expired) {
        Set<String> keys = ids(database, "inbox_message", receiver);
        Set<String> parked = ids(database, "inbox_parked", receiver);
        Set<String> dead = ids(database, "dead_letter", receiver);
        Set<String> seen = new HashSet<>();
        receiver.topics.forEach(topic -> published.get(topic).forEach((id, record) -> {
            seen.add(id);
            List<String> ends = new ArrayList<>();
            if (hasEffect(receiver, record)) {
                ends.add("handled");
            }
            if (parked.contains(id)) {
                ends.add("parked");
            }
            if (dead.contains(id)) {
                ends.add("dead");
            }
            if (ends.size() != 1) {
                violations.add(record + " is " + (ends.isEmpty() ? "lost" : String.join(" and ", ends)) + " at " + receiver.consumer);
            }
            if (!keys.contains(id) && !expired.contains(receiver.consumer + " " + id)) {
                violations.add(record + " has no key at " + receiver.consumer);
            }
        }));
        keys.stream().filter(key -> !seen.contains(key))
                .forEach(key -> violations.add(receiver.consumer + " has the key " + key + ", which no message has"));
    }

    private boolean hasEffect(Receiver receiver, Sighting record) {
        String transfer = record.transferId();
        return switch (receiver) {
            case CREDIT -> credits.containsKey(transfer) || refusals.contains(transfer);
            case SETTLE -> record.topic().equals("transfer.completed") ? Objects.equals(statuses.get(transfer), "COMPLETED")
                    : Objects.equals(statuses.get(transfer), "REJECTED") && refunds.containsKey(transfer);
            case NOTIFY -> transfer.equals(notifications.get(record.id())) && transfer.equals(sent.get(record.id()));
        };
    }

    private static Set<String> ids(Database database, String table, Receiver receiver) {
        return pairs(database, "SELECT message_id, consumer FROM " + table + " WHERE consumer = ?", receiver.consumer).keySet();
    }

    private static Map<String, String> pairs(Database database, String sql, Object... parameters) {
        Map<String, String> pairs = new HashMap<>();
        database.rows(sql, parameters).forEach(row -> {
            List<Object> values = new ArrayList<>(row.values());
            pairs.put((String) values.get(0), (String) values.get(1));
        });
        return pairs;
    }

    /** What is wrong, a line each. */
    List<String> violations() {
        return violations;
    }
}
