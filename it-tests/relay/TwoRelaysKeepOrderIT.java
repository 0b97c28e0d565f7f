package relay;

import java.nio.file.Path;
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
