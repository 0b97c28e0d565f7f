package inbox;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import javax.management.ObjectName;

import harness.Database;
import harness.Downstream;
import harness.Routes;
import org.apache.camel.ServiceStatus;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a message waits for stops no other partition of its consumer, and the messages behind it keep their order. */
class OutageHoldsOnlyItsPartitionIT {

    private static final int PARTITIONS = 4;
    private static final int MESSAGES = 60;
    private static final String ROUTE = Notifier.CONSUMER + "-inbox";

    /** Of each of them the service says that it is away. */
    private final Set<String> bad = ConcurrentHashMap.newKeySet();

    private final Downstream.Behaviour service = request -> Downstream.answer(bad.contains(request.headers().get("idempotency-key")) ? 503 : 204, "");

    @ParameterizedTest
    @ValueSource(strings = {"1", "100"})
    void otherPartitionsGoOnAndThenTheRestOfItsOwn(String batch) throws IOException {
        try (Notifier notifier = new Notifier(PARTITIONS, service)) {
            notifier.settings.put("inbox." + Notifier.CONSUMER + ".batch-size", batch);
            Map<String, Integer> partitions = send(notifier);
            bad.addAll(Set.of("t-1", "t-2"));
            long free = partitions.values().stream().filter(partition -> !Set.of(partitions.get("t-1"), partitions.get("t-2")).contains(partition)).count();
            try (Routes routes = notifier.start()) {
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification")).isEqualTo(free));
                int known = routes.failures();
                InboxFixture.await().until(() -> routes.failures() > known + 4);
                assertThat(notifier.database.count("notification")).isEqualTo(free);

                bad.clear();
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification")).isEqualTo(MESSAGES));
            }
            assertThat(notifier.database.count("inbox_parked")).isZero();
        }
    }

    @Test
    void databaseOfTheHandlerThatIsAwayForOneMessageHoldsOnlyItsPartition() throws IOException {
        try (Notifier notifier = new Notifier(PARTITIONS, service)) {
            notifier.settings.put("inbox." + Notifier.CONSUMER + ".batch-size", "100");
            Map<String, Integer> partitions = send(notifier);
            notifier.database.update("""
                    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN IF NEW.transfer_id = 't-1' THEN RAISE EXCEPTION 'away' USING ERRCODE = '08006'; END IF; RETURN NEW; END $$;
                    CREATE TRIGGER refuse BEFORE INSERT ON notification FOR EACH ROW EXECUTE FUNCTION refuse()""");
            try (Routes routes = notifier.start()) {
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification"))
                        .isEqualTo(partitions.values().stream().filter(partition -> !partition.equals(partitions.get("t-1"))).count()));

                notifier.database.update("DROP TRIGGER refuse ON notification");
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification")).isEqualTo(MESSAGES));
            }
        }
    }

    @Test
    void databaseOfTheReceiverThatIsAwayHoldsThemAllAndConnectsNobodyAgain() throws Exception {
        try (Notifier notifier = new Notifier(PARTITIONS, service)) {
            notifier.settled("a-0", "t-0");
            try (Routes routes = notifier.start()) {
                InboxFixture.await().until(() -> notifier.database.count("notification") == 1);
                Set<ObjectName> consumers = consumers();
                try (Database.Outage outage = notifier.database.outage()) {
                    send(notifier);
                    InboxFixture.await().until(() -> routes.failures() > 3);
                }
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification")).isEqualTo(MESSAGES + 1));
                assertThat(consumers()).isEqualTo(consumers);
            }
            assertThat(notifier.database.count("inbox_parked")).isZero();
        }
    }

    private static Set<ObjectName> consumers() throws Exception {
        return ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("kafka.consumer:type=consumer-metrics,client-id=*" + Notifier.CONSUMER + "*"), null);
    }

    @Test
    void suspendedRouteIsNotResumedByAPartitionThatHasWaited() throws Exception {
        try (Notifier notifier = new Notifier(PARTITIONS, service)) {
            Map<String, Integer> partitions = send(notifier);
            bad.addAll(partitions.keySet());
            try (Routes routes = notifier.start()) {
                InboxFixture.await().until(() -> routes.failures() > PARTITIONS);
                routes.context().getRouteController().suspendRoute(ROUTE);
                InboxFixture.await().until(() -> routes.context().getRouteController().getRouteStatus(ROUTE) == ServiceStatus.Suspended);
                int polled = stillFailures(routes);
                InboxFixture.await().during(Duration.ofSeconds(2)).until(() -> routes.failures() == polled);

                bad.clear();
                routes.context().getRouteController().resumeRoute(ROUTE);
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification")).isEqualTo(MESSAGES));
            }
        }
    }

    /** What was being handled when it was suspended comes to its end. */
    private static int stillFailures(Routes routes) {
        int[] last = {-1};
        InboxFixture.await().pollInterval(Duration.ofSeconds(1)).until(() -> last[0] == (last[0] = routes.failures()));
        return last[0];
    }

    /** Messages that are away for some calls, at random; consumers that share the partitions; a process that joins, and one that leaves. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whateverIsAwayEachMessageHasItsEffectOnceAndInOrder(long seed) throws IOException {
        Random random = new Random(seed + Long.getLong("seed", 0));
        Map<String, Integer> away = new ConcurrentHashMap<>();
        Map<String, List<String>> taken = new ConcurrentHashMap<>();
        Map<String, List<String>> sent = new LinkedHashMap<>();
        try (Notifier notifier = new Notifier(1 + random.nextInt(6), request -> {
            String id = request.headers().get("idempotency-key");
            boolean fails = away.computeIfPresent(id, (key, calls) -> calls == 1 ? null : calls - 1) != null;
            if (!fails) {
                taken.computeIfAbsent(id.replaceAll("-.*", ""), key -> new ArrayList<>()).add(id);
            }
            return Downstream.answer(fails ? 503 : 204, "");
        })) {
            notifier.settings.put("inbox.outage-delay", "20ms");
            notifier.settings.put("inbox.max-poll-records", String.valueOf(1 + random.nextInt(50)));
            notifier.settings.put("inbox." + Notifier.CONSUMER + ".batch-size", String.valueOf(1 + random.nextInt(20)));
            for (int i = 0; i < 150; i++) {
                String key = "k" + random.nextInt(12);
                List<String> ids = sent.computeIfAbsent(key, none -> new ArrayList<>());
                ids.add(key + "-" + ids.size());
                notifier.settled(key, key + "-" + (ids.size() - 1));
                if (random.nextInt(10) == 0) {
                    away.put(key + "-" + (ids.size() - 1), 1 + random.nextInt(5));
                }
            }
            try (Routes stays = notifier.start()) {
                InboxFixture.await().until(() -> notifier.database.count("notification") > 20);
                try (Routes joins = notifier.start()) {
                    InboxFixture.await().until(() -> notifier.database.count("notification") > 80);
                }
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification")).isEqualTo(150));
            }
            assertThat(notifier.database.count("inbox_parked")).isZero();
            sent.forEach((key, ids) -> assertThat(taken.get(key).stream().distinct().toList()).as("of seed %d: %s", seed, taken).isEqualTo(ids));
        }
    }

    /** By message, in which partition it is. */
    private Map<String, Integer> send(Notifier notifier) {
        IntStream.rangeClosed(1, MESSAGES).forEach(i -> notifier.settled("a-" + i, "t-" + i));
        Map<String, Integer> partitions = new HashMap<>();
        for (ConsumerRecord<String, byte[]> record : notifier.topic.records()) {
            partitions.put("t-" + record.key().substring(2), record.partition());
        }
        assertThat(partitions.values()).contains(0, 1, 2, 3);
        return partitions;
    }
}
