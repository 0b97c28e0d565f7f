package faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import demo.Bank;
import harness.Database;

/** Compares what was committed with what was published: nothing lost, nothing made up, one id for one fact, in order for each key. */
final class Publication {

    static final List<String> TOPICS = List.of("transfer.requested", "transfer.completed", "transfer.rejected", "transfer.settled");

    private final Map<String, Map<String, Sighting>> published = new LinkedHashMap<>();
    private final List<String> violations = new ArrayList<>();

    /**
     * @param bank     the databases, with the {@link Witness}
     * @param requests the transferIds of each account, in the order of their requests
     * @param wire     all records, each partition in its order
     */
    Publication(Bank bank, Map<String, List<String>> requests, List<Sighting> wire) {
        TOPICS.forEach(topic -> published.put(topic, new LinkedHashMap<>()));
        wire.forEach(record -> published.get(record.topic()).putIfAbsent(record.id(), record));
        Map<String, Map<String, Object>> facts = new LinkedHashMap<>();
        for (Database database : List.of(bank.bankA(), bank.bankB(), bank.notifier())) {
            Witness.facts(database).forEach(fact -> facts.put((String) fact.get("message_id"), fact));
        }
        checkFacts(facts);
        checkBusiness(bank);
        checkOrder(facts, requests);
    }

    private void checkFacts(Map<String, Map<String, Object>> facts) {
        published.forEach((topic, records) -> records.values().forEach(record -> {
            Map<String, Object> fact = facts.get(record.id());
            if (fact == null || !topic.equals(fact.get("destination")) || !record.key().equals(fact.get("message_key"))) {
                violations.add(record + " is no fact: the outbox was given " + fact);
            }
        }));
        facts.forEach((id, fact) -> {
            Map<String, Sighting> records = published.get((String) fact.get("destination"));
            if (records != null && !records.containsKey(id)) {
                violations.add(fact + " was never published");
            }
        });
    }

    private void checkBusiness(Bank bank) {
        Set<String> debited = ids(bank.bankA(), "SELECT transfer_id FROM ledger_entry WHERE kind = 'DEBIT'");
        Set<String> credited = ids(bank.bankB(), "SELECT transfer_id FROM ledger_entry");
        Set<String> refused = new HashSet<>(debited);
        refused.removeAll(credited);
        checkTransfers("transfer.requested", debited);
        checkTransfers("transfer.completed", credited);
        checkTransfers("transfer.rejected", refused);
        checkTransfers("transfer.settled", ids(bank.bankA(), "SELECT id AS transfer_id FROM transfer WHERE status <> 'PENDING'"));
    }

    private void checkTransfers(String topic, Set<String> booked) {
        Map<String, Integer> messages = new HashMap<>();
        published.get(topic).values().forEach(record -> messages.merge(record.transferId(), 1, Integer::sum));
        booked.stream().filter(id -> !messages.containsKey(id)).forEach(id -> violations.add(id + " is booked and not on " + topic));
        messages.forEach((id, count) -> {
            if (!booked.contains(id)) {
                violations.add(id + " is on " + topic + " and not booked");
            } else if (count > 1) {
                violations.add(id + " has " + count + " messages on " + topic);
            }
        });
    }

    private void checkOrder(Map<String, Map<String, Object>> facts, Map<String, List<String>> requests) {
        Map<String, Integer> positions = new HashMap<>();
        requests.values().forEach(mine -> mine.forEach(id -> positions.put(id, positions.size())));
        published.forEach((topic, records) -> {
            Map<String, Sighting> last = new HashMap<>();
            for (Sighting record : records.values()) {
                Sighting before = last.put(record.key(), record);
                if (before != null && !isInOrder(before, record, facts, positions)) {
                    violations.add(before + " is published before " + record);
                }
            }
        });
    }

    /** By the ids of the outbox; and by the requests, except where answers of two topics meet. */
    private static boolean isInOrder(Sighting first, Sighting second, Map<String, Map<String, Object>> facts, Map<String, Integer> positions) {
        boolean committed = !facts.containsKey(first.id()) || !facts.containsKey(second.id())
                || (Long) facts.get(first.id()).get("id") < (Long) facts.get(second.id()).get("id");
        return committed && (first.topic().equals("transfer.settled")
                || positions.getOrDefault(first.transferId(), -1) < positions.getOrDefault(second.transferId(), Integer.MAX_VALUE));
    }

    private static Set<String> ids(Database database, String sql) {
        Set<String> ids = new HashSet<>();
        database.rows(sql).forEach(row -> ids.add((String) row.get("transfer_id")));
        return ids;
    }

    /** The first record of each message by its id, by topic. */
    Map<String, Map<String, Sighting>> published() {
        return published;
    }

    /** What is wrong, a line each. */
    List<String> violations() {
        return violations;
    }
}
