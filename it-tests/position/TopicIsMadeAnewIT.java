package position;

import java.util.List;
import java.util.concurrent.TimeUnit;

import harness.Routes;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A topic that was deleted and made again is another one, whatever its offsets are; a partition that was added is read from its beginning. */
class TopicIsMadeAnewIT {

    private final PositionFixture bank = new PositionFixture();

    @Test
    void newTopicIsReadFromItsBeginningAndToldWhileTheReceiverIsAway() {
        bank.requests(1, 3);
        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1", "t-2", "t-3");
        }
        makeAnew();
        bank.requests(4, 9);

        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1", "t-2", "t-3", "t-4", "t-5", "t-6", "t-7", "t-8", "t-9");
        }
        assertThat(bank.incidents()).singleElement().asString().startsWith("TOPIC_MADE_ANEW " + PositionFixture.CONSUMER)
                .contains("from offset 3 of partition 0 on, has no effect", "Let the sender send again");
    }

    /** The new topic has more records than the position says, so that the consumer could go on in its midst. */
    @Test
    void newTopicIsReadFromItsBeginningUnderARunningReceiver() {
        bank.requests(1, 2);
        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1", "t-2");
            makeAnew();
            bank.requests(3, 7);
            int[] more = {8};
            PositionFixture.await().untilAsserted(() -> {
                bank.requests(more[0], more[0]++);
                assertThat(bank.booked()).contains("t-3", "t-4", "t-5", "t-6", "t-7", "t-8");
            });
        }

        assertThat(bank.booked()).doesNotHaveDuplicates();
        // a look between the end of one and the beginning of the other finds none
        assertThat(bank.incidents()).filteredOn(told -> !told.toString().startsWith("TOPIC_MISSING ")).singleElement().asString().startsWith("TOPIC_MADE_ANEW ");
    }

    @Test
    void topicThatGoesUnderARunningReceiverIsToldUntilItIsThereAgain() {
        bank.settings.put("camel.component.kafka.additional-properties[metadata.max.age.ms]", "1000");
        bank.requests(1, 1);
        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1");
            bank.admin(admin -> admin.deleteTopics(List.of(bank.topic.name())).all().get(90, TimeUnit.SECONDS));
            PositionFixture.await().untilAsserted(() -> assertThat(bank.incidents()).singleElement().asString()
                    .startsWith("TOPIC_MISSING " + PositionFixture.CONSUMER + " " + bank.topic.name() + ": "));
            makeAnew();
            PositionFixture.await().until(() -> bank.database.count("incident WHERE kind = 'TOPIC_MISSING' AND ended_at IS NULL") == 0);
            bank.requests(2, 2);
            bank.awaitBooked("t-1", "t-2");
        }
    }

    @Test
    void addedPartitionIsReadFromItsBeginningWhateverKafkaSays() {
        bank.requests(1, 2);
        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1", "t-2");
        }
        bank.admin(admin -> admin.createPartitions(java.util.Map.of(bank.topic.name(), NewPartitions.increaseTo(3))).all().get(90, TimeUnit.SECONDS));
        PositionFixture.await().until(() -> {
            for (int key = 0; key < 20; key++) {
                bank.request("k" + key, "k-" + key, "k-" + key);
            }
            return bank.topic.records().stream().map(record -> record.partition()).distinct().count() == 3;
        });
        bank.admin(admin -> admin.alterConsumerGroupOffsets(PositionFixture.CONSUMER, java.util.Map.of(
                new org.apache.kafka.common.TopicPartition(bank.topic.name(), 1), new org.apache.kafka.clients.consumer.OffsetAndMetadata(1))).all()
                .get(90, TimeUnit.SECONDS));

        try (Routes routes = bank.start()) {
            PositionFixture.await().untilAsserted(() -> assertThat(bank.booked()).hasSize(22));
        }
        assertThat(bank.booked()).doesNotHaveDuplicates();
        assertThat(bank.incidents()).isEmpty();
        assertThat(bank.database.count("inbox_position")).isEqualTo(3);
    }

    private void makeAnew() {
        bank.admin(admin -> {
            if (admin.listTopics().names().get(90, TimeUnit.SECONDS).contains(bank.topic.name())) {
                admin.deleteTopics(List.of(bank.topic.name())).all().get(90, TimeUnit.SECONDS);
            }
        });
        PositionFixture.await().ignoreExceptions().until(() -> {
            bank.topic.kafka().createTopics(1, bank.topic.name());
            return true;
        });
    }
}
