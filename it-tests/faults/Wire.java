package faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Kafka;
import harness.Topic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;

/** Reads all topics all the time, past every proxy, and remembers each record: faults delete some from the topics. */
final class Wire implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Sighting> sightings = new ArrayList<>();
    private final Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();
    private final Map<String, Object> settings;
    private final Thread reader;
    private volatile boolean open = true;
    private volatile Throwable failure;

    Wire(Kafka kafka, List<String> topics, int partitions) {
        // what is gone before it was read must fail and not be skipped
        settings = Map.of("bootstrap.servers", kafka.brokers(), "auto.offset.reset", "none");
        topics.forEach(topic -> {
            for (int i = 0; i < partitions; i++) {
                positions.put(new TopicPartition(topic, i), 0L);
            }
        });
        reader = new Thread(this::read, "wire");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(positions.keySet());
            positions.keySet().forEach(partition -> consumer.seek(partition, 0));
            while (open) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    see(record);
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void see(ConsumerRecord<String, byte[]> record) {
        try {
            String transfer = JSON.readTree(record.value()).path("transferId").asText();
            synchronized (sightings) {
                sightings.add(new Sighting(record.topic(), record.partition(), record.offset(), record.key(),
                        Topic.headers(record).get("ce_id"), transfer));
            }
            positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns when everything before these offsets has been seen. */
    void awaitSeen(Map<TopicPartition, Long> offsets) {
        Awaitility.await("reader of the topics").atMost(Duration.ofMinutes(3)).until(() -> {
            if (failure != null) {
                throw new IllegalStateException("the reader of the topics has failed", failure);
            }
            return offsets.entrySet().stream().allMatch(offset -> positions.get(offset.getKey()) >= offset.getValue());
        });
    }

    Set<TopicPartition> partitions() {
        return positions.keySet();
    }

    /** All that has been seen so far, each partition in its order. */
    List<Sighting> sightings() {
        synchronized (sightings) {
            return new ArrayList<>(sightings);
        }
    }

    @Override
    public void close() {
        open = false;
        try {
            reader.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
