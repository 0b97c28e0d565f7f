import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Java;
import org.awaitility.Awaitility;

/**
 * Drains outboxes, one relay after the other on the same servers, and prints rates and their ratios. A rate is rows by the time
 * between the first and the last record, by the records' own timestamps, in a cold JVM with 256 MB of heap.
 */
public final class Drain {

    private static final int KEYS = 1000;

    public static void main(String[] arguments) throws Exception {
        try (Bench bench = new Bench()) {
            double ideal = drain(bench, "ideal relay, JDBC and KafkaProducer", 200_000, 290, true);
            double relay = drain(bench, "outbox-relay", 200_000, 290, false);
            double naive = drain(bench, "naive sql to kafka, a row a time", 10_000, 290, null);
            double small = drain(bench, "outbox-relay", 100_000, 290, false);
            double large = drain(bench, "outbox-relay", 1_000_000, 290, false);
            double kilobyte = drain(bench, "outbox-relay, 1 KB payloads", 200_000, 1024, false);
            System.out.printf("outbox-relay / ideal relay          %6.2f   (aim 0.6)%n", relay / ideal);
            System.out.printf("outbox-relay / naive route          %6.1f   (aim 30)%n", relay / naive);
            System.out.printf("1,000,000 rows / 100,000 rows       %6.2f   (aim 0.9)%n", large / small);
            System.out.printf("1 KB payloads / 290 B payloads      %6.2f   (in 256 MB of heap)%n", kilobyte / relay);
        }
        System.exit(0);
    }

    /** @param ideal true: the ideal relay, false: the pack's, null: the naive route */
    static double drain(Bench bench, String name, int rows, int bytes, Boolean ideal) throws Exception {
        Database outbox = bench.database("schema.sql");
        String topic = bench.topic(4);
        outbox.update("""
                INSERT INTO outbox_message (destination, message_key, type, payload)
                SELECT 'transfer.requested', 'k' || i %% %d, 'transfer.requested', convert_to(rpad(i::text || ' ', %d, 'x'), 'UTF8')
                FROM generate_series(1, ?) AS i
                """.formatted(KEYS, bytes), rows);
        outbox.update("VACUUM ANALYZE outbox_message");
        Bench.Costs before = Bench.Costs.of(outbox);
        List<String> command = new ArrayList<>(List.of(Java.executable(), "-Xmx256m", "-cp", Java.testClasspath() + ":" + System.getProperty("bench.classes")));
        if (Boolean.TRUE.equals(ideal)) {
            command.addAll(List.of("IdealRelay", outbox.url(), bench.kafka.brokers(), topic, Java.root().resolve("src/main/resources/sql/postgresql").toString()));
        } else {
            command.addAll(List.of("harness.RunRoutes", ideal == null ? "bench/naive-relay.camel.yaml" : "routes/bank-a-relay.camel.yaml",
                    "database.bank-a.url=" + outbox.url(), "database.bank-a.user=postgres", "kafka.brokers=" + bench.kafka.brokers(), "bench.topic=" + topic,
                    "outbox.destination.transfer.requested=" + topic));
        }
        Process relay = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(bench.folder.resolve(topic + ".log").toFile()).start();
        try {
            Awaitility.await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofMillis(500)).until(() -> !outbox.rows(
                    "SELECT NOT EXISTS (SELECT 1 FROM outbox_message) AS empty").get(0).containsValue(false));
        } finally {
            relay.destroy();
            relay.onExit().join();
        }
        double rate = rate(bench, topic, rows);
        System.out.printf("%-38s %,10d rows %,10.0f rows/s, %s%n", name, rows, rate, Bench.Costs.of(outbox).since(before, rows));
        bench.drop(outbox);
        return rate;
    }

    private static double rate(Bench bench, String topic, int rows) {
        Map<String, Long> last = new HashMap<>();
        long[] span = {Long.MAX_VALUE, 0, 0};
        bench.read(topic, record -> {
            span[0] = Math.min(span[0], record.timestamp());
            span[1] = Math.max(span[1], record.timestamp());
            span[2]++;
            int length = 0;
            while (record.value()[length] != ' ') {
                length++;
            }
            long value = Long.parseLong(new String(record.value(), 0, length));
            Long before = last.put(record.key(), value);
            if (before != null && before >= value) {
                throw new IllegalStateException("out of order: " + record.key() + " " + value);
            }
        });
        if (span[2] != rows) {
            throw new IllegalStateException(span[2] + " records for " + rows + " rows");
        }
        return rows * 1000.0 / (span[1] - span[0]);
    }

    private Drain() {
    }
}
