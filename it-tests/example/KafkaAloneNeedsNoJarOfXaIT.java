package example;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import harness.Java;
import harness.ReceivingBank;
import harness.RouteProcess;
import harness.Servers;
import harness.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static harness.ReceivingBank.await;
import static org.assertj.core.api.Assertions.assertThat;

/** A service on Kafka alone may leave out what is only there for XA and JMS: it receives, has its effect, sends and stops. */
class KafkaAloneNeedsNoJarOfXaIT {

    private static final List<String> XA = List.of("narayana-jts-integration-", "narayana-spring-boot-core-", "pooled-jms-", "jakarta.jms-api-", "camel-jms-",
            "spring-jms-", "artemis-", "activemq-artemis-", "jakarta.resource-api-", "commons-pool2-");

    @TempDir
    private Path folder;

    @Test
    void serviceRunsWithoutTheJarsOfXaAndJms() {
        ReceivingBank bank = new ReceivingBank();
        Topic completed = Topic.create(Servers.kafka(), 1);
        bank.settings.put("outbox.destination.transfer.completed", completed.name());
        String bare = Arrays.stream(Java.testClasspath().split(":")).filter(jar -> !isOfXa(jar)).collect(Collectors.joining(":"));
        assertThat(Java.testClasspath().split(":").length - bare.split(":").length).as("jars that are left out").isGreaterThanOrEqualTo(XA.size());

        RouteProcess service = RouteProcess.camelMain(bare, folder.resolve("log"), bank.settings, "bank-b-credit-transfer.camel.yaml",
                "bank-b-book-credit.camel.yaml", "bank-b-relay.camel.yaml");
        try (service) {
            service.start().awaitStarted();
            bank.request("a-1", "m-1", "t-1");

            await().untilAsserted(() -> assertThat(completed.bodies()).as(service.log()).hasSize(1));
            assertThat(bank.booked()).containsExactly("t-1");

            service.stop();
            assertThat(service.log()).doesNotContain("NoClassDefFoundError", "ClassNotFoundException");
        }
    }

    private static boolean isOfXa(String jar) {
        return XA.stream().anyMatch(Path.of(jar).getFileName().toString()::startsWith);
    }
}
