package position;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import harness.Database;
import harness.Kafka;
import harness.RouteProcess;
import harness.Routes;
import harness.Servers;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Records that expire before a receiver has read them are an incident, with their offsets. */
class GapIsToldIT {

    @TempDir
    private Path folder;

    @Test
    void recordsThatExpireWhileTheReceiverIsAwayAreNamed() {
        PositionFixture bank = new PositionFixture();
        bank.requests(1, 2);
        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1", "t-2");
        }
        bank.requests(3, 6);
        bank.expire(4);

        try (RouteProcess process = RouteProcess.camelMain(folder.resolve("log"), bank.settings, PositionFixture.FILES).start()) {
            bank.awaitBooked("t-1", "t-2", "t-5", "t-6");
            assertThat(bank.incidents()).singleElement().asString().startsWith("GAP " + PositionFixture.CONSUMER + " " + bank.topic.name() + "-0@2: records 2 to 3 of "
                    + bank.topic.name() + "-0 are gone").contains("It goes on at 4.");
            assertThat(process.log()).containsOnlyOnce("ERROR").contains("GAP " + PositionFixture.CONSUMER);
        }
        try (Routes routes = bank.start()) {
            bank.requests(7, 7);
            bank.awaitBooked("t-1", "t-2", "t-5", "t-6", "t-7");
        }
        assertThat(bank.database.value("SELECT times FROM incident")).as("told once").isEqualTo(1L);
    }

    @Test
    void recordsThatExpireBehindTheBackOfARunningReceiverAreNamed() throws Exception {
        PositionFixture bank = new PositionFixture();
        bank.settings.put("inbox.max-poll-records", "1");
        try (Connection connection = bank.database.connect(); Statement statement = connection.createStatement(); Routes routes = bank.start()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT id FROM account WHERE id = 'b-1' FOR UPDATE");
            bank.requests(1, 1);
            PositionFixture.await().until(() -> bank.database.waiting() > 0);
            // a fetch that is under way may have the first of these
            bank.requests(2, 9);
            bank.expire(7);
            connection.rollback();

            PositionFixture.await().untilAsserted(() -> assertThat(bank.booked()).contains("t-1", "t-8", "t-9"));
        }

        int first = bank.booked().size() - 2;
        assertThat(bank.incidents()).singleElement().asString().contains("GAP ", "records " + first + " to 6 of " + bank.topic.name() + "-0 are gone");
    }

    @Test
    void gapBehindAnOffsetOfKafkasIsNamedToo() {
        PositionFixture bank = new PositionFixture();
        bank.requests(1, 5);
        bank.admin(admin -> admin.alterConsumerGroupOffsets(PositionFixture.CONSUMER, Map.of(bank.partition(), new OffsetAndMetadata(2))).all()
                .get(90, TimeUnit.SECONDS));
        bank.expire(4);

        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-5");
        }
        assertThat(bank.incidents()).singleElement().asString().contains("records 2 to 3 of ");
    }

    @Test
    void newReceiverBeginsWhereTheTopicDoesAndMissesNothing() {
        PositionFixture bank = new PositionFixture();
        bank.requests(1, 3);
        bank.expire(2);

        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-3");
        }
        assertThat(bank.incidents()).isEmpty();
    }

    /** A broker that comes back without its records: they are sent again, and those that were had are known. */
    @Test
    void topicThatEndsBeforeThePositionIsToldAndReadAgain() throws Exception {
        Database database = Servers.database("schema.sql", "example-bank-b.sql");
        try (Kafka kafka = new Kafka(folder.resolve("kafka")).start()) {
            PositionFixture bank = new PositionFixture(database, kafka);
            bank.requests(1, 5);
            try (Routes routes = bank.start()) {
                bank.awaitBooked("t-1", "t-2", "t-3", "t-4", "t-5");
            }
            kafka.loseRecords(bank.topic.name() + "-0");
            bank.requests(4, 6);

            try (Routes routes = bank.start()) {
                bank.awaitBooked("t-1", "t-2", "t-3", "t-4", "t-5", "t-6");
            }
            assertThat(bank.incidents()).singleElement().asString().contains("TOPIC_CUT_OFF ", "-0 ends at 3, before the position").contains("It goes back to 0");
        }
    }
}
