package demo;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import harness.Database;

/**
 * What must hold when all is drained, found out with plain SQL and the notification service's own books. It shares no code with
 * the pack. InvariantsTest shows that each of its checks can fail.
 */
public final class Invariants implements Example.Verdict {

    private final int transfers;
    private final long completed;
    private final long rejected;
    private final int notified;
    /** sagas and half messages, and those of them that have not ended or are not decided; none where the transfers are neither */
    private final long sagas;
    private final long halves;
    private final long undecided;
    /** transfers by TCC, and reservations that are left of them */
    private final long tries;
    private final long reserved;
    private final BigDecimal money;
    private final List<String> lost = new ArrayList<>();
    private final List<String> duplicates = new ArrayList<>();
    private final List<String> disorder = new ArrayList<>();

    /**
     * @param bank     the databases
     * @param requests the transferIds of each account, in the order of their requests
     * @param sent     what the notification service has sent: transferId by Idempotency-Key
     */
    public Invariants(Bank bank, Map<String, List<String>> requests, Map<String, String> sent) {
        Database a = bank.bankA();
        Database b = bank.bankB();
        transfers = requests.values().stream().mapToInt(List::size).sum();
        completed = a.count("transfer WHERE status = 'COMPLETED'");
        rejected = a.count("transfer WHERE status = 'REJECTED'");
        notified = new HashSet<>(sent.values()).size();
        Database messages = bank.messages();
        sagas = messages.count("saga");
        halves = messages.count("half_message");
        undecided = messages.count("saga WHERE ended_at IS NULL") + messages.count("half_message WHERE state = 'PREPARED'");
        tries = messages.count("saga WHERE model = 'TCC'");
        reserved = Stream.of(a, b).mapToLong(bankOf -> bankOf.count("reservation") + bankOf.count("account WHERE reserved <> 0")).sum();
        money = sum(a, "balance", "account").add(sum(b, "balance", "account"));
        checkLost(bank, requests, new HashSet<>(sent.values()));
        checkDuplicates(a, b, sent);
        checkOrder(a, b, requests);
    }

    private void checkLost(Bank bank, Map<String, List<String>> requests, Set<String> told) {
        Database a = bank.bankA();
        Database b = bank.bankB();
        Map<String, Object> status = column(a, "SELECT id, status FROM transfer");
        Map<String, Object> credits = column(b, "SELECT transfer_id, sum(amount) FROM ledger_entry GROUP BY transfer_id HAVING sum(amount) > 0 ORDER BY transfer_id");
        requests.values().forEach(ids -> ids.forEach(id -> {
            Object end = status.get(id);
            if (end == null || end.equals("PENDING")) {
                lost.add(id + " is " + (end == null ? "unknown to bank A" : "still pending"));
            } else if (!told.contains(id)) {
                lost.add(id + " has ended and nobody was told");
            } else if (end.equals("COMPLETED") != credits.containsKey(id)) {
                lost.add(id + " is " + end + " at bank A, and bank B has " + (credits.containsKey(id) ? "a" : "no") + " credit");
            }
        }));
        // an alert that waits for whom it alerts is no message of the example
        for (String table : List.of("outbox_message", "outbox_parked", "inbox_parked WHERE consumer NOT LIKE 'alert-%'", "dead_letter",
                "half_message WHERE state = 'PREPARED' OR waiting")) {
            for (Database database : List.of(bank.messages(), b, bank.notifier())) {
                if (database.count(table) > 0) {
                    lost.add(database.rows("SELECT * FROM " + table + " LIMIT 3") + " is left in " + table);
                }
            }
        }
    }

    private void checkDuplicates(Database a, Database b, Map<String, String> sent) {
        Map<String, Integer> messages = new HashMap<>();
        sent.values().forEach(id -> messages.merge(id, 1, Integer::sum));
        messages.forEach((id, count) -> {
            if (count > 1) {
                duplicates.add(id + " was notified by " + count + " messages");
            }
        });
        // an effect without its ledger entry, or twice for one entry, shows in the balance
        a.rows("""
                SELECT a.id FROM account a LEFT JOIN ledger_entry l ON l.account_id = a.id
                GROUP BY a.id, a.balance HAVING a.balance <> 1000 + coalesce(sum(l.amount), 0) ORDER BY a.id
                """).forEach(row -> duplicates.add("balance of " + row.get("id") + " is not what its ledger says"));
        b.rows("""
                SELECT a.id FROM account a LEFT JOIN ledger_entry l ON l.account_id = a.id
                GROUP BY a.id, a.balance HAVING a.balance <> coalesce(sum(l.amount), 0) ORDER BY a.id
                """).forEach(row -> duplicates.add("balance of " + row.get("id") + " is not what its ledger says"));
        for (Database database : List.of(a, b)) {
            database.rows("SELECT transfer_id, count(*) FROM ledger_entry WHERE amount <> 0 GROUP BY transfer_id, sign(amount) HAVING count(*) > 1 ORDER BY 1")
                    .forEach(row -> duplicates.add("transfer " + row.get("transfer_id") + " is booked " + row.get("count") + " times"));
        }
    }

    private void checkOrder(Database a, Database b, Map<String, List<String>> requests) {
        requests.forEach((account, requested) -> {
            checkOrder("debits of " + account, requested,
                    a.rows("SELECT transfer_id FROM ledger_entry WHERE account_id = ? AND kind = 'DEBIT' ORDER BY id", account));
            checkOrder("credits from " + account, requested,
                    b.rows("SELECT transfer_id FROM ledger_entry WHERE from_account = ? AND amount > 0 ORDER BY id", account));
        });
    }

    private void checkOrder(String what, List<String> requested, List<Map<String, Object>> booked) {
        int last = -1;
        for (Map<String, Object> row : booked) {
            int position = requested.indexOf(row.get("transfer_id"));
            if (position < last) {
                disorder.add(what + ": " + row.get("transfer_id") + " comes after " + requested.get(last));
            }
            last = position;
        }
    }

    private static Map<String, Object> column(Database database, String sql) {
        Map<String, Object> column = new HashMap<>();
        database.rows(sql).forEach(row -> {
            List<Object> values = new ArrayList<>(row.values());
            column.put((String) values.get(0), values.get(1));
        });
        return column;
    }

    private static BigDecimal sum(Database database, String column, String table) {
        return (BigDecimal) database.value("SELECT coalesce(sum(" + column + "), 0) FROM " + table);
    }

    @Override
    public boolean hold() {
        return completed + rejected == transfers && notified == transfers && isMoneyConserved() && undecided == 0 && reserved == 0 && lost.isEmpty() && duplicates.isEmpty()
                && disorder.isEmpty();
    }

    private boolean isMoneyConserved() {
        return money.compareTo(BigDecimal.valueOf(Bank.money())) == 0;
    }

    @Override
    public List<String> violations() {
        List<String> all = new ArrayList<>(lost);
        all.addAll(duplicates);
        all.addAll(disorder);
        if (!isMoneyConserved()) {
            all.add("there are " + money + " in all accounts and not " + Bank.money());
        }
        if (undecided > 0) {
            all.add(undecided + " sagas have not ended, or half messages are not decided");
        }
        if (reserved > 0) {
            all.add(reserved + " reservations, and accounts with some, are left");
        }
        return all;
    }

    /** The last line of the demo. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "transfers=%d completed=%d rejected=%d notified=%d money=%s lost=%d duplicate_effects=%d out_of_order=%d%s%s",
                transfers, completed, rejected, notified, isMoneyConserved() ? "conserved" : "lost", lost.size(), duplicates.size(), disorder.size(),
                sagas + halves == 0 ? "" : " undecided=" + undecided, tries + reserved == 0 ? "" : " reserved=" + reserved);
    }
}
