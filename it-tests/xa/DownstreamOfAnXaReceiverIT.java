package xa;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import harness.Database;
import harness.Downstream;
import harness.RouteProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What a downstream does makes of a JMS message what it makes of a record. */
class DownstreamOfAnXaReceiverIT {

    @TempDir
    private Path folder;
    private XaFixture xa;
    private Downstream service;
    private Database notifier;
    private final AtomicInteger calls = new AtomicInteger();
    /** What it does with a message, by its id; sent if nothing is said. */
    private final Map<String, Downstream.Behaviour> behaviours = new ConcurrentHashMap<>();
    private final Set<String> sent = ConcurrentHashMap.newKeySet();

    @BeforeEach
    void start() throws IOException {
        xa = new XaFixture(folder);
        service = new Downstream(0, request -> {
            calls.incrementAndGet();
            String id = request.headers().get("idempotency-key");
            if (behaviours.containsKey(id)) {
                return behaviours.get(id).answer(request);
            }
            sent.add(id);
            return Downstream.answer(204, "");
        });
        notifier = xa.postgres.database("notifier");
        xa.settings.put("xa.node-identifier", "notifier-1");
        xa.settings.put("notifier.service-url", "http://localhost:" + service.port() + "/");
        xa.settings.put("notifier.service-timeout", "300");
        xa.settings.put("inbox.outage-delay", "100ms");
        xa.settings.put("inbox.outage-patience", "1s");
        xa.settings.put("inbox.retry.first-delay", "1s");
    }

    @AfterEach
    void stop() {
        service.close();
        xa.close();
    }

    private RouteProcess receiver() {
        return RouteProcess.camelMain(xa.log(), xa.settings, "xa-notify.camel.yaml", "notifier-tell-customer.camel.yaml", "profile=xa",
                "camel.component.jms.recoveryInterval=100");
    }

    private void settled(String id) {
        xa.artemis.send("transfer.notify", "{\"transferId\":\"%s\",\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":1,\"status\":\"COMPLETED\"}".formatted(id),
                Map.of("ce_id", id, "ce_source", "test", "JMSXGroupID", id));
    }

    @Test
    void targetThatRefusesEverybodyForAWhileUsesUpNoAttempt() {
        xa.settings.put("inbox.outage-patience", "1h");
        behaviours.put("t-1", request -> Downstream.answer(401, "expired"));
        try (RouteProcess process = receiver().start().awaitStarted()) {
            settled("t-1");
            settled("t-2");
            XaFixture.await().untilAsserted(() -> assertThat(calls.get()).as(process.log()).isGreaterThan(5));
            assertThat(sent).as("the queue's order").isEmpty();

            behaviours.clear();
            XaFixture.await().untilAsserted(() -> assertThat(sent).as(process.log()).containsExactlyInAnyOrder("t-1", "t-2"));
            XaFixture.await().untilAsserted(() -> assertThat(notifier.count("notification")).isEqualTo(2));
            assertThat(notifier.count("inbox_attempt") + notifier.count("inbox_parked") + notifier.count("dead_letter")).as(process.log()).isZero();
        }
    }

    @Tag("soak")
    @Test
    void messageThatAloneTimesOutOrIsToldToComeLaterStopsNobody() {
        behaviours.put("t-1", request -> {
            TimeUnit.HOURS.sleep(1);
            return null;
        });
        behaviours.put("t-2", request -> Downstream.answer(429, "", "Retry-After: 1"));
        try (RouteProcess process = receiver().start().awaitStarted()) {
            settled("t-1");
            settled("t-2");
            settled("t-3");
            XaFixture.await().untilAsserted(() -> assertThat(sent).as(process.log()).containsExactly("t-3"));
            XaFixture.await().untilAsserted(() -> assertThat(notifier.count("inbox_parked")).as(process.log()).isEqualTo(2));

            behaviours.clear();
            XaFixture.await().untilAsserted(() -> assertThat(notifier.count("notification")).as(process.log()).isEqualTo(3));
            assertThat(notifier.count("dead_letter")).isZero();
        }
    }

    @Tag("soak")
    @Test
    void brakeHoldsTheQueueUntilADeploymentIsMended() {
        xa.settings.put("inbox.brake", "2");
        xa.settings.put("inbox.brake-delay", "1h");
        for (int i = 1; i <= 6; i++) {
            behaviours.put("t-" + i, request -> Downstream.answer(400, ""));
        }
        try (RouteProcess process = receiver().start().awaitStarted()) {
            for (int i = 1; i <= 6; i++) {
                settled("t-" + i);
            }
            XaFixture.await().untilAsserted(() -> assertThat(notifier.count("incident WHERE kind = 'BRAKE' AND ended_at IS NULL")).as(process.log()).isOne());
            int known = calls.get();
            XaFixture.await().until(() -> calls.get() > known + 3);
            assertThat(notifier.count("dead_letter")).isEqualTo(2);

            behaviours.clear();
            XaFixture.await().untilAsserted(() -> assertThat(notifier.count("notification")).as(process.log()).isEqualTo(4));
            assertThat(notifier.count("dead_letter")).isEqualTo(2);
        }
    }
}
