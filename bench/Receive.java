import java.io.IOException;
import java.time.Duration;
import java.util.Map;

import harness.Database;
import harness.RouteProcess;
import org.awaitility.Awaitility;

/**
 * The rate of bank B's receiver beside that of an ideal one, what a bad message costs the good ones, and, which is all with the argument {@code replay},
 * the bulk replay of many dead letters. Ends with an error if an effect is missing, double or out of order.
 */
public final class Receive {

    /** A receiver gets so many first: until then its compilers have more of the processors than it has. */
    private static final int WARM_UP = 60_000;
    private static final int MESSAGES = 20_000;
    private static final int ROUNDS = 3;
    private static final int LETTERS = 100_000;
    private final Bench bench;

    private Receive(Bench bench) {
        this.bench = bench;
    }

    public static void main(String[] arguments) throws Exception {
        try (Bench bench = new Bench()) {
            Receive receive = new Receive(bench);
            if (arguments.length == 0) {
                receive.rates();
            }
            receive.replay();
        }
        System.exit(0);
    }

    private void rates() throws IOException {
        double[][] rates = pair(bench, ROUNDS, true);
        double clean = Bench.median(rates[1]);
        System.out.printf("receiver / ideal receiver                                   %6.2f   (aim 0.8)%n", clean / Bench.median(rates[0]));
        System.out.printf("rate of the other 999 keys / rate without the bad message   %6.2f%n", rates[2][0] / clean);
        System.out.printf("receiver with a handler of lists / receiver                 %6.2f%n", lists() / clean);
    }

    /** Messages a second: of the ideal receiver and of ours, in turn, both warm; and, if asked for, of ours with a message that always fails. */
    static double[][] pair(Bench bench, int rounds, boolean poisoned) throws IOException {
        double[][] rates = new double[3][rounds];
        try (Receiver ideal = Receiver.ideal(bench); Receiver shipped = Receiver.shipped(bench)) {
            ideal.handle(WARM_UP);
            shipped.handle(WARM_UP);
            for (int round = 0; round < rounds; round++) {
                rates[0][round] = print("ideal receiver, JDBC and KafkaConsumer", ideal, MESSAGES);
                rates[1][round] = print("receiver", shipped, MESSAGES);
            }
            if (poisoned) {
                shipped.refuseTheNext();
                rates[2][0] = print("receiver, one key has a message that always fails", shipped, MESSAGES);
                shipped.release(MESSAGES / Receiver.KEYS);
            }
        }
        return rates;
    }

    private static double print(String name, Receiver receiver, int messages) {
        long wal = Bench.walBytes(receiver.bank);
        double rate = receiver.handle(messages);
        System.out.printf("%-52s %,10d messages %,8.0f/s, %,d bytes of WAL a message%n", name, messages, rate, (Bench.walBytes(receiver.bank) - wal) / messages);
        return rate;
    }

    /** The shipped receiver with a second handler, which credits a whole list by one statement. */
    private double lists() throws IOException {
        try (Receiver lists = Receiver.lists(bench)) {
            lists.handle(WARM_UP);
            return print("receiver with a handler of lists", lists, MESSAGES * 10);
        }
    }

    private void replay() {
        Database bank = Receiver.bank(bench);
        bank.update("""
                WITH letter AS (
                  INSERT INTO dead_letter (origin, consumer, message_id, message_key, topic, topic_partition, topic_offset, payload, headers, attempts,
                                           error_class, error_message, first_failed_at)
                  SELECT 'INBOX', 'bank-b-credit-transfer', 'm-' || i, 'a-' || i % 1000, 't', 0, i,
                         convert_to(format('{"transferId":"t-%s","from":"a-%s","to":"b-%s","amount":1.00}', i, i % 1000, i % 1000), 'UTF8'),
                         json_build_object('ce_id', 'm-' || i), 53, 'java.io.IOException', 'the bench says so', now()
                  FROM generate_series(0, ? - 1) AS i
                  RETURNING consumer, message_id)
                INSERT INTO inbox_message (consumer, message_id) SELECT consumer, message_id FROM letter""", LETTERS);
        bank.update("VACUUM ANALYZE dead_letter, inbox_message");
        double dryRun = end(bank, "{\"all\": true, \"dryRun\": true}");
        Bench.check(bank.count("inbox_parked") == 0, "a dry run does nothing");
        double replay = end(bank, "{\"all\": true, \"who\": \"bench\", \"reason\": \"bench\"}");
        Bench.check(bank.count("inbox_parked") == LETTERS, "all letters are parked for their receiver");
        System.out.printf("%-52s %,10d letters  %,8.0f/s%n", "dry run, with the start of the command", LETTERS, LETTERS / dryRun);
        System.out.printf("%-52s %,10d letters  %,8.0f/s%n", "replay, with the start of the command", LETTERS, LETTERS / replay);
        String topic = bench.topic(1);
        try (RouteProcess first = Receiver.process(bench, bank, topic); RouteProcess second = Receiver.process(bench, bank, topic)) {
            await(bank, LETTERS / 2);
            long begun = bank.count("ledger_entry");
            long start = System.nanoTime();
            await(bank, LETTERS);
            System.out.printf("%-52s %,10d messages %,8.0f/s%n", "their handling, two processes, the second half", LETTERS,
                    (LETTERS - begun) * 1e9 / (System.nanoTime() - start));
        }
        Receiver.check(bank);
    }

    /** Runs the command replay and returns how long it took, seconds. */
    private double end(Database bank, String request) {
        Map<String, String> settings = Map.of("database.bank-b.url", bank.url(), "database.bank-b.user", "postgres", "operate.data-source", "bankB",
                "replay.request", request);
        long start = System.nanoTime();
        try (RouteProcess command = RouteProcess.camelMain(bench.folder.resolve("replay.log"), settings, "replay.camel.yaml", "operate-end-letters.camel.yaml",
                "operate-problem.camel.yaml", "camel.main.duration-max-messages=1").start()) {
            Bench.check(command.awaitExit() == 0, command.log());
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static void await(Database bank, long rows) {
        Awaitility.await().atMost(Duration.ofMinutes(20)).pollInterval(Duration.ofMillis(200)).until(() -> bank.count("ledger_entry") >= rows);
    }
}
