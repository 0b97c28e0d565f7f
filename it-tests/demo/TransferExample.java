package demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

import harness.Database;

/** Transfer and notify. */
record TransferExample(Bank bank) implements Example {

    @Override
    public String id() {
        return "transferId";
    }

    @Override
    public String party() {
        return "from";
    }

    @Override
    public String service() {
        return "notification service";
    }

    @Override
    public Map<String, String> settings() {
        return bank.settings();
    }

    @Override
    public List<Map<String, Object>> requests(int count, long seed) {
        Random random = new Random(seed);
        List<Map<String, Object>> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String from = "a-" + random.nextInt(Bank.ACCOUNTS);
            requests.add(Map.of("transferId", String.format(Locale.ROOT, "t-%05d", i), "from", from, "to", to(random), "amount", amount(random)));
        }
        return requests;
    }

    private static String to(Random random) {
        return random.nextInt(12) == 0 ? "nobody" : "b-" + random.nextInt(Bank.ACCOUNTS);
    }

    private static double amount(Random random) {
        return random.nextInt(25) == 0 ? 5000 : (1 + random.nextInt(6000)) / 100.0;
    }

    @Override
    public long ended() {
        return bank.bankA().count("transfer WHERE status <> 'PENDING'");
    }

    @Override
    public long told() {
        return bank.notifier().count("notification");
    }

    @Override
    public boolean isDrained(int count) {
        return told() >= count && bank.messages().count("outbox_message") == 0 && bank.bankB().count("outbox_message") == 0;
    }

    @Override
    public Verdict check(Map<String, List<String>> requests, Map<String, String> sent) {
        return new Invariants(bank, requests, sent);
    }

    @Override
    public List<String> report() {
        List<String> lines = new ArrayList<>(List.of("How the transfers ended"));
        bank.bankA().rows("SELECT status, coalesce(reason, '') AS reason, count(*), sum(amount) FROM transfer GROUP BY 1, 2 ORDER BY 1, 2")
                .forEach(row -> lines.add(String.format("  %-10s %-20s %6d %14s", row.values().toArray())));
        lines.add("Where the money is");
        for (Database database : List.of(bank.bankA(), bank.bankB())) {
            lines.add(String.format("  %-10s %34s", database == bank.bankA() ? "bank A" : "bank B", database.value("SELECT sum(balance) FROM account")));
        }
        return lines;
    }

    @Override
    public String databases() {
        return bank.bankA().url() + " (user postgres), bank_b, notifier";
    }
}
