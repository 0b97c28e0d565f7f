import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import harness.Database;
import harness.Java;

/**
 * What a snapshot that is held open costs a relay: 1,000 messages a second, and the latency from commit to send in the first 20 seconds and in
 * the last 20 of three minutes, in which PostgreSQL keeps every published row.
 */
final class Snapshot implements Scenario {

    private static final int SECONDS = 180;
    private static final int PART = 20;

    @Override
    public void run(Results results) throws Exception {
        try (Bench bench = new Bench(Bench.DURABLE)) {
            Database outbox = bench.database("schema.sql");
            String topic = bench.topic(4);
            Process relay = new ProcessBuilder(Java.executable(), "-Xmx256m", "-cp", Java.testClasspath(), "harness.RunRoutes", "routes/bank-a-relay.camel.yaml",
                    "database.bank-a.url=" + outbox.url(), "database.bank-a.user=postgres", "kafka.brokers=" + bench.kafka.brokers(),
                    "outbox.destination.transfer.requested=" + topic).directory(Java.root().toFile()).redirectErrorStream(true)
                    .redirectOutput(bench.folder.resolve("relay.log").toFile()).start();
            try (Connection report = outbox.connect(); Statement open = report.createStatement()) {
                load(outbox, 10);
                report.setAutoCommit(false);
                report.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                open.execute("SELECT 1 FROM outbox_message");
                long start = load(outbox, SECONDS);
                long[] first = percentiles(bench, topic, start);
                long[] last = percentiles(bench, topic, start + TimeUnit.SECONDS.toMillis(SECONDS - PART));
                String[] percents = {"p50", "p99"};
                for (int i = 0; i < percents.length; i++) {
                    results.add("commit to Kafka, in the first " + PART + " s, " + percents[i], "ms", first[i]);
                    results.add("commit to Kafka, after " + (SECONDS - PART) + " s, " + percents[i], "ms", last[i]);
                    results.ratio("a snapshot open for " + SECONDS + " s, " + percents[i], last[i], first[i]);
                }
            } finally {
                relay.destroy();
                relay.onExit().join();
            }
        }
    }

    /** 1,000 messages a second, one transaction each, with the time at which it is committed; gives the start. */
    private static long load(Database outbox, int seconds) throws Exception {
        long start = System.currentTimeMillis();
        try (Connection connection = outbox.connect(); PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO outbox_message (destination, message_key, type, payload) VALUES ('transfer.requested', ?, 't', convert_to(?, 'UTF8'))")) {
            long next = System.nanoTime();
            for (int i = 0; i < seconds * 1000; i++) {
                insert.setString(1, "k" + i % 1000);
                insert.setString(2, "" + System.currentTimeMillis());
                insert.executeUpdate();
                next += TimeUnit.MILLISECONDS.toNanos(1);
                LockSupport.parkNanos(next - System.nanoTime());
            }
        }
        return start;
    }

    /** The 50th and the 99th of the latencies of a part, milliseconds. */
    private static long[] percentiles(Bench bench, String topic, long since) {
        List<Long> latencies = new ArrayList<>();
        bench.read(topic, record -> {
            long committed = Long.parseLong(new String(record.value()));
            if (committed >= since && committed < since + TimeUnit.SECONDS.toMillis(PART)) {
                latencies.add(Math.max(1, record.timestamp() - committed));
            }
        });
        latencies.sort(null);
        return new long[] {latencies.get(latencies.size() / 2), latencies.get(latencies.size() * 99 / 100)};
    }
}
