import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
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

/** PostgreSQL and Kafka for one measurement, with a folder for its logs. */
final class Bench implements AutoCloseable {

    /** A database whose commits are on the disk, with sessions enough. */
    static final Map<String, String> DURABLE = Map.of("fsync", "on", "synchronous_commit", "on", "max_prepared_transactions", "200", "max_connections", "300");

    final Path folder = Files.createTempDirectory(Java.target(), "bench");
    final Kafka kafka;
    private final EmbeddedPostgres postgres;
    private int number;

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
        read(topic, new HashMap<>(), each);
    }

    /** What has come since it was read last with that map, which is empty at first. */
    void read(String topic, Map<TopicPartition, Long> ends, Consumer<ConsumerRecord<String, byte[]>> each) {
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.brokers(), "max.poll.records", 10_000);
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream().map(p -> new TopicPartition(topic, p.partition())).toList();
            consumer.assign(partitions);
            partitions.forEach(partition -> consumer.seek(partition, ends.getOrDefault(partition, 0L)));
            ends.putAll(consumer.endOffsets(partitions));
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                consumer.poll(Duration.ofMillis(500)).forEach(each);
            }
        }
    }

    /** How much the server of a database has written to its log. */
    static long walBytes(Database database) {
        return (Long) database.value("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint");
    }

    /** How many transactions its sessions have committed, as far as they have told, which they do each second. */
    static long commits(Database database) {
        return (Long) database.value("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()");
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
