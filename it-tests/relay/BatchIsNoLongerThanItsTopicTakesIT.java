package relay;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import harness.Routes;
import harness.Topic;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A topic takes each of the records and not many of them in one batch: Kafka's producer would divide such a batch into itself for ever. */
class BatchIsNoLongerThanItsTopicTakesIT {

    private final RelayFixture outbox = new RelayFixture();

    @Test
    void recordsOfATopicWithASmallLimitArePublishedAndTheOthersFlow() throws Exception {
        try (Admin admin = outbox.topic.kafka().admin()) {
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, outbox.topic.name()),
                    List.of(new AlterConfigOp(new ConfigEntry("max.message.bytes", "2000"), AlterConfigOp.OpType.SET)))).all().get(90, TimeUnit.SECONDS);
        }
        Topic other = Topic.create(outbox.topic.kafka(), 1);
        Map<String, String> settings = outbox.settings();
        settings.put("outbox.destination.transfer.completed", other.name());
        for (int i = 1; i <= 50; i++) {
            outbox.insert("k", i + " ".repeat(900));
            outbox.database.insertOutbox("transfer.completed", "k", String.valueOf(i));
        }

        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            outbox.awaitEmpty();
        }

        assertThat(outbox.topic.bodies().stream().map(String::trim).distinct()).hasSize(50);
        assertThat(other.bodies().stream().distinct()).hasSize(50);
        assertThat(outbox.database.count("outbox_parked")).as("what was refused").isZero();
    }
}
