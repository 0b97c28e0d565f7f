package relay;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import harness.Routes;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What outbox-retry does with messages that were refused: they go out by themselves, in order, or become dead letters. */
class ParkedMessageIsRetriedIT {

    private final RelayFixture outbox = new RelayFixture();
    private final Map<String, String> settings = outbox.settings();

    ParkedMessageIsRetriedIT() {
        settings.put("outbox.retry.first-delay", "300ms");
        settings.put("outbox.retry.delay", "300ms");
        settings.put("outbox.retry.poll-max-delay", "100ms");
        settings.put("outbox.retry.max-attempts", "1000");
        settings.put("outbox.circuit-delay", "500ms");
    }

    @Test
    void refusedMessageGoesOutWhenTheCauseIsMendedAndItsKeyFollowsInOrder() throws Exception {
        limit("2000");
        outbox.insert("k", "1");
        outbox.insert("k", "2" + " ".repeat(3000));
        outbox.insert("k", "3");
        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            outbox.awaitEmpty();
            RelayFixture.await().untilAsserted(() -> assertThat((Integer) outbox.database.value("SELECT max(attempts) FROM outbox_parked")).isGreaterThanOrEqualTo(5));
            outbox.insert("k", "4");
            outbox.awaitEmpty();
            assertThat(outbox.topic.bodies()).containsOnly("1");

            limit("1000000");
            awaitAllSent();
        }

        assertThat(outbox.topic.bodies().stream().map(String::trim).distinct()).containsExactly("1", "2", "3", "4");
    }

    @Test
    void messageWhoseAttemptsAreExhaustedIsADeadLetterAndItsKeyFollowsInOrder() throws Exception {
        settings.put("outbox.transfer.requested.retry.max-attempts", "2");
        limit("2000");
        outbox.insert("k", "1" + " ".repeat(3000));
        outbox.insert("k", "2");
        outbox.insert("k", "3");
        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            outbox.awaitEmpty();
            awaitAllSent();
        }

        assertThat(outbox.topic.bodies()).containsExactly("2", "3");
        assertThat(outbox.database.rows("SELECT origin, consumer, message_key, attempts, error_class, headers ->> 'ce_type' AS type FROM dead_letter"))
                .containsExactly(Map.of("origin", "OUTBOX", "consumer", "transfer.requested", "message_key", "k", "attempts", 5, "error_class",
                        "org.apache.kafka.common.errors.RecordTooLargeException", "type", "transfer.requested"));
        assertThat(outbox.database.rows("SELECT status FROM msg_published")).containsExactly(Map.of("status", "DEAD"));
    }

    @Test
    void permanentErrorIsADeadLetterAtOnce() {
        settings.put("outbox.permanent-errors", "org.apache.kafka.common.KafkaException");
        outbox.insert("k", "x".repeat(2_000_000));
        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            RelayFixture.await().untilAsserted(() -> assertThat(outbox.database.count("dead_letter")).isEqualTo(1));
        }

        assertThat(outbox.database.value("SELECT attempts FROM dead_letter")).isEqualTo(1);
    }

    @Test
    void followersOvertakeWhereOrderIsSkip() throws Exception {
        settings.put("outbox.order", "skip");
        limit("2000");
        outbox.insert("k", "1" + " ".repeat(3000));
        IntStream.rangeClosed(2, 5).forEach(i -> outbox.insert("k", "" + i));
        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            outbox.awaitEmpty();
        }

        assertThat(outbox.topic.bodies().stream().distinct()).containsExactly("2", "3", "4", "5");
        assertThat(outbox.database.rows("SELECT reason FROM outbox_parked")).containsExactly(Map.of("reason", "REFUSED"));
    }

    private void awaitAllSent() {
        RelayFixture.await().untilAsserted(() -> assertThat(outbox.database.rows("""
                SELECT (SELECT count(*) FROM outbox_message) AS pending, (SELECT count(*) FROM outbox_parked) AS parked"""))
                .containsExactly(Map.of("pending", 0L, "parked", 0L)));
    }

    private void limit(String bytes) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, outbox.topic.name());
        settings.put("outbox.relay.producer-batch-size", "1000");
        try (Admin admin = outbox.topic.kafka().admin()) {
            admin.incrementalAlterConfigs(Map.of(topic, List.of(new AlterConfigOp(new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET))))
                    .all().get(90, TimeUnit.SECONDS);
        }
    }
}
