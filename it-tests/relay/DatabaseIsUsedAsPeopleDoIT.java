package relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Routes;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.Test;

/** Databases are published, restored, and written to while a relay has a batch in its hands. */
class DatabaseIsUsedAsPeopleDoIT {

    private final RelayFixture outbox = new RelayFixture();
    private final Map<String, String> settings = outbox.settings();

    @Test
    void publishedDatabaseIsRelayedArchivedAndCleaned() throws IOException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().setPGStartupWait(Duration.ofSeconds(60)).setServerConfig("wal_level", "logical").start()) {
            Database database = new Database("jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres").apply("schema.sql");
            database.update("CREATE PUBLICATION everything FOR ALL TABLES");
            settings.put("database.bank-a.url", database.url());
            settings.put("outbox.archive", "true");
            settings.put("outbox.archive-retention", "1ms");
            settings.put("retention.poll-delay", "100ms");
            settings.put("operate.data-source", "bankA");
            database.insertOutbox("transfer.requested", "k", "1");
            database.insertOutbox("not.mapped", "k", "1");
            try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml", "operate-alerts.camel.yaml", "operate-alert-log.camel.yaml", "operate-alert-text.camel.yaml")) {
                RelayFixture.await().untilAsserted(() -> assertThat(database.count("outbox_message") + database.count("outbox_sent")).isZero());
                database.update("DELETE FROM outbox_parked");
            }
        }

        assertThat(outbox.topic.bodies()).containsExactly("1");
    }

    @Test
    void tablesHavePrimaryKeysWithoutGeneratedColumns() {
        assertThat(outbox.database.rows("""
                SELECT c.relname FROM pg_class c
                WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT EXISTS (
                  SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND NOT EXISTS (
                    SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey) AND a.attgenerated <> ''))
                """)).isEmpty();
    }

    @Test
    void delayedMessageIsWrittenWhileABatchIsOnItsWay() throws SQLException {
        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            outbox.insert("k", "0");
            outbox.awaitEmpty();
            outbox.topic.kafka().pause();
            try (Connection connection = outbox.database.connect(); Statement statement = connection.createStatement()) {
                outbox.insertMany(200, 100);
                RelayFixture.await().until(() -> outbox.database.rows("SELECT shard FROM outbox_shard FOR UPDATE SKIP LOCKED").size() < 64);

                statement.execute("SET lock_timeout = '500ms'");
                assertThat(statement.executeUpdate("""
                        INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, created_at,
                                                   reason, attempts, next_attempt_at)
                        SELECT 0, gen_random_uuid(), 'transfer.requested', 'k', s.shard, 't', 't', 'x', '{}', now(), 'DELAYED', 0, now() + interval '1 day'
                        FROM outbox_shard s""")).isEqualTo(64);
            } finally {
                outbox.topic.kafka().resume();
            }
            outbox.awaitEmpty();
        }
    }

    @Test
    void identityThatStartsAgainBelowWaitingMessagesIsToldAndMovedOn() {
        outbox.database.update("SELECT setval(pg_get_serial_sequence('outbox_message', 'id'), 1000)");
        outbox.insert("k", "1");
        outbox.database.update("ALTER TABLE outbox_message ALTER COLUMN id RESTART WITH 1");
        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            outbox.awaitEmpty();
            outbox.insert("k", "2");
            outbox.awaitEmpty();
        }

        assertThat(outbox.topic.bodies()).containsExactly("1", "2");
        assertThat((Long) outbox.database.value("SELECT last_value FROM outbox_message_id_seq")).isGreaterThan(1001);
        assertThat(outbox.database.rows("SELECT kind, subject FROM incident")).containsExactly(Map.of("kind", "ORDER", "subject", "bankA"));
    }

    @Test
    void schemaMovesAnIdentityOnThatStartsAgain() {
        outbox.insertMany(10, 1);
        outbox.database.update("ALTER TABLE outbox_message ALTER COLUMN id RESTART WITH 1");
        outbox.database.apply("schema.sql");

        outbox.insert("k", "11");

        assertThat(outbox.database.value("SELECT max(id) FROM outbox_message")).isEqualTo(11L);
    }

    @Test
    void idThatIsGivenTwiceStopsNeitherSenderNorRelay() {
        outbox.insert("k", "1");
        outbox.database.update("ALTER TABLE outbox_message ALTER COLUMN id RESTART WITH 1");
        outbox.insert("k", "2");
        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            outbox.awaitEmpty();
        }

        assertThat(outbox.topic.bodies()).containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void keysOfAnyLengthAreKept() {
        String key = "ab\u00e4\ud83d\ude00".repeat(20_000);
        for (String destination : List.of("not.mapped", "transfer.requested")) {
            outbox.database.update("""
                    INSERT INTO outbox_message (destination, message_key, type, payload)
                    SELECT ?, string_agg(md5(i::text || ?), ''), 't', 'x' FROM generate_series(1, 10000) AS i
                    """, destination, destination);
            outbox.database.insertOutbox(destination, key, "y");
        }
        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            outbox.awaitEmpty();
        }

        assertThat(outbox.topic.records()).hasSize(2).anySatisfy(record -> assertThat(record.key()).isEqualTo(key))
                .anySatisfy(record -> assertThat(record.key()).hasSize(320_000));
        assertThat(outbox.database.rows("SELECT reason FROM outbox_parked")).hasSize(2).containsOnly(Map.of("reason", "CLOSED"));
    }
}
