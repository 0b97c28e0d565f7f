package example;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import harness.Java;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The README's first command: the very files of routes/ under the real Camel JBang command line. */
class DemoIT {

    @TempDir
    private Path folder;
    private DemoRun run;

    @BeforeEach
    void prepare() {
        run = new DemoRun(folder);
    }

    @Test
    void transferAndNotifyHoldsItsInvariantsWhileThingsAreKilled() throws Exception {
        run.assertHolds("notified=60 money=conserved lost=0 duplicate_effects=0 out_of_order=0", "--transfers", "60", "--chaos");
        run.assertKilledWhileCustomersWait("bank-a");
        run.assertKilledAtWork("bank-a", "Kafka", "bank-a-relay, bank-b");
    }

    @Tag("soak")
    @Test
    void transferAndNotifyByHalfMessagesHoldsTheSameInvariantsWhileThingsAreKilled() throws Exception {
        run.assertHolds("notified=50 money=conserved lost=0 duplicate_effects=0 out_of_order=0 undecided=0", "--mode", "half", "--transfers", "50", "--chaos");
        run.assertKilledWhileCustomersWait("half-bank-a");
        run.assertKilledAtWork("half-bank-a", "Kafka", "half-messages, bank-b");
    }

    @Tag("soak")
    @Test
    void transferAndNotifyBySagaHoldsTheSameInvariantsWhileThingsAreKilled() throws Exception {
        run.assertHolds("notified=50 money=conserved lost=0 duplicate_effects=0 out_of_order=0 undecided=0", "--mode", "saga", "--transfers", "50", "--chaos");
        run.assertKilledAtWork("bank-a", "saga", "Kafka", "bank-a-relay, bank-b");
    }

    @Tag("soak")
    @Test
    void transferAndNotifyByTccHoldsTheSameInvariantsWhileThingsAreKilled() throws Exception {
        run.assertHolds("notified=50 money=conserved lost=0 duplicate_effects=0 out_of_order=0 undecided=0 reserved=0", "--mode", "tcc", "--transfers", "50", "--chaos");
        run.assertKilledAtWork("bank-a", "tcc", "Kafka", "bank-a-relay, bank-b");
    }

    @Tag("soak")
    @Test
    void transferAndNotifyByXaHoldsTheSameInvariantsWhileThingsAreKilled() throws Exception {
        run.assertHolds("transfers=50 completed=39 rejected=11 notified=50 money=conserved lost=0 duplicate_effects=0 out_of_order=0",
                "--mode", "xa", "--transfers", "50", "--chaos");
        run.assertKilledAtWork("xa-transfer", "Artemis", "xa-notify, xa-transfer");
    }

    @Test
    void transferAndNotifyHoldsItsInvariantsAndADemoThatIsKilledLeavesNothingBehind() throws Exception {
        Path log = run.log();
        Process demo = run.start("--transfers", "20", "--keep");
        try {
            Awaitility.await().atMost(Duration.ofMinutes(5)).until(() -> Files.readString(log).contains("Everything is left running"));
            Path data = Path.of(Files.readString(log).replaceAll("(?s).*data and logs are in (\\S+).*", "$1"));
            List<ProcessHandle> started = new ArrayList<>(demo.toHandle().descendants().toList());
            started.add(ProcessHandle.of(Long.parseLong(Files.readAllLines(data.resolve("postgres/postmaster.pid")).get(0).trim())).orElseThrow());
            assertThat(started).as(Files.readString(log)).hasSizeGreaterThan(6).allMatch(ProcessHandle::isAlive);
            assertThat(Files.readString(log)).contains("transfers=20 completed=15 rejected=5 notified=20 money=conserved lost=0 duplicate_effects=0 out_of_order=0");

            demo.destroyForcibly();

            Awaitility.await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> assertThat(started).noneMatch(ProcessHandle::isAlive));
            Awaitility.await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> assertThat(data).doesNotExist());
        } finally {
            demo.destroy();
        }
    }

    @Test
    void helpBuildsNothing() throws Exception {
        Path log = run.log();
        Process demo = new ProcessBuilder(Java.root().resolve("demo").toString(), "--chaos", "--help").redirectErrorStream(true).redirectOutput(log.toFile()).start();

        assertThat(demo.waitFor()).isZero();
        assertThat(Files.readString(log)).startsWith("Usage: ./demo").doesNotContain("Building");
    }

    @Test
    void wrongOptionIsExplained() throws Exception {
        Path log = run.log();

        assertThat(run.exit("--transfers", "many")).isEqualTo(2);

        assertThat(Files.readString(log)).startsWith("--transfers (many) is not a number from 1 to 999999: nothing was started.");
        assertThat(run.exit("--mode", "both")).isEqualTo(2);
        assertThat(Files.readString(log)).startsWith("--mode (both) is none of outbox, half, saga, tcc and xa: nothing was started.");
        assertThat(run.exit("--example", "shop")).isEqualTo(2);
        assertThat(Files.readString(log)).startsWith("--example (shop) is none of transfer and order: nothing was started.");
        assertThat(run.exit("--example", "order", "--mode", "xa")).isEqualTo(2);
        assertThat(Files.readString(log)).startsWith("--mode (xa) is for transfers, and --example is order: nothing was started.");
        assertThat(run.exit("--orders", "5")).isEqualTo(2);
        assertThat(Files.readString(log)).startsWith("--orders (5) is not for --example transfer: nothing was started.");
    }
}
