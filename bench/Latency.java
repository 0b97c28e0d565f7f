import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import harness.Database;
import harness.RouteProcess;
import harness.Routes;
import org.apache.camel.ProducerTemplate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;

/**
 * From the commit of a message to its arrival at a Kafka consumer, with the relay in the process of the sender, and in another one: a message at a time, and at half
 * of the rate that the sender gets to. Messages are sent when they are due, not when the one before has arrived. Beside it what a relay costs that has nothing to
 * do, and how often a sender notifies at full load.
 */
public final class Latency {

    private static final int WARM_UP = 2000;
    private static final int SENDERS = 4;
    /** A session of PostgreSQL that has fallen silent tells its counts within ten seconds. */
    private static final int SETTLE_SECONDS = 12;
    private static final int IDLE_SECONDS = 30;
    private static final String WOKEN = "SELECT n_tup_upd / 2 FROM pg_stat_user_tables WHERE relname = 'outbox_sleep'";
    private static final String SEND = """
            - route:
                from:
                  uri: direct:send
                  steps:
                    - transacted:
                        ref: "{{tx.policy}}"
                        steps:
                          - to:
                              uri: kamelet:outbox-sink
                              parameters:
                                outboxDataSource: bankA
                                outboxDestination: transfer.requested
                                outboxKey: ${header.key}
            """;

    private final Database outbox;
    private final ProducerTemplate sender;
    private final AtomicLongArray committed = new AtomicLongArray(1_000_000);
    private final AtomicLongArray arrived = new AtomicLongArray(1_000_000);
    private int number;
    private volatile boolean measured;

    private Latency(Database outbox, ProducerTemplate sender) {
        this.outbox = outbox;
        this.sender = sender;
    }

    public static void main(String[] arguments) throws Exception {
        try (Bench bench = new Bench(Map.of("fsync", "on", "synchronous_commit", "on"))) {
            System.out.println("| relay | a message at a time, p50, p99 ms | at half load, p50, p99 ms | half load | transactions/s when idle | relay woken from its sleep, a 1,000 messages at full load |");
            System.out.println("| --- | --- | --- | --- | --- | --- |");
            measure(bench, false);
            measure(bench, true);
        }
        System.exit(0);
    }

    /** Prints a line, and returns the middle and the 99th percentile of a message at a time, milliseconds. */
    static double[] measure(Bench bench, boolean across) throws Exception {
        Database outbox = bench.database("schema.sql");
        String topic = bench.topic(4);
        Map<String, String> settings = new HashMap<>(Map.of("database.bank-a.url", outbox.url(), "database.bank-a.user", "postgres", "database.bank-a.pool-size", "20",
                "kafka.brokers", bench.kafka.brokers(), "outbox.destination.transfer.requested", topic));
        List<String> files = new ArrayList<>(List.of(Files.writeString(bench.folder.resolve("send.camel.yaml"), SEND).toString()));
        RouteProcess relay = null;
        if (across) {
            relay = RouteProcess.camelMain(bench.folder.resolve("relay.log"), settings, "bank-a-relay.camel.yaml").start();
            relay.awaitStarted();
        } else {
            files.add("bank-a-relay.camel.yaml");
        }
        try (Routes routes = Routes.start(settings, files.toArray(String[]::new))) {
            Latency latency = new Latency(outbox, routes.context().createProducerTemplate());
            Thread receiver = new Thread(() -> latency.receive(bench.kafka.brokers(), topic));
            receiver.setDaemon(true);
            receiver.start();
            latency.send(WARM_UP, 0);
            double[] one = latency.send(500, 20);
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            long transactions = latency.count("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()");
            TimeUnit.SECONDS.sleep(IDLE_SECONDS);
            double idle = (latency.count("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()") - transactions - 1.0) / IDLE_SECONDS;
            long woken = latency.count(WOKEN);
            long begin = System.nanoTime();
            latency.send(WARM_UP, 0);
            double half = WARM_UP * 1e9 / (System.nanoTime() - begin) / 2;
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            woken = latency.count(WOKEN) - woken;
            double[] loaded = latency.send((int) (half * 15), half);
            System.out.printf("| %s | %s | %s | %,.0f/s | %.1f | %.1f |%n", across ? "in another process" : "in the sender's process", text(one), text(loaded), half, idle,
                    woken * 1000.0 / WARM_UP);
            latency.measured = true;
            receiver.join();
            return one;
        } finally {
            if (relay != null) {
                relay.close();
            }
        }
    }

    /**
     * @param  rate messages a second, 0 for as many as there can be
     * @return      the middle and the 99th percentile of their latencies, milliseconds
     */
    private double[] send(int messages, double rate) throws InterruptedException {
        int first = number;
        number += messages;
        ExecutorService threads = Executors.newFixedThreadPool(SENDERS);
        long begin = System.nanoTime();
        for (int i = 0; i < messages; i++) {
            int message = first + i;
            if (rate > 0) {
                LockSupport.parkNanos((long) (begin + i * 1e9 / rate) - System.nanoTime());
            }
            threads.execute(() -> {
                sender.sendBodyAndHeader("direct:send", "" + message, "key", "k" + message % 1000);
                committed.set(message, System.nanoTime());
            });
        }
        threads.shutdown();
        Bench.check(threads.awaitTermination(5, TimeUnit.MINUTES), "all are sent");
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> IntStream.range(first, number).allMatch(i -> arrived.get(i) != 0));
        long[] times = IntStream.range(first, number).mapToLong(i -> Math.max(0, arrived.get(i) - committed.get(i))).sorted().toArray();
        return new double[] {times[times.length / 2] / 1e6, times[times.length * 99 / 100] / 1e6};
    }

    private static String text(double[] percentiles) {
        return "%.1f, %.1f".formatted(percentiles[0], percentiles[1]);
    }

    private long count(String query) {
        return ((Number) outbox.value(query)).longValue();
    }

    private void receive(String brokers, String topic) {
        Map<String, Object> settings = Map.of("bootstrap.servers", brokers, "group.id", topic, "auto.offset.reset", "earliest");
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (!measured) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    arrived.set(Integer.parseInt(new String(record.value())), System.nanoTime());
                }
            }
        }
    }
}
