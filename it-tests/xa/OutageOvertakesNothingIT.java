package xa;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import harness.RouteProcess;
import harness.TcpProxy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A server goes away in the middle of a commit and the XA process lives: what comes behind in the queue waits until that transfer has ended everywhere. */
class OutageOvertakesNothingIT {

    @TempDir
    private static Path folder;
    private static XaFixture xa;
    private static TcpProxy network;
    private static int number;

    @BeforeAll
    static void start() {
        xa = new XaFixture(folder);
        network = new TcpProxy(xa.postgres.port(), Duration.ZERO);
    }

    @AfterAll
    static void stop() {
        network.close();
        xa.close();
    }

    @ParameterizedTest(name = "{0}: {1} {2} {3}")
    @CsvSource(textBlock = """
            broker, topLevelPrepare, EXIT,  3
            broker, topLevelCommit,  EXIT,  1
            bank_b, topLevelPrepare, EXIT,  3
            """)
    void transfersOfAnAccountAndTheirNotificationsKeepTheirOrder(String server, String method, String place, int count) throws Exception {
        assertOrderIsKept(server, method, place, count);
    }

    @Tag("soak")
    @ParameterizedTest(name = "{0}: {1} {2} {3}")
    @CsvSource(textBlock = """
            broker, topLevelPrepare, EXIT,  1
            broker, topLevelCommit,  ENTRY, 1
            bank_a, topLevelPrepare, EXIT,  3
            bank_b, topLevelCommit,  EXIT,  1
            """)
    void theyKeepItAtTheOtherMomentsToo(String server, String method, String place, int count) throws Exception {
        assertOrderIsKept(server, method, place, count);
    }

    private void assertOrderIsKept(String server, String method, String place, int count) throws Exception {
        String account = "a-" + ++number;
        List<String> requested = Stream.of("1", "2", "3").map(id -> "t-" + number + "-" + id).toList();
        Path reached = folder.resolve("reached-" + number);
        Path goOn = folder.resolve("go-on-" + number);
        for (String bank : List.of("bank_a", "bank_b")) {
            int port = bank.equals(server) ? network.port() : xa.postgres.port();
            xa.settings.put("database." + bank.replace('_', '-') + ".url", "jdbc:postgresql://127.0.0.1:" + port + "/" + bank);
        }
        try (RouteProcess process = xa.transfersWith("""
                RULE hold
                CLASS com.arjuna.ats.internal.jta.resources.arjunacore.XAResourceRecord
                METHOD %s
                AT %s
                IF incrementCounter("step") == %d
                DO xa.Hold.here("%s", "%s")
                ENDRULE
                """.formatted(method, place, count, reached, goOn)).start().awaitStarted()) {
            requested.forEach(id -> xa.request(id, account, "b-1", "1.00"));
            XaFixture.await().untilAsserted(() -> assertThat(reached).as(process.log()).exists());

            if (server.equals("broker")) {
                xa.artemis.kill();
                Files.createFile(goOn);
                xa.artemis.start();
            } else {
                network.refuse();
                network.cut();
                Files.createFile(goOn);
                XaFixture.await().until(() -> process.log().contains("a participant has not answered"));
                network.heal();
            }

            requested.forEach(id -> xa.awaitCompleted(id, process));
            xa.assertSettled(process);
            assertThat(xa.bank.bankA().rows("SELECT transfer_id FROM ledger_entry WHERE account_id = ? ORDER BY id", account))
                    .as(process.log()).extracting(row -> row.get("transfer_id")).isEqualTo(requested);
            assertThat(xa.artemis.browse("transfer.notify").stream().map(text -> text.replaceAll(".*(t-\\d+-\\d).*", "$1")).filter(requested::contains))
                    .as(process.log()).isEqualTo(requested);
        }
    }
}
