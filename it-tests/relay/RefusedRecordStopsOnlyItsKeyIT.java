package relay;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import harness.Routes;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RefusedRecordStopsOnlyItsKeyIT {

    private final RelayFixture outbox = new RelayFixture();

    @Test
    void recordThatTheBrokerRefusesIsParkedWithItsKeyAndTheOthersFlow() throws Exception {
        limitMessages("200000");

        assertOnlyBadKeyWaits("x".repeat(300_000), "RecordTooLargeException");
    }

    @Test
    void recordThatTheProducerRefusesIsParkedWithItsKeyAndTheOthersFlow() {
        assertOnlyBadKeyWaits("x".repeat(2_000_000), "RecordTooLargeException");
    }

    @Test
    void goodRecordAmongManyThatTheBrokerRefusesComesSeldomTwice() throws Exception {
        limitMessages("1500");
        outbox.insert("good", "1");
        outbox.database.update("""
                INSERT INTO outbox_message (destination, message_key, type, payload)
                SELECT 'transfer.requested', 'bad-' || i, 't', decode(md5(i::text) || repeat('00', 2000), 'hex') FROM generate_series(1, 200) AS i
                """);
        Map<String, String> settings = outbox.settings();
        settings.put("outbox.immediate-attempts", "1");
        settings.put("outbox.relay.shards-per-batch", "64");

        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            outbox.awaitEmpty();
        }

        assertThat(outbox.database.count("outbox_parked WHERE reason = 'REFUSED'")).isEqualTo(200);
        assertThat(outbox.topic.bodies()).containsOnly("1").hasSizeLessThan(30);
    }

    private void limitMessages(String bytes) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, outbox.topic.name());
        try (Admin admin = outbox.topic.kafka().admin()) {
            admin.incrementalAlterConfigs(Map.of(topic,
                    List.of(new AlterConfigOp(new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET)))).all().get(90, TimeUnit.SECONDS);
        }
    }

    private void assertOnlyBadKeyWaits(String body, String error) {
        outbox.insert("good", "1");
        outbox.insert("bad", "2");
        outbox.insert("bad", body);
        outbox.insert("bad", "3");
        outbox.insert("good", "4");
        Map<String, String> settings = outbox.settings();
        settings.put("outbox.immediate-attempts", "1");

        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            outbox.awaitEmpty();
            outbox.insert("bad", "5");
            outbox.insert("good", "6");
            outbox.awaitEmpty();
        }

        List<String> bodies = outbox.topic.bodies().stream().distinct().sorted().toList();
        assertThat(bodies).containsExactly("1", "2", "4", "6");
        List<Map<String, Object>> parked
                = outbox.database.rows("SELECT message_key, attempts, error_class, error_message FROM outbox_parked ORDER BY id");
        assertThat(parked).hasSize(3);
        assertThat(parked.get(0)).containsEntry("attempts", 1);
        assertThat(parked.get(0).get("error_class").toString()).endsWith(error);
        assertThat(parked.subList(1, 3)).allSatisfy(row -> assertThat(row).containsEntry("message_key", "bad").containsEntry("attempts", 0));
        assertThat(outbox.database.rows("SELECT status, count(*) AS n FROM msg_published GROUP BY status ORDER BY status"))
                .containsExactly(Map.of("status", "PENDING", "n", 2L), Map.of("status", "RETRYING", "n", 1L));
    }
}
