import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

import harness.Database;
import harness.Java;
import harness.RouteProcess;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/** A process that credits what is requested in a topic of its own, in a database of its own. */
final class Receiver implements AutoCloseable {

    static final int KEYS = 1000;

    private final Bench bench;
    final Database bank;
    private final String topic;
    private final AutoCloseable process;
    private int sent;
    private long records;
    private long questions;
    private long walBytes;

    private Receiver(Bench bench, Start start) throws IOException {
        this.bench = bench;
        this.bank = bank(bench);
        this.topic = bench.topic(4);
        this.process = start.of(bank, topic);
    }

    /** Starts a process. */
    private interface Start {
        AutoCloseable of(Database bank, String topic) throws IOException;
    }

    /** Plain JDBC and KafkaConsumer. */
    static Receiver ideal(Bench bench) throws IOException {
        return new Receiver(bench, (bank, topic) -> {
            Process receiver = new ProcessBuilder(Java.executable(), "-Xmx512m", "-cp", Java.testClasspath() + ":" + System.getProperty("bench.classes"), "IdealReceiver", bank.url(),
                    bench.kafka.brokers(), topic, Java.root().toString()).redirectErrorStream(true).redirectOutput(bench.folder.resolve("ideal.log").toFile()).start();
            return () -> {
                receiver.destroy();
                receiver.onExit().join();
            };
        });
    }

    /** Bank B as it is. */
    static Receiver shipped(Bench bench) throws IOException {
        return new Receiver(bench, (bank, topic) -> process(bench, bank, topic));
    }

    /** Bank B with so many consumers in its process. */
    static Receiver consumers(Bench bench, int consumers) throws IOException {
        Path file = with(bench, "inboxConsumers", String.valueOf(consumers));
        return new Receiver(bench, (bank, topic) -> process(bench, bank, topic, file.toString(), "bank-b-book-credit.camel.yaml"));
    }

    /** Bank B with a second handler, which credits a whole list by one statement. */
    static Receiver lists(Bench bench) throws IOException {
        Path file = with(bench, "inboxBatchHandler", "credit-transfers");
        return new Receiver(bench, (bank, topic) -> process(bench, bank, topic, file.toString(), "bank-b-book-credit.camel.yaml", Java.root().resolve("bench/credit-transfers.camel.yaml").toString()));
    }

    /** The shipped file, with one more parameter. */
    private static Path with(Bench bench, String parameter, String value) throws IOException {
        String shipped = Files.readString(Java.root().resolve("routes/bank-b-credit-transfer.camel.yaml"));
        String data = "      - name: inboxDataSource\n";
        Bench.check(shipped.contains(data), "the parameter of the shipped receiver");
        return Files.writeString(bench.folder.resolve(parameter + "-" + value + ".camel.yaml"), shipped.replace(data, "      - name: %s\n        value: \"%s\"\n".formatted(parameter, value) + data));
    }

    /** Of the pack's. */
    OptionalLong pid() {
        return ((RouteProcess) process).pid();
    }

    static RouteProcess process(Bench bench, Database bank, String topic) {
        return process(bench, bank, topic, "bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml");
    }

    private static RouteProcess process(Bench bench, Database bank, String topic, String... files) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("database.bank-b.url", bank.url());
        settings.put("database.bank-b.user", "postgres");
        settings.put("kafka.brokers", bench.kafka.brokers());
        settings.put("outbox.destination.transfer.requested", topic);
        settings.put("inbox.dead-letter-topic", "false");
        return RouteProcess.camelMain(bench.folder.resolve("receiver." + topic + ".log"), settings, files).start();
    }

    static Database bank(Bench bench) {
        Database bank = bench.database("schema.sql", "example-bank-b.sql");
        bank.update("INSERT INTO account (id, balance, credit_limit) SELECT 'b-' || i, 0, 1000000 FROM generate_series(0, ? - 1) AS i", KEYS);
        return bank;
    }

    /** Messages a second, from the first that is sent to the last that is taken care of. */
    double handle(int messages) {
        long wal = Bench.walBytes(bank);
        double rate = rate(sent, sent + messages);
        walBytes = (Bench.walBytes(bank) - wal) / messages;
        return rate;
    }

    /** So many of those that came last come once more, and have no effect. */
    double again(int messages) {
        return rate(sent - messages, sent);
    }

    private double rate(int first, int end) {
        long start = System.nanoTime();
        send(first, end);
        sent = end;
        records += end - first;
        Awaitility.await().atMost(Duration.ofMinutes(20)).pollInterval(Duration.ofMillis(50))
                .failFast("the receiver has ended, see " + bench.folder, () -> process instanceof RouteProcess receiver && !receiver.isAlive())
                .until(() -> position() >= records);
        return (end - first) * 1e9 / (System.nanoTime() - start);
    }

    private long position() {
        questions++;
        return ((Number) bank.value("SELECT coalesce(sum(position + 1), 0) FROM inbox_position")).longValue();
    }

    private void send(int first, int end) {
        try (KafkaProducer<String, byte[]> producer
                = new KafkaProducer<>(Map.of("bootstrap.servers", bench.kafka.brokers()), new StringSerializer(), new ByteArraySerializer())) {
            for (int i = first; i < end; i++) {
                String body = "{\"transferId\":\"t-%d\",\"from\":\"a-%d\",\"to\":\"b-%d\",\"amount\":1.00}".formatted(i, i % KEYS, i % KEYS);
                ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, "a-" + i % KEYS, body.getBytes(StandardCharsets.UTF_8));
                record.headers().add("ce_source", "bank-a".getBytes(StandardCharsets.UTF_8));
                record.headers().add("ce_id", ("m-" + i).getBytes(StandardCharsets.UTF_8));
                producer.send(record);
            }
        }
    }

    /** The first of what is sent now fails, and is parked. */
    void refuseTheNext() {
        bank.update("""
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON ledger_entry FOR EACH ROW WHEN (NEW.transfer_id = 't-%d') EXECUTE FUNCTION refuse()
                """.formatted(sent));
    }

    /** It and its followers are handled. */
    void release(int parked) {
        Bench.check(bank.count("inbox_parked") == parked, "the bad message and its followers are parked");
        bank.update("DROP TRIGGER refuse ON ledger_entry; UPDATE inbox_parked SET next_attempt_at = now() WHERE NOT behind");
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> bank.count("inbox_parked") == 0);
    }

    /** Fails unless each effect is there once, those of a key in the order of their numbers. */
    static void check(Database bank) {
        List<Map<String, Object>> wrong = bank.rows("""
                SELECT from_account, transfer_id FROM (
                  SELECT from_account, transfer_id, substr(transfer_id, 3)::int AS sent, lag(substr(transfer_id, 3)::int) OVER (PARTITION BY from_account ORDER BY id) AS before
                  FROM ledger_entry) AS entry
                WHERE sent <= before""");
        Bench.check(wrong.isEmpty(), "out of order: " + wrong);
        Bench.check(bank.value("SELECT (SELECT sum(balance) FROM account) = (SELECT count(*) FROM ledger_entry)").equals(true), "each effect once");
    }

    /** What a message of the last that were handled has cost, and, in commits and keys, one of all. */
    String costs() {
        return "%,d bytes of WAL, %.4f commits and %s bytes of inbox_message a message".formatted(walBytes,
                (Bench.commits(bank) - questions) / (double) records,
                bank.value("SELECT pg_total_relation_size('inbox_message') / count(*) FROM inbox_message"));
    }

    @Override
    public void close() throws IOException {
        try {
            process.close();
        } catch (Exception e) {
            throw new IOException(e);
        }
        Bench.check(bank.count("ledger_entry") == sent, "each has its effect");
        check(bank);
    }
}
