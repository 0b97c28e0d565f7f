package relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import harness.Kafka;
import harness.RouteProcess;
import harness.Topic;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MistypedTopicIsNamedAndNotMadeIT {

    @TempDir
    private Path folder;

    @Test
    void brokerThatMakesTopicsByItselfMakesNoneForAMistypedName() throws Exception {
        try (Kafka kafka = new Kafka(folder.resolve("kafka")).set("auto.create.topics.enable", "true").start(); Admin admin = kafka.admin()) {
            RelayFixture outbox = new RelayFixture(kafka);
            Map<String, String> settings = outbox.settings();
            settings.put("outbox.destination.transfer.completed", "mistyped.topic");
            settings.put("outbox.circuit-delay", "300ms");
            outbox.database.insertOutbox("transfer.completed", "k", "1");
            outbox.insert("k", "2");
            try (RouteProcess relay = RouteProcess.camelMain(folder.resolve("relay.log"), settings, "bank-a-relay.camel.yaml").start()) {
                outbox.awaitEmpty();
                assertThat(outbox.database.count("outbox_closed")).isEqualTo(1);
                RelayFixture.await().untilAsserted(() -> assertThat(relay.log()).contains("topic mistyped.topic does not exist"));
                assertThat(admin.listTopics().names().get(90, TimeUnit.SECONDS)).doesNotContain("mistyped.topic");

                kafka.createTopics(1, "mistyped.topic");
                RelayFixture.await().untilAsserted(() -> assertThat(new Topic(kafka, "mistyped.topic").bodies()).containsExactly("1"));
            }

            assertThat(outbox.topic.bodies()).containsExactly("2");
        }
    }
}
