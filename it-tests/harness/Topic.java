package harness;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A topic, seen from outside: plain Kafka clients, nothing of the pack. */
public record Topic(Kafka kafka, String name) {

    /** A new topic with a name of its own. */
    public static Topic create(Kafka kafka, int partitions) {
        Topic topic = new Topic(kafka, Servers.name("topic"));
        kafka.createTopics(partitions, topic.name());
        return topic;
    }

    /** Everything that is in the topic now, partition by partition, in order. */
    public List<ConsumerRecord<String, byte[]>> records() {
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.brokers(), "max.poll.records", 10_000);
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(name).stream()
                    .map(info -> new TopicPartition(name, info.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(500)).forEach(record -> {
                    headers(record).forEach((header, value) -> Planted.check(name + ", header " + header, header.startsWith("dead-letter") ? value : null));
                    records.add(record);
                });
            }
            return records;
        }
    }

    /** How many records were ever written to it, without reading them. */
    public long size() {
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.brokers());
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            return consumer.endOffsets(consumer.partitionsFor(name).stream().map(info -> new TopicPartition(name, info.partition())).toList())
                    .values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /** The bodies in the topic, as text. */
    public List<String> bodies() {
        return records().stream().map(record -> new String(record.value(), StandardCharsets.UTF_8)).toList();
    }

    public static Map<String, String> headers(ConsumerRecord<?, ?> record) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
        }
        return headers;
    }

    /** Sends a record and returns when it is acknowledged; a null body is a tombstone. */
    public void send(String key, String body, Map<String, String> headers) {
        sendRaw(key, body == null ? null : body.getBytes(StandardCharsets.UTF_8), headers.entrySet().stream()
                .map(header -> Map.entry(header.getKey(), header.getValue().getBytes(StandardCharsets.UTF_8))).toList());
    }

    /** The same with any bytes, and several headers of one name. */
    public void sendRaw(String key, byte[] body, List<Map.Entry<String, byte[]>> headers) {
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.brokers());
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            ProducerRecord<String, byte[]> record = new ProducerRecord<>(name, key, body);
            headers.forEach(header -> record.headers().add(header.getKey(), header.getValue()));
            producer.send(record).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
