package demo;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

import harness.Database;
import harness.Servers;

/**
 * The databases of the example with their opening balances.
 *
 * @param messages where bank A's messages are: in its own database, or in that of the service for half messages
 */
public record Bank(Database bankA, Database bankB, Database notifier, Database messages) {

    public static final int ACCOUNTS = 10;
    private static final int OPENING_BALANCE = 1000;

    /** Messages of bank A are in its own database. */
    public Bank(Database bankA, Database bankB, Database notifier) {
        this(bankA, bankB, notifier, bankA);
    }

    /** The same with a bank A whose database has a barrier and no other table of the pack. */
    public static Bank open(Database bankA, Database bankB, Database notifier, Database messages) {
        bankA.apply("barrier.sql", "example-bank-a.sql");
        messages.apply("schema.sql");
        return opened(new Bank(bankA, bankB, notifier, messages));
    }

    /** Applies the shipped schema and opens the accounts: the last of bank B is closed, the one before takes 50.00 at most. */
    public static Bank open(Database bankA, Database bankB, Database notifier) {
        bankA.apply("schema.sql", "example-bank-a.sql");
        return opened(new Bank(bankA, bankB, notifier));
    }

    private static Bank opened(Bank bank) {
        bank.bankB().apply("schema.sql", "example-bank-b.sql");
        bank.notifier().apply("schema.sql", "example-notifier.sql");
        return accountsOpened(bank);
    }

    /** The same on new databases of the tests' own server. */
    public static Bank open() {
        return accountsOpened(new Bank(Servers.database("schema.sql", "example-bank-a.sql"), Servers.database("schema.sql", "example-bank-b.sql"),
                Servers.database("schema.sql", "example-notifier.sql")));
    }

    private static Bank accountsOpened(Bank bank) {
        IntStream.range(0, ACCOUNTS).forEach(i -> {
            bank.bankA().update("INSERT INTO account (id, balance) VALUES (?, ?)", "a-" + i, OPENING_BALANCE);
            bank.bankB().update("INSERT INTO account (id, balance, closed, credit_limit) VALUES (?, 0, ?, ?)", "b-" + i, i == ACCOUNTS - 1,
                    i == ACCOUNTS - 2 ? 50 : OPENING_BALANCE * ACCOUNTS);
        });
        return bank;
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
        settings.put("database.messages.url", messages.url());
        settings.put("database.messages.user", "postgres");
        return settings;
    }
}
