package relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import harness.Routes;
import harness.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A destination that is not mapped, or whose topic does not exist, is one row that is looked at again; nobody else waits for it. */
class ClosedDestinationHoldsNobodyElseIT {

    private final RelayFixture outbox = new RelayFixture();
    private final Map<String, String> settings = outbox.settings();
    private final Topic later = new Topic(outbox.topic.kafka(), outbox.topic.name() + ".later");

    ClosedDestinationHoldsNobodyElseIT() {
        settings.put("outbox.destination.transfer.completed", later.name());
        settings.put("outbox.immediate-attempts", "1");
        settings.put("outbox.retry.poll-max-delay", "100ms");
        settings.put("outbox.circuit-delay", "300ms");
    }

    @ParameterizedTest
    @CsvSource({"not.mapped, ConfigurationException", "transfer.completed, UnknownTopicOrPartitionException"})
    void messagesWaitWithTheReasonOfTheirDestinationAndOthersOfTheirKeyFlow(String destination, String error) {
        // a broker that answers late is an outage
        settings.put("outbox.relay.metadata-timeout", "30s");
        outbox.insert("k", "1");
        outbox.database.insertOutbox(destination, "k", "waits");
        outbox.database.insertOutbox(destination, null, "waits");
        outbox.insert("k", "2");

        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            outbox.awaitEmpty();

            assertThat(relay.failures()).as("failed batches").isZero();
        }

        assertThat(outbox.topic.bodies()).containsExactly("1", "2");
        assertThat(outbox.database.rows("SELECT destination, regexp_replace(error_class, '.*[.]', '') AS error FROM outbox_closed"))
                .containsExactly(Map.of("destination", destination, "error", error));
        assertThat(outbox.database.rows("SELECT status, reason, attempts FROM msg_published WHERE next_attempt_at IS NOT NULL AND error_message LIKE '%wait%'"))
                .containsExactly(Map.of("status", "PENDING", "reason", "CLOSED", "attempts", 0), Map.of("status", "PENDING", "reason", "CLOSED", "attempts", 0));
    }

    @Test
    void messagesGoOutInOrderWhenTheirDestinationOpensAndNewOnesWaitTheirTurn() {
        outbox.database.update("""
                INSERT INTO outbox_message (destination, message_key, type, payload)
                SELECT 'transfer.completed', 'k' || i % 5, 't', convert_to((i / 5 + 1)::text, 'UTF8') FROM generate_series(0, 4999) AS i
                """);
        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml"); Routes second = Routes.start(settings, "bank-b-relay.camel.yaml")) {
            outbox.awaitEmpty();
            outbox.topic.kafka().createTopics(4, later.name());
            outbox.database.update("""
                    INSERT INTO outbox_message (destination, message_key, type, payload)
                    SELECT 'transfer.completed', 'k' || i % 5, 't', convert_to((i / 5 + 1001)::text, 'UTF8') FROM generate_series(0, 499) AS i
                    """);
            awaitNothingWaits();
        }

        assertThat(later.bodies()).hasSizeGreaterThanOrEqualTo(5_500);
        RelayFixture.assertOrderPerKey(later.records());
        assertThat(outbox.database.count("dead_letter") + outbox.database.count("outbox_closed")).isZero();
    }

    @Test
    void destinationThatOpensAndRefusesItsFirstMessageLetsTheOthersGo() throws Exception {
        outbox.database.insertOutbox("transfer.completed", "k0", "1" + " ".repeat(3000));
        outbox.database.update("""
                INSERT INTO outbox_message (destination, message_key, type, payload)
                SELECT 'transfer.completed', 'k' || i % 50, 't', convert_to((i / 50 + 1)::text, 'UTF8') FROM generate_series(0, 249) AS i
                """);
        settings.put("outbox.retry.first-delay", "1h");
        settings.put("outbox.retry.max-delay", "1h");
        settings.put("outbox.relay.producer-batch-size", "1000");
        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            outbox.awaitEmpty();
            later.kafka().createTopics(4, Map.of("max.message.bytes", "2000"), later.name());
            RelayFixture.await().untilAsserted(() -> assertThat(outbox.database.rows(
                    "SELECT reason, message_key, count(*) AS n FROM outbox_parked GROUP BY reason, message_key ORDER BY n"))
                    .containsExactly(Map.of("reason", "REFUSED", "message_key", "k0", "n", 1L), Map.of("reason", "BEHIND", "message_key", "k0", "n", 5L)));
        }

        RelayFixture.assertOrderPerKey(later.records());
        assertThat(later.records().stream().map(record -> record.key() + new String(record.value())).distinct()).hasSize(245);
    }

    private void awaitNothingWaits() {
        RelayFixture.await().untilAsserted(() -> assertThat(outbox.database.rows("""
                SELECT (SELECT count(*) FROM outbox_message) AS pending, (SELECT count(*) FROM outbox_parked) AS parked"""))
                .containsExactly(Map.of("pending", 0L, "parked", 0L)));
    }
}
