package io.reliableroutes.inbox;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import io.reliableroutes.kafka.KafkaAdmin;
import org.apache.camel.CamelContext;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** What a broker says of the topics of a receiver: asks, and waits for each answer for 10 seconds at most. Needs no right but to read. */
final class TopicOffsets implements AutoCloseable {

    private static final long ANSWER_SECONDS = 10;

    private final CamelContext context;
    private final String group;
    private Admin admin;

    TopicOffsets(CamelContext context, String group) {
        this.context = context;
        this.group = group;
    }

    /** Kafka's id of the topic: another one if it was deleted and made again. Not null. */
    String id(String topic) throws Exception {
        return describe(topic).topicId().toString();
    }

    long beginning(TopicPartition partition) throws Exception {
        return offset(partition, OffsetSpec.earliest());
    }

    /** Offset of the next record that will be written. */
    long end(TopicPartition partition) throws Exception {
        return offset(partition, OffsetSpec.latest());
    }

    /** Offset of the first record that is not older, or the end. */
    long after(TopicPartition partition, long timestamp) throws Exception {
        long offset = offset(partition, OffsetSpec.forTimestamp(timestamp));
        return offset < 0 ? end(partition) : offset;
    }

    private long offset(TopicPartition partition, OffsetSpec spec) throws Exception {
        return answer(admin().listOffsets(Map.of(partition, spec)).partitionResult(partition)).offset();
    }

    /** Where the group goes on by its committed offsets, for each partition of the topic: at the beginning where there is none. */
    Map<Integer, Long> committed(String topic) throws Exception {
        List<TopicPartition> partitions = partitions(topic);
        Map<TopicPartition, OffsetAndMetadata> committed = answer(admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        Map<TopicPartition, ListOffsetsResultInfo> beginnings = offsets(partitions, OffsetSpec.earliest());
        Map<Integer, Long> offsets = new TreeMap<>();
        for (TopicPartition partition : partitions) {
            OffsetAndMetadata offset = committed.get(partition);
            offsets.put(partition.partition(), offset == null ? beginnings.get(partition).offset() : offset.offset());
        }
        return offsets;
    }

    /** Of each partition what a receiver of committed records may read. */
    Map<TopicPartition, Range> committedRanges(String topic) throws Exception {
        List<TopicPartition> partitions = partitions(topic);
        Map<TopicPartition, ListOffsetsResultInfo> beginnings = offsets(partitions, OffsetSpec.earliest());
        Map<TopicPartition, ListOffsetsResultInfo> ends = offsets(partitions, OffsetSpec.latest());
        return partitions.stream().collect(Collectors.toMap(partition -> partition,
                partition -> new Range(beginnings.get(partition).offset(), ends.get(partition).offset())));
    }

    private Map<TopicPartition, ListOffsetsResultInfo> offsets(List<TopicPartition> partitions, OffsetSpec spec) throws Exception {
        return answer(admin().listOffsets(partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> spec)),
                new ListOffsetsOptions(IsolationLevel.READ_COMMITTED)).all());
    }

    /** Whether nothing between the two offsets is a committed record; false if the broker does not say so in time. */
    boolean isEmpty(TopicPartition partition, long from, long end) {
        try (Consumer<byte[], byte[]> reader = KafkaAdmin.reader(context)) {
            reader.assign(List.of(partition));
            reader.seek(partition, from);
            for (long begin = System.nanoTime(); reader.position(partition) < end;) {
                if (!reader.poll(Duration.ofSeconds(1)).isEmpty() || System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(ANSWER_SECONDS)) {
                    return false;
                }
            }
            return true;
        }
    }

    private List<TopicPartition> partitions(String topic) throws Exception {
        return describe(topic).partitions().stream().map(info -> new TopicPartition(topic, info.partition())).toList();
    }

    private TopicDescription describe(String topic) throws Exception {
        return answer(admin().describeTopics(List.of(topic)).allTopicNames()).get(topic);
    }

    private static <T> T answer(KafkaFuture<T> future) throws Exception {
        try {
            return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw new TimeoutException("Kafka has not answered within " + ANSWER_SECONDS + " seconds");
        }
    }

    private synchronized Admin admin() {
        if (admin == null) {
            admin = KafkaAdmin.create(context);
        }
        return admin;
    }

    @Override
    public synchronized void close() {
        if (admin != null) {
            admin.close();
            admin = null;
        }
    }

    /**
     * @param beginning offset of the first record that is still there
     * @param end       offset behind the last one that is committed, and before which no transaction is open
     */
    record Range(long beginning, long end) {
    }
}
