package relay;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

import harness.RouteProcess;
import harness.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class TwoRelaysKeepOrderIT {

    private final RelayFixture outbox = new RelayFixture();

    @TempDir
    private Path folder;

    /** Three in each of two processes, one of which is killed at work. */
    @Test
    void workersOfAProcessKeepOrderPerKeyAndLoseNothing() {
        Map<String, String> settings = new HashMap<>(outbox.settings());
        settings.put("outbox.relay.workers", "3");
        outbox.insertMany(100_000, 500);
        try (RouteProcess first = RouteProcess.camelMain(folder.resolve("first.log"), settings, "bank-a-relay.camel.yaml").start();
                RouteProcess second = RouteProcess.camelMain(folder.resolve("second.log"), settings, "bank-a-relay.camel.yaml").start()) {
            RelayFixture.await().until(() -> outbox.topic.size() >= 30_000);
            first.kill();
            outbox.awaitEmpty();
            assertThat(second.log()).contains("Started bank-a-relay (", "Started bank-a-relay-2 (", "Started bank-a-relay-3 (", "Started bank-a-relay-retry (");
        }

        RelayFixture.assertOrderPerKey(outbox.topic.records());
        assertThat(outbox.topic.records().stream().map(record -> Topic.headers(record).get("ce_id")).distinct()).hasSize(100_000);
    }

    @Test
    void twoRelaysKeepOrderPerKeyAndDivideTheWork() {
        try (RouteProcess first = RouteProcess.camelMain(folder.resolve("first.log"), outbox.settings(), "bank-a-relay.camel.yaml").start();
                RouteProcess second = RouteProcess.camelMain(folder.resolve("second.log"), outbox.settings(), "bank-b-relay.camel.yaml").start()) {
            first.awaitStarted();
            second.awaitStarted();
            outbox.insertMany(100_000, 500);
            outbox.awaitEmpty();
        }

        assertThat(outbox.topic.records()).hasSize(100_000);
        RelayFixture.assertOrderPerKey(outbox.topic.records());
        assertThat(outbox.topic.records().stream()
                .collect(Collectors.groupingBy(record -> Topic.headers(record).get("ce_source"), Collectors.counting())))
                .as("records by relay").containsOnlyKeys("bank-a", "bank-b");
    }
}
