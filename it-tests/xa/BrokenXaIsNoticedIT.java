package xa;

import java.nio.file.Path;

import harness.RouteProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** XA that is broken on purpose: what CrashIsRecoveredIT asserts must then not hold. */
class BrokenXaIsNoticedIT {

    @TempDir
    private Path folder;

    @Test
    void processWithoutRecoveryLeavesTransactionsInDoubt() {
        try (XaFixture xa = new XaFixture(folder)) {
            xa.crash("t-1", "topLevelPrepare", "EXIT", 3);

            try (RouteProcess process = xa.transfersWith("""
                    RULE no recovery
                    CLASS io.reliableroutes.xa.XaRecovery
                    METHOD scan
                    AT ENTRY
                    IF true
                    DO return
                    ENDRULE
                    """).start().awaitStarted()) {
                assertThatThrownBy(() -> XaFixture.await().atMost(java.time.Duration.ofSeconds(5)).untilAsserted(() -> xa.assertSettled(process)));
                assertThat(xa.prepared()).containsExactly(1, 1, 1);
            }
        }
    }

    @Tag("soak")
    @Test
    void lostObjectStoreLosesTheDecisionAndTheCheckSeesIt() {
        try (XaFixture xa = new XaFixture(folder)) {
            xa.crash("t-1", "topLevelCommit", "EXIT", 1);
            assertThat(xa.prepared().stream().mapToInt(Integer::intValue).sum()).isEqualTo(2);

            xa.settings.put("xa.object-store", "file:" + folder.resolve("another-store"));
            try (RouteProcess process = xa.transfers().start().awaitStarted()) {
                XaFixture.await().untilAsserted(() -> assertThat(xa.prepared()).as(process.log()).containsExactly(0, 0, 0));
                // one participant has committed, the others were rolled back as orphans
                assertThatThrownBy(() -> XaFixture.await().atMost(java.time.Duration.ofSeconds(5)).untilAsserted(
                        () -> assertThat(xa.traces("t-1")).isEqualTo(XaFixture.DONE)));
            }
        }
    }
}
