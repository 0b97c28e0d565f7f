package fuzz;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import harness.Kafka;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A record on the wire.
 *
 * @param headers all of them, in their order; a value may be null
 * @param digest  of the value
 */
record Seen(String topic, int partition, long offset, long timestamp, byte[] key, List<Header> headers, String digest) {

    /** Everything that is in these topics now, each partition in its order. */
    static List<Seen> all(Kafka kafka, Collection<String> topics) {
        List<Seen> seen = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", kafka.brokers(), "max.poll.records", 10_000),
                new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = topics.stream().flatMap(topic -> consumer.partitionsFor(topic).stream()).map(info -> new TopicPartition(info.topic(), info.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(500)).forEach(record -> seen.add(of(record)));
            }
        }
        return seen;
    }

    private static Seen of(ConsumerRecord<byte[], byte[]> record) {
        List<Header> headers = new ArrayList<>();
        record.headers().forEach(headers::add);
        return new Seen(record.topic(), record.partition(), record.offset(), record.timestamp(), record.key(), headers, digest(record.value()));
    }

    static String digest(byte[] value) {
        try {
            return value == null ? "none" : "%032x".formatted(new BigInteger(1, MessageDigest.getInstance("MD5").digest(value)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The only value of a header as text; null if it is missing, null or there twice. */
    String header(String name) {
        List<Header> named = headers.stream().filter(header -> header.key().equals(name)).toList();
        return named.size() != 1 || named.get(0).value() == null ? null : new String(named.get(0).value(), StandardCharsets.UTF_8);
    }

    String keyText() {
        return key == null ? null : new String(key, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "record " + topic + "-" + partition + "@" + offset;
    }
}
