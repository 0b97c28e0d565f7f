package demo;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

import harness.Database;

/** The three databases of the example with their opening balances. */
public record Bank(Database bankA, Database bankB, Database notifier) {

    public static final int ACCOUNTS = 10;
    private static final int OPENING_BALANCE = 1000;

    /** Applies the shipped schema and opens the accounts: the last of bank B is closed, the one before takes 50.00 at most. */
    public static Bank open(Database bankA, Database bankB, Database notifier) {
        bankA.apply("schema.sql", "example-bank-a.sql");
        bankB.apply("schema.sql", "example-bank-b.sql");
        notifier.apply("schema.sql", "example-notifier.sql");
        IntStream.range(0, ACCOUNTS).forEach(i -> {
            bankA.update("INSERT INTO account (id, balance) VALUES (?, ?)", "a-" + i, OPENING_BALANCE);
            bankB.update("INSERT INTO account (id, balance, closed, credit_limit) VALUES (?, 0, ?, ?)", "b-" + i, i == ACCOUNTS - 1,
                    i == ACCOUNTS - 2 ? 50 : OPENING_BALANCE * ACCOUNTS);
        });
        return new Bank(bankA, bankB, notifier);
    }

    public static int money() {
        return OPENING_BALANCE * ACCOUNTS;
    }

    /** What routes/application.properties needs to know to find these databases. */
    public Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        Map.of("bank-a", bankA, "bank-b", bankB, "notifier", notifier).forEach((name, database) -> {
            settings.put("database." + name + ".url", database.url());
            settings.put("database." + name + ".user", "postgres");
        });
        return settings;
    }
}
