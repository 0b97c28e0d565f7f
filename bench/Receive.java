import java.io.IOException;
import java.time.Duration;
import java.util.Map;

import harness.Database;
import harness.RouteProcess;
import org.awaitility.Awaitility;

/**
 * The rate of bank B's receiver beside that of an ideal one, what a bad message costs the good ones, with several consumers, with a handler of lists, what comes again, and the bulk replay
 * of many dead letters. Ends with an error if an effect is missing, double or out of order. The database writes durably.
 */
final class Receive implements Scenario {

    /** A receiver gets so many first: until then its compilers have more of the processors than it has. */
    private static final int WARM_UP = 40_000;
    private static final int MESSAGES = 20_000;
    private static final int ROUNDS = 3;
    private static final int LETTERS = 100_000;
    @Override
    public void run(Results results) throws Exception {
        try (Bench bench = new Bench(Bench.DURABLE)) {
            double clean;
            try (Receiver ideal = Receiver.ideal(bench); Receiver shipped = Receiver.shipped(bench)) {
                clean = pair(results, ideal, shipped, ROUNDS)[1];
                shipped.refuseTheNext();
                double poisoned = results.add("receiver, one key has a message that always fails", "messages/s", shipped.handle(MESSAGES));
                shipped.release(MESSAGES / Receiver.KEYS);
                results.ratio("the other 999 keys / without that message", poisoned, clean);
                results.add("receiver, messages that came before", "messages/s", shipped.again(MESSAGES));
            }
            for (int consumers = 2; consumers <= 4; consumers *= 2) {
                try (Receiver several = Receiver.consumers(bench, consumers)) {
                    several.handle(WARM_UP);
                    results.add("receiver with " + consumers + " consumers", "messages/s", several.handle(2 * MESSAGES), several.handle(2 * MESSAGES));
                }
            }
            try (Receiver lists = Receiver.lists(bench)) {
                lists.handle(WARM_UP);
                results.ratio("with a handler of lists / without",
                        results.add("receiver with a handler of lists", "messages/s", lists.handle(MESSAGES * 5), lists.handle(MESSAGES * 5)), clean);
            }
            replay(bench, results);
        }
    }

    /** @return the middle rates of the ideal receiver and of ours, which have taken turns */
    static double[] pair(Results results, Receiver ideal, Receiver shipped, int rounds) {
        ideal.handle(WARM_UP);
        shipped.handle(WARM_UP);
        double[][] rates = new double[2][rounds];
        for (int round = 0; round < rounds; round++) {
            rates[0][round] = ideal.handle(MESSAGES);
            rates[1][round] = shipped.handle(MESSAGES);
        }
        double[] middle = {results.add("ideal receiver, JDBC and KafkaConsumer", "messages/s", ideal.costs(), rates[0]),
            results.add("inbox with bank B's handler", "messages/s", shipped.costs(), rates[1])};
        results.ratio("inbox / ideal receiver", middle[1], middle[0]);
        return middle;
    }

    private static void replay(Bench bench, Results results) throws IOException {
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
        double dryRun = end(bench, bank, "{\"all\": true, \"dryRun\": true}");
        Bench.check(bank.count("inbox_parked") == 0, "a dry run does nothing");
        double replay = end(bench, bank, "{\"all\": true, \"who\": \"bench\", \"reason\": \"bench\"}");
        Bench.check(bank.count("inbox_parked") == LETTERS, "all letters are parked for their receiver");
        results.add("dry run of a replay, with its start", "letters/s", LETTERS / dryRun);
        results.add("replay, with its start", "letters/s", LETTERS / replay);
        String topic = bench.topic(1);
        try (RouteProcess first = Receiver.process(bench, bank, topic); RouteProcess second = Receiver.process(bench, bank, topic)) {
            await(bank, LETTERS / 2);
            long begun = bank.count("ledger_entry");
            long start = System.nanoTime();
            await(bank, LETTERS);
            results.add("replayed letters, two processes, the second half", "messages/s", (LETTERS - begun) * 1e9 / (System.nanoTime() - start));
        }
        Receiver.check(bank);
    }

    /** Runs the command replay and returns how long it took, seconds. */
    private static double end(Bench bench, Database bank, String request) {
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
