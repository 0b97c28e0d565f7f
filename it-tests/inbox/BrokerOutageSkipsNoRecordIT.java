package inbox;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.stream.IntStream;

import harness.Kafka;
import harness.Routes;
import harness.Topic;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class BrokerOutageSkipsNoRecordIT {

    @TempDir
    private Path folder;

    /** Camel's default for errors of the consumer itself seeks behind everything that was fetched. */
    @ParameterizedTest
    @CsvSource({"1, 3", "100, 6"})
    void recordsFetchedBeforeABrokerOutageAreAllHandled(int batch, int attempts) throws Exception {
        InboxFixture inbox = new InboxFixture();
        inbox.settings.put("inbox.batch-size", String.valueOf(batch));
        try (Kafka kafka = new Kafka(folder.resolve("kafka")).start()) {
            Topic topic = Topic.create(kafka, 1);
            IntStream.rangeClosed(1, 8).forEach(i -> topic.send("a-1", InboxFixture.body("t-" + i), InboxFixture.headers("m-" + i)));
            inbox.settings.put("kafka.brokers", kafka.brokers());
            inbox.settings.put("outbox.destination.transfer.requested", topic.name());
            inbox.settings.put("inbox.dead-letter-topic", "false");
            // fewer than there are: a seek behind what was fetched must not end behind the topic, where it would start again
            inbox.settings.put("inbox.max-poll-records", "4");
            // in a batch the third attempt is that of the third record, and alone the sixth is
            inbox.outage("nextval('attempt') IN (3, " + attempts + ")");
            try (Connection connection = inbox.database.connect(); Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("SELECT id FROM account WHERE id = 'b-1' FOR UPDATE");
                try (Routes bank = inbox.start()) {
                    // the handler of the first record waits for the account, with four records fetched
                    InboxFixture.await().until(() -> inbox.database.waiting() > 0);
                    kafka.kill();
                    connection.rollback();
                    // the third record meets an outage of the database: Camel commits the offset of the second, and no broker answers
                    InboxFixture.await().until(() -> inbox.attempts() == attempts);
                    kafka.start();

                    inbox.awaitBooked("t-1", "t-2", "t-3", "t-4", "t-5", "t-6", "t-7", "t-8");
                }
            }
        }
        inbox.assertEffects(8);
        assertThat(inbox.database.count("dead_letter")).isZero();
    }
}
