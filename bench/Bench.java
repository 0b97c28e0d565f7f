import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import harness.Database;
import harness.Java;
import harness.Kafka;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;

/** PostgreSQL and Kafka for one measurement, with a folder for its logs. */
final class Bench implements AutoCloseable {

    final Path folder = Files.createTempDirectory(Java.target(), "bench");
    final Kafka kafka;
    private final EmbeddedPostgres postgres;
    private int number;

    Bench() throws IOException {
        this(Map.of());
    }

    /** @param settings of postgresql.conf that are not the embedded server's defaults, not null */
    Bench(Map<String, String> settings) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder().setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                .setOutputRedirector(ProcessBuilder.Redirect.DISCARD);
        settings.forEach(builder::setServerConfig);
        postgres = builder.start();
        kafka = new Kafka(folder.resolve("kafka")).start();
    }

    /** A new database with shipped files applied, for example {@code schema.sql}. */
    Database database(String... files) {
        String name = "bench_" + ++number;
        server("postgres").update("CREATE DATABASE " + name);
        return server(name).apply(files);
    }

    void drop(Database database) {
        server("postgres").update("DROP DATABASE " + database.url().replaceFirst(".*/", "") + " WITH (FORCE)");
    }

    private Database server(String name) {
        return new Database("jdbc:postgresql://localhost:" + postgres.getPort() + "/" + name);
    }

    /** A new topic. */
    String topic(int partitions) {
        String name = "bench." + ++number;
        kafka.createTopics(partitions, name);
        return name;
    }

    /** Everything in a topic, each partition in its order. */
    void read(String topic, Consumer<ConsumerRecord<String, byte[]>> each) {
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.brokers(), "max.poll.records", 10_000);
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream().map(p -> new TopicPartition(topic, p.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                consumer.poll(Duration.ofMillis(500)).forEach(each);
            }
        }
    }

    /** How much the server of a database has written to its log. */
    static long walBytes(Database database) {
        return (Long) database.value("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint");
    }

    static double median(double[] rates) {
        double[] sorted = Arrays.stream(rates).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** What a database has written to its log, and how often it has committed; a session's commits are told when it ends. */
    record Costs(long walBytes, long commits) {

        /** When nobody is connected any more. */
        static Costs of(Database database) {
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> database.value("""
                    SELECT count(*) = 0
                    FROM pg_stat_activity
                    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()""").equals(true));
            return new Costs(Bench.walBytes(database), (Long) database.value("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"));
        }

        /** For each of so many messages. */
        String since(Costs then, int messages) {
            return "%,d bytes of WAL and %.4f commits a message".formatted((walBytes - then.walBytes) / messages, (commits - then.commits) / (double) messages);
        }
    }

    static void check(boolean holds, String claim) {
        if (!holds) {
            throw new IllegalStateException("does not hold: " + claim);
        }
    }

    @Override
    public void close() throws IOException {
        kafka.close();
        postgres.close();
    }
}
