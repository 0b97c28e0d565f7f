package relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import harness.Database;
import harness.Kafka;
import harness.Ports;
import harness.Routes;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class OutageIT {

    @TempDir
    private Path folder;

    @Test
    void brokerOutageUsesUpNoAttemptAndLosesNothing() {
        try (Kafka kafka = new Kafka(folder.resolve("kafka")).start()) {
            RelayFixture outbox = new RelayFixture(kafka);
            Map<String, String> settings = outbox.settings();
            settings.put("outbox.relay.send-deadline", "3s");
            try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
                outbox.insertMany(50, 5);
                outbox.awaitEmpty();

                kafka.kill();
                outbox.database.update("""
                        INSERT INTO outbox_message (destination, message_key, type, payload)
                        SELECT 'transfer.requested', 'k' || i % 5, 't', convert_to((i / 5 + 11)::text, 'UTF8') FROM generate_series(0, 49) AS i
                        """);
                RelayFixture.await().until(() -> relay.failures() > 1);
                kafka.start();
                outbox.awaitEmpty();
            }

            assertThat(outbox.database.count("outbox_parked")).isZero();
            assertThat(outbox.topic.records().stream().map(record -> record.key() + new String(record.value())).distinct()).hasSize(100);
            RelayFixture.assertOrderPerKey(outbox.topic.records());
        }
    }

    @Test
    void databaseRestartLosesNothing() throws IOException {
        RelayFixture broker = new RelayFixture();
        Path data = Files.createDirectory(folder.resolve("postgres"));
        EmbeddedPostgres first = postgres(data, Ports.free()).start();
        Database database = new Database("jdbc:postgresql://localhost:" + first.getPort() + "/postgres").apply("schema.sql");
        Map<String, String> settings = broker.settings();
        settings.put("database.bank-a.url", database.url());
        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            database.insertOutbox("transfer.requested", "k", "1");
            RelayFixture.await().untilAsserted(() -> assertThat(broker.topic.bodies()).contains("1"));
            // else its transaction ends with the server, and it goes out once more
            RelayFixture.await().until(() -> database.count("outbox_message") == 0);

            first.close();
            EmbeddedPostgres second = postgres(data, first.getPort()).start();
            database.insertOutbox("transfer.requested", "k", "2");
            RelayFixture.await().untilAsserted(() -> assertThat(broker.topic.bodies()).containsExactly("1", "2"));
            second.close();
        }
    }

    private static EmbeddedPostgres.Builder postgres(Path data, int port) {
        return EmbeddedPostgres.builder().setDataDirectory(data).setCleanDataDirectory(false).setPort(port)
                .setPGStartupWait(Duration.ofSeconds(60));
    }
}
