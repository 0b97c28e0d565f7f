package inbox;

import java.util.Map;
import java.util.concurrent.TimeUnit;

import harness.Routes;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class DuplicateDeliveryHasOneEffectIT {

    private final InboxFixture inbox = new InboxFixture();

    @Test
    void recordThatIsDeliveredTwiceHasOneEffect() {
        inbox.request("m-1", "t-1");
        inbox.request("m-1", "t-1");
        inbox.request("m-2", "t-2");

        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-1", "t-2");
        }

        inbox.assertEffects(2);
    }

    @Test
    void resetOfTheConsumersOffsetsHasNoEffect() throws Exception {
        inbox.request("m-1", "t-1");
        inbox.request("m-2", "t-2");
        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-1", "t-2");
        }

        try (Admin admin = inbox.topic.kafka().admin()) {
            InboxFixture.await().ignoreExceptions().until(() -> {
                admin.alterConsumerGroupOffsets(InboxFixture.CONSUMER,
                        Map.of(new TopicPartition(inbox.topic.name(), 0), new OffsetAndMetadata(0))).all().get(90, TimeUnit.SECONDS);
                return true;
            });
        }
        inbox.request("m-3", "t-3");
        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-1", "t-2", "t-3");
        }

        inbox.assertEffects(3);
    }
}
