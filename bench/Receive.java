import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Java;
import harness.RouteProcess;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/**
 * What bad messages cost the good ones: the rate of bank B's receiver with and without a message that always fails, and the bulk replay
 * of many dead letters. Ends with an error if an effect is missing, double or out of order.
 */
public final class Receive {

    private static final int KEYS = 1000;
    private static final int EACH = 20;
    private static final int LETTERS = 100_000;
    private final Bench bench;

    private Receive(Bench bench) {
        this.bench = bench;
    }

    public static void main(String[] arguments) throws Exception {
        try (Bench bench = new Bench()) {
            Receive receive = new Receive(bench);
            double ideal = receive.ideal();
            double clean = receive.clean();
            double lists = receive.lists();
            double poisoned = receive.poisoned();
            System.out.printf("receiver / ideal receiver                                   %6.2f   (aim 0.8)%n", clean / ideal);
            System.out.printf("receiver with a handler of lists / receiver                 %6.2f%n", lists / clean);
            System.out.printf("rate of the other 999 keys / rate without the bad message   %6.2f%n", poisoned / clean);
            receive.replay();
        }
        System.exit(0);
    }

    private Database bank() {
        Database bank = bench.database("schema.sql", "example-bank-b.sql");
        bank.update("INSERT INTO account (id, balance, credit_limit) SELECT 'b-' || i, 0, 1000000 FROM generate_series(0, 999) AS i");
        return bank;
    }

    private RouteProcess receiver(Database bank, String topic) {
        return receiver(bank, topic, "bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml");
    }

    private RouteProcess receiver(Database bank, String topic, String... files) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("database.bank-b.url", bank.url());
        settings.put("database.bank-b.user", "postgres");
        settings.put("kafka.brokers", bench.kafka.brokers());
        settings.put("outbox.destination.transfer.requested", topic);
        settings.put("inbox.dead-letter-topic", "false");
        return RouteProcess.camelMain(bench.folder.resolve("receiver." + topic + ".log"), settings, files).start();
    }

    static double ideal(Bench bench) throws IOException {
        return new Receive(bench).ideal();
    }

    static double shipped(Bench bench) {
        return new Receive(bench).clean();
    }

    /** Sends what bank B is to credit, and returns where. */
    private String requested() {
        return requested(EACH);
    }

    private String requested(int each) {
        String topic = bench.topic(4);
        try (KafkaProducer<String, byte[]> producer
                = new KafkaProducer<>(Map.of("bootstrap.servers", bench.kafka.brokers()), new StringSerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < KEYS * each; i++) {
                String body = "{\"transferId\":\"t-%d\",\"from\":\"a-%d\",\"to\":\"b-%d\",\"amount\":1.00}".formatted(i, i % KEYS, i % KEYS);
                ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, "a-" + i % KEYS, body.getBytes(StandardCharsets.UTF_8));
                record.headers().add("ce_source", "bank-a".getBytes(StandardCharsets.UTF_8));
                record.headers().add("ce_id", ("m-" + i).getBytes(StandardCharsets.UTF_8));
                producer.send(record);
            }
        }
        return topic;
    }

    private double clean() {
        Database bank = bank();
        String topic = requested();
        Bench.Costs before = Bench.Costs.of(bank);
        double rate;
        try (RouteProcess receiver = receiver(bank, topic)) {
            rate = rate("receiver", bank, KEYS * EACH);
        }
        System.out.printf("%-52s %s, %s bytes of inbox_message%n", "", Bench.Costs.of(bank).since(before, KEYS * EACH),
                bank.value("SELECT pg_total_relation_size('inbox_message') / count(*) FROM inbox_message"));
        return rate;
    }

    /** The shipped receiver with a second handler, which credits a whole list by one statement. */
    private double lists() throws IOException {
        Database bank = bank();
        String topic = requested(EACH * 10);
        String shipped = Files.readString(Java.root().resolve("routes/bank-b-credit-transfer.camel.yaml"));
        String data = "      - name: inboxDataSource\n";
        Bench.check(shipped.contains(data), "the parameter of the shipped receiver");
        Path file = Files.writeString(bench.folder.resolve("bank-b-credit-transfers.camel.yaml"),
                shipped.replace(data, "      - name: inboxBatchHandler\n        value: credit-transfers\n" + data));
        try (RouteProcess receiver = receiver(bank, topic, file.toString(), Java.root().resolve("bench/credit-transfers.camel.yaml").toString(), "bank-b-book-credit.camel.yaml")) {
            return rate("receiver with a handler of lists", bank, KEYS * EACH * 10);
        }
    }

    private double ideal() throws IOException {
        Database bank = bank();
        String topic = requested();
        Process receiver = new ProcessBuilder(Java.executable(), "-Xmx512m", "-cp", Java.testClasspath() + ":" + System.getProperty("bench.classes"), "IdealReceiver", bank.url(),
                bench.kafka.brokers(), topic, Java.root().toString()).redirectErrorStream(true).redirectOutput(bench.folder.resolve("ideal." + topic + ".log").toFile()).start();
        try {
            return rate("ideal receiver, JDBC and KafkaConsumer", bank, KEYS * EACH);
        } finally {
            receiver.destroy();
            receiver.onExit().join();
        }
    }

    private double poisoned() {
        Database bank = bank();
        bank.update("""
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON ledger_entry FOR EACH ROW WHEN (NEW.transfer_id = 't-7') EXECUTE FUNCTION refuse()
                """);
        try (RouteProcess receiver = receiver(bank, requested())) {
            double rate = rate("receiver, one key has a message that always fails", bank, (KEYS - 1) * EACH);
            Bench.check(bank.count("inbox_parked") == EACH, "the bad message and its followers are parked");
            bank.update("DROP TRIGGER refuse ON ledger_entry; UPDATE inbox_parked SET next_attempt_at = now() WHERE message_id = 'm-7'");
            await(bank, "ledger_entry", KEYS * EACH);
            checkOrder(bank);
            return rate;
        }
    }

    /** Messages a second between the first that are handled and the last one. */
    private static double rate(String name, Database bank, int good) {
        await(bank, "ledger_entry", KEYS * 2);
        long begun = bank.count("ledger_entry");
        long start = System.nanoTime();
        await(bank, "ledger_entry", good);
        double rate = (good - begun) * 1e9 / (System.nanoTime() - start);
        System.out.printf("%-52s %,10d messages %,8.0f/s%n", name, good, rate);
        checkOrder(bank);
        return rate;
    }

    private void replay() {
        Database bank = bank();
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
        try (RouteProcess first = receiver(bank, topic); RouteProcess second = receiver(bank, topic)) {
            await(bank, "ledger_entry", KEYS);
            long begun = bank.count("ledger_entry");
            long start = System.nanoTime();
            await(bank, "ledger_entry", LETTERS);
            System.out.printf("%-52s %,10d messages %,8.0f/s%n", "their handling, two processes", LETTERS,
                    (LETTERS - begun) * 1e9 / (System.nanoTime() - start));
        }
        checkOrder(bank);
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

    private static void checkOrder(Database bank) {
        List<Map<String, Object>> wrong = bank.rows("""
                SELECT from_account, transfer_id FROM (
                  SELECT from_account, transfer_id, substr(transfer_id, 3)::int AS sent, lag(substr(transfer_id, 3)::int) OVER (PARTITION BY from_account ORDER BY id) AS before
                  FROM ledger_entry) AS entry
                WHERE sent <= before""");
        Bench.check(wrong.isEmpty(), "out of order: " + wrong);
        Bench.check(bank.value("SELECT (SELECT sum(balance) FROM account) = (SELECT count(*) FROM ledger_entry)").equals(true), "each effect once");
    }

    private static void await(Database bank, String table, long rows) {
        Awaitility.await().atMost(Duration.ofMinutes(20)).pollInterval(Duration.ofMillis(200)).until(() -> bank.count(table) >= rows);
    }
}
