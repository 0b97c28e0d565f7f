package inbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import harness.Downstream;
import harness.Java;
import harness.Routes;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A consumer of a process that was too slow has lost its partition to another one of it, which waits there: the slow one's failure is none of the other's business. */
class ZombieHoldsNobodysPartitionIT {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"org.apache.kafka.clients.consumer.CooperativeStickyAssignor", "org.apache.kafka.clients.consumer.RangeAssignor"})
    void failureOfOneThatHasLostItsPartitionDoesNotLetTheNewOwnerWaitForEver(String assignor) throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch slow = new CountDownLatch(1);
        try (Notifier notifier = new Notifier(1, request -> {
            int call = calls.incrementAndGet();
            if (call == 1) {
                slow.await();
            }
            return Downstream.answer(call < 3 ? 503 : 204, "");
        })) {
            notifier.settings.put("notifier.service-timeout", "600000");
            notifier.settings.put("tx.timeout", "600s");
            notifier.settings.put("inbox.outage-delay", "10s");
            notifier.settings.put("camel.component.kafka.configuration.maxPollIntervalMs", "4000");
            notifier.settings.put("camel.component.kafka.configuration.partitionAssignor", assignor);
            String text = Files.readString(Java.root().resolve("routes/notifier-send-notification.camel.yaml"));
            Path two = Files.writeString(folder.resolve("notifier-send-notification.camel.yaml"),
                    text.replace("        value: notifier\n", "        value: notifier\n      - name: inboxConsumers\n        value: \"2\"\n"));
            notifier.settled("a-1", "t-1");
            try (Routes routes = Routes.start(notifier.settings, two.toString(), "notifier-tell-customer.camel.yaml")) {
                InboxFixture.await().until(() -> calls.get() == 1);
                // its session ends, by idle_in_transaction_session_timeout for example: its locks do
                InboxFixture.await().until(() -> notifier.database.count("pg_stat_activity WHERE datname = current_database() AND state = 'active' AND wait_event_type = 'Lock'") > 0);
                notifier.database.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'");
                InboxFixture.await().until(() -> calls.get() == 2 && routes.failures() > 0);
                slow.countDown();
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification")).isEqualTo(1));
            }
        }
    }
}
