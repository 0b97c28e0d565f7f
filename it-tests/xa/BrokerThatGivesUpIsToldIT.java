package xa;

import java.nio.file.Path;
import java.util.List;

import harness.Artemis;
import harness.RouteProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A broker that puts messages aside, or drops them, after some deliveries is told at the start; so is each message that it has put aside. */
class BrokerThatGivesUpIsToldIT {

    private static final String QUEUE = "transfer.requested";

    @TempDir
    private Path folder;
    private XaFixture xa;

    @BeforeEach
    void start() {
        xa = new XaFixture(folder);
        xa.settings.put("inbox.outage-delay", "100ms");
        xa.settings.put("alert.poll-delay", "1000ms");
    }

    @AfterEach
    void stop() {
        xa.close();
    }

    @Test
    void limitOfDeliveriesIsAnIncidentUntilItIsLifted() {
        limit("{\"maxDeliveryAttempts\":10}");
        try (RouteProcess process = xa.transfers().start().awaitStarted()) {
            XaFixture.await().untilAsserted(() -> assertThat(open()).as(process.log()).containsExactly("REDELIVERY_LIMIT transfer.requested"));
            assertThat(process.log()).contains("max-delivery-attempts (10) of the queue transfer.requested is not -1: to the broker an outage or a crash is a delivery too");

            limit("{\"maxDeliveryAttempts\":-1}");

            XaFixture.await().untilAsserted(() -> assertThat(open()).as(process.log()).isEmpty());
        }
    }

    @Test
    void brokerThatWouldDropMessagesIsRefused() {
        limit("{\"maxDeliveryAttempts\":10,\"deadLetterAddress\":\"\"}");
        try (RouteProcess process = xa.transfers().start()) {
            assertThat(process.awaitExit()).isNotZero();
            assertThat(process.log()).contains("drop messages that nothing is wrong with: there is no dead-letter-address. Set max-delivery-attempts to -1");
        }
    }

    @Tag("soak")
    @Test
    void messageThatTheBrokerHasPutAsideIsAnIncidentUntilItIsBack() {
        limit("{\"maxDeliveryAttempts\":1}");
        try (RouteProcess process = xa.transfers("camel.component.jms.recoveryInterval=100").start().awaitStarted()) {
            xa.fill("transfer");
            xa.request("t-1", "a-1", "b-1", "1.00");
            XaFixture.await().until(() -> process.log().contains("has used up no attempt") && xa.artemis.browse(QUEUE).isEmpty());
            xa.free("transfer");

            XaFixture.await().untilAsserted(() -> assertThat(open()).as(process.log())
                    .containsExactly("BROKER_DEAD_LETTERS transfer.requested", "REDELIVERY_LIMIT transfer.requested"));
            limit("{\"maxDeliveryAttempts\":-1}");
            xa.artemis.manage("queue.DLQ." + QUEUE, "retryMessages");

            xa.awaitCompleted("t-1", process);
            XaFixture.await().untilAsserted(() -> assertThat(open()).as(process.log()).isEmpty());
        }
    }

    @Tag("soak")
    @Test
    void brokerThatDoesNotAnswerIsToldOnce() {
        try (Artemis silent = new Artemis(folder.resolve("silent"), "elsewhere").start()) {
            xa.settings.put("jms.url", silent.url());
            try (RouteProcess process = xa.transfers().start().awaitStarted()) {
                XaFixture.await().until(() -> process.log().contains("Nobody can look whether the JMS broker gives messages of [transfer.requested] up by itself"));
                silent.send(QUEUE, "{\"transferId\":\"t-1\",\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":1}", java.util.Map.of());
                XaFixture.await().until(() -> xa.bank.bankA().count("transfer WHERE status = 'COMPLETED'") == 1);
                assertThat(process.log().split("Nobody can look", -1)).as(process.log()).hasSize(2);
            }
        }
    }

    private void limit(String settings) {
        xa.artemis.manage("broker", "addAddressSettings", QUEUE, settings);
    }

    private List<String> open() {
        return xa.bank.bankA().rows("SELECT kind || ' ' || subject AS incident FROM incident WHERE ended_at IS NULL ORDER BY 1").stream()
                .map(row -> (String) row.get("incident")).toList();
    }
}
