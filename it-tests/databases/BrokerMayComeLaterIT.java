package databases;

import java.nio.file.Path;

import harness.Kafka;
import harness.ReceivingBank;
import harness.RouteProcess;
import harness.Routes;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** An application that is restarted while its broker is away takes requests; what waits goes on when the broker comes. */
class BrokerMayComeLaterIT {

    @TempDir
    private Path folder;
    private final TwoBanks banks = new TwoBanks();

    @Test
    void requestIsTakenWithoutABrokerAndCompletedWhenItComes() {
        banks.settings.put("check.wait", "1s");
        try (Kafka kafka = new Kafka(folder.resolve("kafka"))) {
            banks.settings.put("kafka.brokers", kafka.brokers());
            try (Routes a = banks.startA(); Routes b = banks.startB()) {
                assertThat(banks.request("t-1")).isEqualTo(202);
                assertThat(HealthCheckHelper.invokeReadiness(a.context())).as("a request would not get here")
                        .noneMatch(result -> result.getState() == HealthCheck.State.DOWN);
                TwoBanks.await().untilAsserted(() -> assertThat(incidents()).contains("kind=BROKER, subject=Kafka at " + kafka.brokers())
                        .contains("has not answered since a process started, for check.wait (1s) and longer"));

                banks.on(kafka.start());
                banks.awaitCompleted("t-1");
                TwoBanks.await().untilAsserted(() -> assertThat(incidents()).doesNotContain("BROKER"));
                assertThat(banks.bankA().count("outbox_parked WHERE attempts > 0")).isZero();
            }
        }
    }

    /** As the name of a Kubernetes service is while none of its pods is ready. */
    @Test
    void brokerWhoseNameIsNotKnownYetKeepsNobodyFromItsStart() {
        banks.settings.put("kafka.brokers", "nobody.invalid:9092");
        try (Routes a = banks.startA()) {
            assertThat(banks.request("t-1")).isEqualTo(202);
        }
        assertThat(banks.bankA().count("outbox_message")).isEqualTo(1);
    }

    @Test
    void brokerThatDoesNotAnswerIsToldAndWarnedOfAtTheSecondLook() {
        ReceivingBank bank = new ReceivingBank();
        bank.settings.put("kafka.brokers", "localhost:1");
        try (RouteProcess process = RouteProcess.camelMain(folder.resolve("log"), bank.settings, "bank-b-relay.camel.yaml").start().awaitStarted()) {
            assertThat(process.log()).containsSubsequence("Kafka at localhost:1 has not answered yet: ", "Started bank-b-relay");
            TwoBanks.await().untilAsserted(() -> assertThat(process.log()).containsSubsequence("Kafka at localhost:1 does not answer: ",
                    "The routes have started all the same: what they send waits in the outbox"));
        }
    }

    private String incidents() {
        return banks.bankA().rows("SELECT kind, subject, error_message FROM incident WHERE ended_at IS NULL").toString();
    }
}
