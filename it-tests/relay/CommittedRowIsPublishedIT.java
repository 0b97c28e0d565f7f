package relay;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

import harness.Routes;
import harness.Topic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CommittedRowIsPublishedIT {

    private final RelayFixture outbox = new RelayFixture();

    @Test
    void committedRowIsPublishedAsCloudEventAndRolledBackRowNever() throws SQLException {
        try (Routes relay = Routes.start(outbox.settings(), "bank-a-relay.camel.yaml")) {
            try (Connection connection = outbox.database.connect(); Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("INSERT INTO outbox_message (destination, message_key, type, payload) VALUES ('transfer.requested', 'k', 't', 'rolled back')");
                connection.rollback();
                statement.execute("""
                        INSERT INTO outbox_message (message_id, destination, message_key, type, payload, headers, traceparent)
                        VALUES ('8f14e45f-ceea-467f-a8b4-000000000001', 'transfer.requested', 'k', 'transfer.requested', 'committed',
                                '{"tenant": "t1"}', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')""");
                connection.commit();
            }
            outbox.awaitEmpty();
        }

        assertThat(outbox.topic.bodies()).containsExactly("committed");
        ConsumerRecord<String, byte[]> record = outbox.topic.records().get(0);
        assertThat(record.key()).isEqualTo("k");
        Map<String, String> headers = Topic.headers(record);
        assertThat(headers).containsEntry("ce_specversion", "1.0").containsEntry("ce_id", "8f14e45f-ceea-467f-a8b4-000000000001")
                .containsEntry("ce_type", "transfer.requested").containsEntry("ce_source", "bank-a").containsEntry("tenant", "t1")
                .containsEntry("content-type", "application/json").containsKey("ce_time")
                .containsEntry("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        assertThat(headers).hasSize(8);
    }

    @Test
    void headersOfARowAreDataWhateverTheirNames() {
        outbox.database.update("""
                INSERT INTO outbox_message (destination, message_key, type, payload, headers)
                VALUES ('transfer.requested', 'k', 't', 'x', '{"kafka.OVERRIDE_TOPIC": "evil", "CamelKafkaOverrideTopic": "evil", "kafka.KEY": "evil",
                  "kafka.PARTITION_KEY": "999", "kafka.OVERRIDE_TIMESTAMP": "1000", "CE_ID": "evil", "Content-Type": "evil", "nothing": null,
                  "number": 0.0000001, "object": {"a": [1, true]}, "text": "\u00e4\ud83d\ude00"}')
                """);

        try (Routes relay = Routes.start(outbox.settings(), "bank-a-relay.camel.yaml")) {
            outbox.awaitEmpty();
        }

        assertThat(outbox.topic.records()).singleElement().satisfies(record -> {
            assertThat(record.key()).isEqualTo("k");
            assertThat(record.timestamp()).isGreaterThan(1_700_000_000_000L);
            assertThat(Topic.headers(record)).containsEntry("kafka.OVERRIDE_TOPIC", "evil").containsEntry("kafka.PARTITION_KEY", "999")
                    .containsEntry("number", "0.0000001").containsEntry("object", "{\"a\":[1,true]}").containsEntry("text", "\u00e4\ud83d\ude00")
                    .containsEntry("content-type", "application/json").doesNotContainKeys("nothing", "CE_ID", "Content-Type");
        });
    }
}
