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
final class Latency {

    private static final int WARM_UP = 2000;
    private static final int SENDERS = 4;
    /** A session of PostgreSQL that has fallen silent tells its counts within ten seconds. */
    private static final int SETTLE_SECONDS = 12;
    private static final int IDLE_SECONDS = 30;
    private static final int ONE = 1000;
    private static final int ONE_RATE = 40;
    private static final int HALF_SECONDS = 15;
    private static final String TRANSACTIONS = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()";
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

    /** Everything, in both places of a relay. */
    static void run(Results results) throws Exception {
        try (Bench bench = new Bench(Bench.DURABLE)) {
            for (boolean across : new boolean[] {false, true}) {
                String where = across ? "relay in another process" : "relay in the sender's process";
                with(bench, across, latency -> {
                    latency.told(results, where + ", a message at a time", latency.send(ONE, ONE_RATE));
                    results.add(where + ", when idle", "transactions/s", latency.idle());
                    long woken = latency.count(WOKEN);
                    long begin = System.nanoTime();
                    latency.send(WARM_UP, 0);
                    double half = WARM_UP * 1e9 / (System.nanoTime() - begin) / 2;
                    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
                    results.add(where + ", woken from its sleep at full load", "of 1,000 messages", (latency.count(WOKEN) - woken) * 1000.0 / WARM_UP);
                    latency.told(results, "%s, at half load (%,.0f/s)".formatted(where, half), latency.send((int) (half * HALF_SECONDS), half));
                    return null;
                });
            }
        }
    }

    /** The middle and the 99th percentile of a message at a time with the relay in another process, milliseconds. */
    static double[] oneByOne(Bench bench, Results results) throws Exception {
        return with(bench, true, latency -> latency.told(results, "commit to Kafka, relay in another process", latency.send(ONE, ONE_RATE)));
    }

    private double[] told(Results results, String what, double[] percentiles) {
        results.add(what + ", p50", "ms", percentiles[0]);
        results.add(what + ", p99", "ms", percentiles[1]);
        return percentiles;
    }

    private interface Measurement {
        double[] of(Latency latency) throws Exception;
    }

    private static double[] with(Bench bench, boolean across, Measurement measurement) throws Exception {
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
            double[] measured = measurement.of(latency);
            latency.measured = true;
            receiver.join();
            return measured;
        } finally {
            if (relay != null) {
                relay.close();
            }
        }
    }

    /** Transactions a second while nothing is to do. */
    private double idle() throws InterruptedException {
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        long transactions = count(TRANSACTIONS);
        TimeUnit.SECONDS.sleep(IDLE_SECONDS);
        return (count(TRANSACTIONS) - transactions - 1.0) / IDLE_SECONDS;
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
