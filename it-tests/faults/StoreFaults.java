package faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import harness.Database;
import harness.RouteProcess;
import harness.Topic;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;

/** Faults of what the servers keep: offsets, records, inbox keys, limits. */
final class StoreFaults {

    private StoreFaults() {
    }

    /** Stops one consumer with all its processes and starts it at the beginning of its topics. */
    static Runnable resetOffsets(World world, Random random) {
        Receiver receiver = Receiver.values()[random.nextInt(Receiver.values().length)];
        List<RouteProcess> processes = world.members(receiver.kind).stream().map(Member::process).toList();
        processes.forEach(RouteProcess::stop);
        Map<TopicPartition, OffsetAndMetadata> beginning = new HashMap<>();
        try (Admin admin = world.kafka.admin()) {
            committed(admin, receiver).keySet().forEach(partition -> beginning.put(partition, new OffsetAndMetadata(0)));
            // refused as long as the group has a member
            Awaitility.await("reset of " + receiver.consumer).atMost(Duration.ofMinutes(3)).ignoreExceptions().until(() -> {
                admin.alterConsumerGroupOffsets(receiver.consumer, beginning).all().get(90, TimeUnit.SECONDS);
                return true;
            });
        }
        return () -> {
            processes.forEach(RouteProcess::start);
            processes.forEach(RouteProcess::awaitStarted);
        };
    }

    /**
     * Deletes the records that a consumer has behind it, and then all of its inbox keys whose record can never come again: none is in
     * the topics any more, and no relay can send it once more.
     */
    static Runnable expireKeys(World world, Random random) {
        for (Receiver receiver : Receiver.values()) {
            Database database = receiver.database(world.bank);
            Set<String> keys = new HashSet<>();
            // as the pack's retention does: a key stays for as long as its message is parked
            database.rows("SELECT message_id FROM inbox_message i WHERE consumer = ? AND NOT EXISTS (SELECT 1 FROM inbox_parked p "
                    + "WHERE p.consumer = i.consumer AND p.message_id = i.message_id)", receiver.consumer)
                    .forEach(row -> keys.add((String) row.get("message_id")));
            // the order matters: what is not in the outbox now was sent before, so each record of it is in the topic already
            receiver.source(world.bank).rows("SELECT message_id::text AS id FROM outbox_message").forEach(row -> keys.remove(row.get("id")));
            deleteHandled(world, receiver);
            receiver.topics.forEach(topic -> new Topic(world.kafka, topic).records()
                    .forEach(record -> keys.remove(Topic.headers(record).get("ce_id"))));
            keys.forEach(key -> world.book.noteExpired(receiver.consumer, key));
            database.update("DELETE FROM inbox_message WHERE consumer = ? AND message_id = ANY (?)", receiver.consumer, keys.toArray(String[]::new));
        }
        return () -> {
        };
    }

    private static void deleteHandled(World world, Receiver receiver) {
        try (Admin admin = world.kafka.admin()) {
            Map<TopicPartition, Long> handled = committed(admin, receiver);
            world.wire.awaitSeen(handled);
            Map<TopicPartition, RecordsToDelete> deletions = new HashMap<>();
            handled.forEach((partition, offset) -> deletions.put(partition, RecordsToDelete.beforeOffset(offset)));
            get(admin.deleteRecords(deletions).all());
        }
    }

    private static Map<TopicPartition, Long> committed(Admin admin, Receiver receiver) {
        Map<TopicPartition, Long> committed = new HashMap<>();
        get(admin.listConsumerGroupOffsets(receiver.consumer).partitionsToOffsetAndMetadata())
                .forEach((partition, offset) -> committed.put(partition, offset.offset()));
        return committed;
    }

    /** Lets the broker refuse the records of one topic as too large. */
    static Runnable refuseRecords(World world, Random random) {
        List<String> topics = new ArrayList<>();
        for (Receiver receiver : Receiver.values()) {
            topics.addAll(receiver.topics);
        }
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, topics.get(random.nextInt(topics.size())));
        ConfigEntry limit = new ConfigEntry("max.message.bytes", "200");
        alter(world, topic, new AlterConfigOp(limit, AlterConfigOp.OpType.SET));
        return () -> alter(world, topic, new AlterConfigOp(limit, AlterConfigOp.OpType.DELETE));
    }

    private static void alter(World world, ConfigResource topic, AlterConfigOp change) {
        try (Admin admin = world.kafka.admin()) {
            get(admin.incrementalAlterConfigs(Map.of(topic, List.of(change))).all());
        }
    }

    private static <T> T get(KafkaFuture<T> answer) {
        try {
            return answer.get(90, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
