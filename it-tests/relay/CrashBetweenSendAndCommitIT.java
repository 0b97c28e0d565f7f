package relay;

import harness.CommitGate;
import harness.RouteProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class CrashBetweenSendAndCommitIT {

    private final RelayFixture outbox = new RelayFixture();

    @TempDir
    private Path folder;

    @Test
    void crashBetweenSendAndCommitRepeatsAndNeverLoses() {
        outbox.insertMany(100, 10);
        try (RouteProcess first = RouteProcess.camelMain(folder.resolve("first.log"), outbox.settings(), "bank-a-relay.camel.yaml")) {
            try (CommitGate gate = new CommitGate(outbox.database)) {
                first.start();
                RelayFixture.await().untilAsserted(() -> assertThat(outbox.topic.records()).as(first.log()).isNotEmpty());
                RelayFixture.await().until(() -> outbox.database.waiting("advisory") > 0);

                first.kill();
                // the commit was on its way: let the server lose it as well
                outbox.database.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'");
            }
        }
        int sentBeforeTheCrash = outbox.topic.records().size();
        assertThat(outbox.database.count("outbox_message")).as("rows after the crash").isEqualTo(100);

        try (RouteProcess second = RouteProcess.camelMain(folder.resolve("second.log"), outbox.settings(), "bank-a-relay.camel.yaml")) {
            second.start();
            outbox.awaitEmpty();
        }

        assertThat(outbox.topic.records()).hasSize(100 + sentBeforeTheCrash);
        RelayFixture.assertOrderPerKey(outbox.topic.records());
    }

    @Test
    void killedRelayFreesItsShardsForAnother() {
        outbox.insertMany(400, 40);
        try (RouteProcess killed = RouteProcess.camelMain(folder.resolve("killed.log"), outbox.settings(), "bank-a-relay.camel.yaml");
                RouteProcess other = RouteProcess.camelMain(folder.resolve("other.log"), outbox.settings(), "bank-b-relay.camel.yaml")) {
            try (CommitGate gate = new CommitGate(outbox.database)) {
                killed.start();
                RelayFixture.await().untilAsserted(() -> assertThat(lockedShards()).as(killed.log()).isBetween(1L, 16L));
                killed.kill();
                RelayFixture.await().untilAsserted(() -> assertThat(lockedShards()).as("shards locked by a dead relay").isZero());
            }
            other.start();
            outbox.awaitEmpty();
        }
        RelayFixture.assertOrderPerKey(outbox.topic.records());
    }

    private long lockedShards() {
        return 64 - outbox.database.rows("SELECT shard FROM outbox_shard ORDER BY shard FOR UPDATE SKIP LOCKED").size();
    }
}
