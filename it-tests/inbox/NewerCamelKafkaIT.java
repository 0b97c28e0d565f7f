package inbox;

import java.nio.file.Path;
import java.util.Map;

import harness.Java;
import harness.RouteProcess;
import harness.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** From 4.18.3 on camel-kafka calls the headers with topic, key, partition and offset differently. */
class NewerCamelKafkaIT {

    private final InboxFixture inbox = new InboxFixture();

    @TempDir
    private Path folder;

    @Test
    void receiverAndRelayKnowTopicAndKey() {
        Topic answers = Topic.create(inbox.topic.kafka(), 1);
        inbox.settings.put("outbox.destination.transfer.completed", answers.name());
        inbox.settings.put("inbox.dead-letter-topic", "false");
        String newer = Java.testClasspath().replaceAll("[^:]*/camel-kafka-[^:/]*[.]jar", Java.target().resolve("newer/camel-kafka.jar").toString());
        assertThat(newer).contains("newer/camel-kafka.jar");
        inbox.settings.put("inbox.retry.first-delay", "1h");
        inbox.fail("NEW.transfer_id = 't-2'");
        inbox.request("m-1", "t-1");
        inbox.request("m-2", "t-2");

        try (RouteProcess bank = RouteProcess.camelMain(newer, folder.resolve("log"), inbox.settings, "bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml",
                "bank-b-relay.camel.yaml").start()) {
            inbox.awaitBooked("t-1");
            InboxFixture.await().untilAsserted(() -> assertThat(answers.records()).as(bank.log()).singleElement()
                    .satisfies(record -> assertThat(record.key()).isEqualTo("a-1")));
            InboxFixture.await().untilAsserted(() -> assertThat(inbox.database.rows(
                    "SELECT message_key, topic, topic_partition, topic_offset FROM inbox_parked")).as(bank.log()).containsExactly(
                            Map.of("message_key", "a-1", "topic", inbox.topic.name(), "topic_partition", 0, "topic_offset", 1L)));
        }

        assertThat(Topic.headers(answers.records().get(0))).doesNotContainKeys("kafka.KEY", "CamelKafkaKey");
    }
}
