package faults;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Database;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Lets a world come to rest, and checks it. */
final class Ending {

    private final World world;
    private String waiting = "";

    private Ending(World world) {
        this.world = world;
    }

    /** Stops the load, waits until all is drained, and checks what is there then. */
    static Checker of(World world, Duration bound) {
        world.load.stop();
        Ending ending = new Ending(world);
        try {
            Awaitility.await().atMost(bound).pollInterval(Duration.ofMillis(250)).until(ending::isDrained);
        } catch (ConditionTimeoutException e) {
            // the checker tells what is missing
            System.out.println("not drained within " + bound.toSeconds() + " s: " + ending.waiting);
        }
        world.wire.awaitSeen(ending.ends());
        return new Checker(world.bank, world.load.requests(), ending.sent(), world.wire.sightings(), world.book.expired(),
                world.book.allowedDuplicates());
    }

    /** All that is in a topic is handled, then no table has anything left, and meanwhile nothing has come into a topic. */
    private boolean isDrained() {
        Map<TopicPartition, Long> ends = ends();
        for (Receiver receiver : Receiver.values()) {
            Map<TopicPartition, OffsetAndMetadata> committed = committed(receiver);
            for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
                OffsetAndMetadata position = committed.get(end.getKey());
                if (receiver.topics.contains(end.getKey().topic()) && end.getValue() > (position == null ? 0 : position.offset())) {
                    waiting = receiver.consumer + " is at " + position + " of " + end;
                    return false;
                }
            }
        }
        for (Database database : List.of(world.bank.bankA(), world.bank.bankB(), world.bank.notifier())) {
            Object left = database.value("SELECT (SELECT count(*) FROM outbox_message) + (SELECT count(*) FROM outbox_parked) + (SELECT count(*) FROM inbox_parked)");
            if (!left.equals(0L)) {
                waiting = left + " messages in " + database.url();
                return false;
            }
        }
        waiting = "something is still sent";
        return ends.equals(ends());
    }

    private Map<TopicPartition, OffsetAndMetadata> committed(Receiver receiver) {
        try (Admin admin = world.kafka.admin()) {
            return admin.listConsumerGroupOffsets(receiver.consumer).partitionsToOffsetAndMetadata().get(1, TimeUnit.MINUTES);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<TopicPartition, Long> ends() {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        world.wire.partitions().forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        try (Admin admin = world.kafka.admin()) {
            Map<TopicPartition, Long> ends = new HashMap<>();
            admin.listOffsets(latest).all().get(1, TimeUnit.MINUTES).forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, String> sent() {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + world.servicePort + "/notifications")).build();
        try {
            String books = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
            Map<String, String> sent = new HashMap<>();
            new ObjectMapper().readTree(books).get("sent").fields()
                    .forEachRemaining(entry -> sent.put(entry.getKey(), entry.getValue().asText()));
            return sent;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
