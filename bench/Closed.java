import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import harness.Database;
import harness.Java;
import org.awaitility.Awaitility;

/**
 * What a closed destination costs the others: 100 messages a second to an open one, alone and beside 5 a second to one whose topic is missing,
 * with one, two and three relays; the ratio of the 99th percentiles from commit to send. Then how fast what waits goes out: 1,000,000 messages
 * of a destination that opens, beside the same load, and 100,000 behind one message of their key; the order of each key is checked.
 */
final class Closed implements Scenario {

    private static final int SECONDS = 20;
    private static Bench bench;

    @Override
    public void run(Results results) throws Exception {
        try (Bench servers = new Bench(Bench.DURABLE)) {
            bench = servers;
            for (int relays = 1; relays <= 3; relays++) {
                ratio(results, relays);
            }
            release(results);
            results.add("100,000 behind a message of their key", "rows/s", keyRelease());
        }
    }

    private static void ratio(Results results, int relays) throws Exception {
        Database outbox = bench.database("schema.sql");
        String good = bench.topic(4);
        List<Process> processes = new ArrayList<>();
        try {
            for (int i = 0; i < relays; i++) {
                processes.add(relay(outbox, good, "no.such.topic." + relays));
            }
            load(outbox, 10, 0);
            long before = load(outbox, SECONDS, 0);
            long alone = percentile(good, before, 99);
            long from = load(outbox, SECONDS, 5);
            long beside = percentile(good, from, 99);
            Bench.check((Long) outbox.value("SELECT count(*) FROM outbox_closed") == 1, "the destination without a topic is one closed row");
            String name = relays + (relays == 1 ? " relay, " : " relays, ");
            results.add(name + "alone, p99", "ms", "p50 " + percentile(good, before, 50), alone);
            results.add(name + "beside a destination without a topic, p99", "ms", "p50 " + percentile(good, from, 50), beside);
            results.ratio(name + "beside it / alone", beside, alone);
        } finally {
            stop(processes);
            bench.drop(outbox);
        }
    }

    private static void release(Results results) throws Exception {
        Database outbox = bench.database("schema.sql");
        String good = bench.topic(4);
        String later = good + ".later";
        outbox.update("""
                INSERT INTO outbox_closed (destination, next_probe_at, error_class, error_message) VALUES ('transfer.completed', now(), 'e', 'm');
                INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, created_at, reason, attempts)
                SELECT i, gen_random_uuid(), 'transfer.completed', 'k' || i % 1000, hashtext('k' || i % 1000) & 63, 't', 'text/plain',
                       convert_to(rpad(i::text || ' ', 290, 'x'), 'UTF8'), '{}', now(), 'CLOSED', 0
                FROM generate_series(1, 1000000) AS i;
                SELECT setval(pg_get_serial_sequence('outbox_message', 'id'), 1000000)
                """);
        outbox.update("VACUUM ANALYZE outbox_parked");
        List<Process> processes = List.of(relay(outbox, good, later));
        try {
            load(outbox, 10, 0);
            long alone = percentile(good, load(outbox, SECONDS, 0), 99);
            bench.kafka.createTopics(4, later);
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> size(later) > 0);
            long beside = percentile(good, load(outbox, SECONDS, 0), 99);
            Awaitility.await().atMost(Duration.ofMinutes(10)).pollInterval(Duration.ofSeconds(1)).until(() -> size(later) >= 1_000_000);
            results.add("1,000,000 of a destination that opens", "rows/s", "p99 of another destination " + alone + " ms before and " + beside + " ms meanwhile",
                    rate(later, 1_000_000));
        } finally {
            stop(processes);
            bench.drop(outbox);
        }
    }

    private static double keyRelease() throws Exception {
        Database outbox = bench.database("schema.sql");
        String topic = bench.topic(4);
        outbox.update("""
                INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, created_at, reason, attempts,
                                           exhausted, next_attempt_at, first_failed_at, error_class, error_message)
                SELECT i, gen_random_uuid(), 'transfer.requested', 'k', hashtext('k') & 63, 't', 'text/plain', convert_to(rpad(i::text || ' ', 290, 'x'), 'UTF8'),
                       '{}', now(), CASE i WHEN 0 THEN 'REFUSED' ELSE 'BEHIND' END, 1, i = 0, CASE i WHEN 0 THEN now() END, CASE i WHEN 0 THEN now() END,
                       CASE i WHEN 0 THEN 'e' END, CASE i WHEN 0 THEN 'm' END
                FROM generate_series(0, 100000) AS i;
                SELECT setval(pg_get_serial_sequence('outbox_message', 'id'), 1000000)
                """);
        outbox.update("VACUUM ANALYZE outbox_parked");
        List<Process> processes = List.of(relay(outbox, topic, topic + ".none"));
        try {
            Awaitility.await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofSeconds(1)).until(() -> size(topic) >= 100_000);
            return rate(topic, 100_000);
        } finally {
            stop(processes);
            bench.drop(outbox);
        }
    }

    private static Process relay(Database outbox, String good, String bad) throws Exception {
        return new ProcessBuilder(Java.executable(), "-Xmx256m", "-cp", Java.testClasspath(), "harness.RunRoutes", "routes/bank-a-relay.camel.yaml",
                "database.bank-a.url=" + outbox.url(), "database.bank-a.user=postgres", "kafka.brokers=" + bench.kafka.brokers(),
                "outbox.destination.transfer.requested=" + good, "outbox.destination.transfer.completed=" + bad).directory(Java.root().toFile())
                .redirectErrorStream(true).redirectOutput(bench.folder.resolve("relay" + System.nanoTime() + ".log").toFile()).start();
    }

    /**
     * 100 messages a second to the open destination, each with the time at which it is committed, and so many to the other. Before them two
     * seconds without the other, because a relay that had nothing to do polls seldom.
     *
     * @return the time at which the two seconds are over
     */
    private static long load(Database outbox, int seconds, int bad) throws Exception {
        long start = System.currentTimeMillis() + TimeUnit.SECONDS.toMillis(2);
        try (Connection connection = outbox.connect(); PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO outbox_message (destination, message_key, type, payload) VALUES (?, ?, 't', convert_to(?, 'UTF8'))")) {
            long next = System.nanoTime();
            for (int i = -200; i < seconds * 100; i++) {
                insert(insert, "transfer.requested", Math.floorMod(i, 100));
                if (bad > 0 && i >= 0 && i % (100 / bad) == 0) {
                    insert(insert, "transfer.completed", i);
                }
                next += TimeUnit.MILLISECONDS.toNanos(10);
                LockSupport.parkNanos(next - System.nanoTime());
            }
        }
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> (Long) outbox.value("SELECT count(*) FROM outbox_message") == 0);
        return start;
    }

    private static void insert(PreparedStatement insert, String destination, int number) throws Exception {
        insert.setString(1, destination);
        insert.setString(2, "k" + number % 100);
        insert.setString(3, "" + System.currentTimeMillis());
        insert.executeUpdate();
    }

    /** Milliseconds from commit to send of the messages since a time. */
    private static long percentile(String topic, long since, int percent) {
        List<Long> latencies = new ArrayList<>();
        bench.read(topic, record -> {
            long committed = Long.parseLong(new String(record.value()));
            if (committed >= since && committed < since + TimeUnit.SECONDS.toMillis(SECONDS)) {
                latencies.add(Math.max(1, record.timestamp() - committed));
            }
        });
        latencies.sort(null);
        return latencies.get(latencies.size() * percent / 100);
    }

    private static double rate(String topic, int rows) {
        return Relay.rate(bench, topic, new HashMap<>(), new HashMap<>(), rows);
    }

    private static long size(String topic) {
        return new harness.Topic(bench.kafka, topic).size();
    }

    private static void stop(List<Process> processes) {
        processes.forEach(Process::destroy);
        processes.forEach(process -> process.onExit().join());
    }
}
