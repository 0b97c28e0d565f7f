package xa;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import harness.RouteProcess;
import harness.TcpProxy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Servers go away and come back while the XA process lives. */
class OutageUsesUpNoDeliveryIT {

    @TempDir
    private Path folder;

    @Test
    void databaseThatIsGoneBetweenPrepareAndCommitIsCommittedWhenItIsBack() throws Exception {
        try (XaFixture xa = new XaFixture(folder); TcpProxy network = new TcpProxy(xa.postgres.port(), Duration.ZERO)) {
            xa.settings.put("database.bank-b.url", "jdbc:postgresql://127.0.0.1:" + network.port() + "/bank_b");
            Path prepared = folder.resolve("prepared");
            Path goOn = folder.resolve("go-on");
            try (RouteProcess process = xa.transfersWith("""
                    RULE hold before the first commit
                    CLASS com.arjuna.ats.internal.jta.resources.arjunacore.XAResourceRecord
                    METHOD topLevelCommit
                    AT ENTRY
                    IF incrementCounter("step") == 1
                    DO xa.Hold.here("%s", "%s")
                    ENDRULE
                    """.formatted(prepared, goOn)).start().awaitStarted()) {
                xa.request("t-1", "a-1", "b-1", "10.00");
                XaFixture.await().untilAsserted(() -> assertThat(prepared).as(process.log()).exists());
                assertThat(xa.prepared()).as("bank A, bank B, Artemis at a held commit").containsExactly(1, 1, 1);

                network.refuse();
                network.cut();
                Files.createFile(goOn);

                XaFixture.await().untilAsserted(() -> assertThat(xa.prepared()).as(process.log()).containsExactly(0, 1, 0));
                network.heal();
                xa.awaitCompleted("t-1", process);
                xa.assertSettled(process);
            }
        }
    }

    @Test
    void messagesOfADatabaseOutageAreHandledAfterItWithAllTheirAttempts() {
        try (XaFixture xa = new XaFixture(folder); RouteProcess process = xa.transfers().start().awaitStarted()) {
            xa.request("t-0", "a-1", "b-1", "1.00");
            xa.awaitCompleted("t-0", process);

            xa.postgres.crash();
            for (int i = 1; i <= 20; i++) {
                xa.request("t-" + i, "a-" + i % 10, "b-1", "1.00");
            }
            // longer than Artemis would wait before it gave a message up, if each look were a delivery
            XaFixture.await().atMost(Duration.ofMinutes(2)).until(() -> process.log().split("cannot be reached", -1).length > 4);
            xa.postgres.start();

            for (int i = 1; i <= 20; i++) {
                xa.awaitCompleted("t-" + i, process);
            }
            assertThat(xa.bank.bankA().count("inbox_parked")).as(process.log()).isZero();
            assertThat(xa.bank.bankA().count("dead_letter")).isZero();
            xa.assertSettled(process);
        }
    }

    @Tag("soak")
    @Test
    void messagesOfADatabaseThatAnswersAndRefusesToWriteWait() {
        try (XaFixture xa = new XaFixture(folder)) {
            xa.settings.put("inbox.outage-delay", "200ms");
            try (RouteProcess process = xa.transfers("camel.component.jms.recoveryInterval=200").start().awaitStarted()) {
                xa.demote("SET default_transaction_read_only = on");
                for (int i = 1; i <= 5; i++) {
                    xa.request("t-" + i, "a-1", "b-1", "1.00");
                }
                // no transaction begins, so none is delivered
                XaFixture.await().until(() -> process.log().split("it is read-only", -1).length > 8);
                xa.demote("RESET default_transaction_read_only");

                for (int i = 1; i <= 5; i++) {
                    xa.awaitCompleted("t-" + i, process);
                }
                assertThat(xa.bank.bankA().count("inbox_parked")).as(process.log()).isZero();
                assertThat(xa.bank.bankA().count("dead_letter")).isZero();
                xa.assertSettled(process);
            }
        }
    }

    @Tag("soak")
    @Test
    void killedBrokerLosesAndDoublesNothing() {
        try (XaFixture xa = new XaFixture(folder); RouteProcess process = xa.transfers().start().awaitStarted()) {
            for (int i = 1; i <= 40; i++) {
                xa.request("t-" + i, "a-" + i % 10, "b-1", "1.00");
                if (i == 20) {
                    XaFixture.await().until(() -> xa.bank.bankA().count("transfer") > 5);
                    xa.artemis.kill();
                    xa.artemis.start();
                }
            }

            for (int i = 1; i <= 40; i++) {
                xa.awaitCompleted("t-" + i, process);
            }
            xa.assertSettled(process);
        }
    }
}
