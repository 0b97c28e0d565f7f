import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

import harness.Database;
import harness.Java;
import harness.Topic;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;

/** Processes that empty an outbox of their own into a topic of their own, again and again, and so get warm. */
final class Relay implements AutoCloseable {

    private static final int KEYS = 1000;
    private final Bench bench;
    final Database outbox;
    private final Topic topic;
    private final List<Process> processes = new ArrayList<>();
    private final String routes;
    private final List<String> settings;
    private final Map<TopicPartition, Long> read = new HashMap<>();
    private final Map<String, Long> last = new HashMap<>();
    private long sent;
    private int filled;
    private long walBytes;

    /** @param routes of its processes, null for none of Camel */
    private Relay(Bench bench, String routes, String... settings) {
        this.bench = bench;
        this.settings = List.of(settings);
        this.outbox = bench.database("schema.sql");
        this.topic = new Topic(bench.kafka, bench.topic(4));
        this.routes = routes;
    }

    /** Plain JDBC and KafkaProducer. */
    static Relay ideal(Bench bench) throws IOException {
        Relay relay = new Relay(bench, null);
        relay.start("IdealRelay", relay.outbox.url(), bench.kafka.brokers(), relay.topic.name(), Java.root().resolve("src/main/resources/sql/postgresql").toString());
        return relay;
    }

    /** The pack's, with settings other than the defaults. */
    static Relay shipped(Bench bench, String... settings) throws IOException {
        Relay relay = new Relay(bench, "routes/bank-a-relay.camel.yaml", settings);
        relay.another();
        return relay;
    }

    /** A row a transaction, as tutorials show it. */
    static Relay naive(Bench bench) throws IOException {
        Relay relay = new Relay(bench, "bench/naive-relay.camel.yaml");
        relay.another();
        return relay;
    }

    /** Starts one more process for the same outbox. */
    void another() throws IOException {
        start("harness.RunRoutes", routes, "database.bank-a.url=" + outbox.url(), "database.bank-a.user=postgres", "kafka.brokers=" + bench.kafka.brokers(),
                "bench.topic=" + topic.name(), "outbox.destination.transfer.requested=" + topic.name());
    }

    private void start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Java.executable(), "-Xmx256m", "-cp", Java.testClasspath() + ":" + System.getProperty("bench.classes")));
        command.addAll(List.of(arguments));
        command.addAll(settings);
        Path log = bench.folder.resolve(topic.name() + "." + processes.size() + ".log");
        processes.add(new ProcessBuilder(command).directory(Java.root().toFile()).redirectErrorStream(true).redirectOutput(log.toFile()).start());
    }

    /** @return rows by the seconds between the first and the last record, by the records' own timestamps */
    double drain(int rows, int bytes) {
        fill(rows, bytes);
        return empty();
    }

    /** Writes so many rows in one transaction. */
    void fill(int rows, int bytes) {
        outbox.update("VACUUM outbox_message");
        outbox.update("""
                INSERT INTO outbox_message (destination, message_key, type, payload)
                SELECT 'transfer.requested', 'k' || i %% %d, 'transfer.requested', convert_to(rpad(i::text || ' ', %d, 'x'), 'UTF8')
                FROM generate_series(%d, %d) AS i;
                ANALYZE outbox_message""".formatted(KEYS, bytes, sent, sent + rows - 1));
        sent += rows;
        filled = rows;
    }

    /** Waits until they are in the topic, whose end tells of them without a question to the database. */
    double empty() {
        long wal = Bench.walBytes(outbox);
        Awaitility.await().atMost(Duration.ofMinutes(10)).pollInterval(Duration.ofMillis(200))
                .failFast("the relay has ended, see " + bench.folder, () -> processes.stream().noneMatch(Process::isAlive)).until(() -> topic.size() >= sent);
        walBytes = (Bench.walBytes(outbox) - wal) / filled;
        return rate(bench, topic.name(), read, last, filled);
    }

    /** Of its first process. */
    OptionalLong pid() {
        return OptionalLong.of(processes.get(0).pid());
    }

    /**
     * Reads what has come into a topic: rows that begin with their number and a space. Ends with an error if one is missing or there twice, or out of order.
     *
     * @param read where it was read to, by partition, and {@code last} the last number of each key; both empty at first
     */
    static double rate(Bench bench, String topic, Map<TopicPartition, Long> read, Map<String, Long> last, int rows) {
        long[] span = {Long.MAX_VALUE, 0, 0};
        bench.read(topic, read, record -> {
            span[0] = Math.min(span[0], record.timestamp());
            span[1] = Math.max(span[1], record.timestamp());
            span[2]++;
            Long before = last.put(record.key(), number(record.value()));
            Bench.check(before == null || before < number(record.value()), "order of " + record.key() + " at " + number(record.value()));
        });
        Bench.check(span[2] == rows, rows + " records, not " + span[2]);
        return rows * 1000.0 / (span[1] - span[0]);
    }

    /** What a payload begins with. */
    private static long number(byte[] payload) {
        long number = 0;
        for (int i = 0; payload[i] != ' '; i++) {
            number = 10 * number + payload[i] - '0';
        }
        return number;
    }

    /** What a row of the last drain has cost, and, in commits, one of all. */
    String costs() {
        return "%,d bytes of WAL and %.4f commits a row".formatted(walBytes, Bench.commits(outbox) / (double) sent);
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
        processes.forEach(process -> process.onExit().join());
        bench.drop(outbox);
    }
}
