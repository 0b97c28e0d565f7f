import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import harness.Database;
import harness.Java;

/**
 * What it costs to remember many messages: how fast keys are recorded, how fast bank B's receiver is, how large the table is, and how fast retention deletes, with few
 * keys and with many. Their ids are random, so each goes to another page of the index; they have come within 30 days. The database writes durably.
 * {@code bench/run Keys [keys=n]}
 */
final class Keys implements Scenario {

    private static final long MANY = 10_000_000;
    private static final String KEYS = "INSERT INTO inbox_message (consumer, source, message_id, received_at) "
            + "SELECT 'bank-b-credit-transfer', 'bank-a', gen_random_uuid()::text, now() - interval '30 days' * (%s) FROM generate_series(1, %d)";
    private static final int KEYS_A_TRANSACTION = 100;
    private static final int TRANSACTIONS = 500;
    private static final int CHUNK = 500_000;
    private static final int MESSAGES = 20_000;
    private static final int ROUNDS = 3;
    private static final int ROUNDS_OF_RETENTION = 50;

    @Override
    public void run(Results results) throws Exception {
        long most = MANY;
        for (String option : results.options()) {
            Bench.check(option.matches("keys=[1-9]\\d{0,9}"), option + " is keys=, and a number behind it");
            most = Long.parseLong(option.substring(5));
        }
        String many = "%,d keys".formatted(most);
        try (Bench bench = new Bench(Bench.DURABLE); Receiver receiver = Receiver.shipped(bench)) {
            receiver.handle(2 * MESSAGES);
            double few = handle(results, receiver, "few keys");
            fill(results, receiver.bank, most);
            results.add("a key of " + many, "bytes", "%,d MB in all".formatted(number(receiver.bank, "pg_total_relation_size('inbox_message') / 1000000")),
                    number(receiver.bank, "pg_total_relation_size('inbox_message')") / (double) most);
            results.ratio("receiver with " + many + " / with few", handle(results, receiver, many), few);
            results.add("keys recorded, " + KEYS_A_TRANSACTION + " in a transaction, beside " + many, "keys/s", record(receiver.bank));
            results.add("keys deleted by retention, of " + many, "keys/s", expire(receiver.bank));
            long start = System.nanoTime();
            receiver.bank.update("VACUUM inbox_message");
            results.add("VACUUM of " + many, "s", (System.nanoTime() - start) / 1e9);
        }
    }

    /** @return messages a second of the receiver */
    private static double handle(Results results, Receiver receiver, String keys) {
        double[] rates = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            rates[round] = receiver.handle(MESSAGES);
        }
        return results.add("inbox with bank B's handler, with " + keys, "messages/s", rates);
    }

    private static double record(Database bank) throws SQLException {
        try (Connection connection = bank.connect(); Statement statement = connection.createStatement()) {
            long start = System.nanoTime();
            for (int i = 0; i < TRANSACTIONS; i++) {
                statement.execute(KEYS.formatted("0", KEYS_A_TRANSACTION));
            }
            return TRANSACTIONS * (double) KEYS_A_TRANSACTION * 1e9 / (System.nanoTime() - start);
        }
    }

    /** By the shipped statement; more than half of the keys are due. */
    private static double expire(Database bank) throws Exception {
        String statement = Files.readString(Java.root().resolve("src/main/resources/sql/postgresql/delete-expired.sql"))
                .replace(":?most", "1000").replaceAll(":\\?\\w+", "1000000000");
        long deleted = 0;
        long start = System.nanoTime();
        for (int i = 0; i < ROUNDS_OF_RETENTION; i++) {
            deleted += ((Number) bank.rows(statement).get(0).get("deleted")).longValue();
        }
        return deleted * 1e9 / (System.nanoTime() - start);
    }

    private static void fill(Results results, Database bank, long most) {
        long start = System.nanoTime();
        for (long there = 0; there < most; there += CHUNK) {
            bank.update(KEYS.formatted("1 - (%d + random() * %d) / %d".formatted(there, CHUNK, most), Math.min(CHUNK, most - there)));
        }
        results.add("keys recorded, %,d in a transaction".formatted(CHUNK), "keys/s", most * 1e9 / (System.nanoTime() - start));
        bank.update("ANALYZE inbox_message");
    }

    private static long number(Database bank, String expression) {
        return ((Number) bank.value("SELECT (" + expression + ")::bigint")).longValue();
    }
}
