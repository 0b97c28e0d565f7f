package position;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

import harness.Routes;
import harness.Topic;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A partition that stays where it is while records wait in it is told, and over when it goes on; one in which none waits is none. */
class StandingReceiverIsToldIT {

    private final PositionFixture bank = new PositionFixture();

    @BeforeEach
    void tellSoon() {
        bank.settings.put("standstill.inbox", "1s");
    }

    @Test
    void handlerThatHangsIsToldAndItsProcessIsNotReadyUntilItGoesOn() throws SQLException {
        bank.requests(1, 2);
        try (Connection session = hold("SELECT FROM account FOR UPDATE"); Routes routes = bank.start()) {
            assertTold(bank.topic);
            PositionFixture.await().untilAsserted(() -> assertThat(notReady(routes)).containsExactly(PositionFixture.CONSUMER + " makes no step in " + bank.partition() + " at offset 0"));

            session.rollback();

            bank.awaitBooked("t-1", "t-2");
            assertOver();
            assertThat(notReady(routes)).isEmpty();
        }
    }

    @Test
    void partitionThatNobodyGetsIsToldAndNoRestartWouldHelp() throws SQLException {
        bank.requests(1, 1);
        try (Connection session = hold("LOCK TABLE inbox_position IN SHARE ROW EXCLUSIVE MODE"); Routes routes = bank.start()) {
            assertTold(bank.topic);
            assertThat(notReady(routes)).isEmpty();

            session.rollback();

            bank.awaitBooked("t-1");
            assertOver();
        }
    }

    /** Offsets that are no records: a topic that ends with them has nothing that waits. */
    @Test
    void topicThatEndsWithAnAbortedTransactionDoesNotStandStill() throws SQLException {
        Topic idle = Topic.create(bank.topic.kafka(), 1);
        bank.settings.put("outbox.destination.transfer.requested", idle.name() + "," + bank.topic.name());
        Map<String, Object> settings = Map.of("bootstrap.servers", idle.kafka().brokers(), "transactional.id", idle.name());
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(idle.name(), "aborted"));
            producer.flush();
            producer.abortTransaction();
        }
        bank.requests(1, 1);
        try (Connection session = hold("SELECT FROM account FOR UPDATE"); Routes routes = bank.start()) {
            // the idle topic was looked at before
            assertTold(bank.topic);
            session.rollback();
        }
    }

    private Connection hold(String statement) throws SQLException {
        Connection session = bank.database.connect();
        session.setAutoCommit(false);
        try (Statement held = session.createStatement()) {
            held.execute(statement);
        }
        return session;
    }

    private void assertTold(Topic topic) {
        PositionFixture.await().untilAsserted(() -> assertThat(bank.incidents()).singleElement().asString()
                .startsWith("INBOX_WAITS " + PositionFixture.CONSUMER + " " + topic.name() + ": ").contains("{0=0}"));
    }

    private void assertOver() {
        PositionFixture.await().until(() -> bank.database.count("incident WHERE ended_at IS NULL") == 0);
    }

    private static List<String> notReady(Routes routes) {
        return HealthCheckHelper.invokeReadiness(routes.context()).stream().filter(result -> result.getState() == HealthCheck.State.DOWN)
                .map(result -> result.getMessage().orElse("")).toList();
    }
}
