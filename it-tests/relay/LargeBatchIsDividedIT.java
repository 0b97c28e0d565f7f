package relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;

import harness.RouteProcess;
import harness.Routes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is too much for one batch, in bytes or in time, goes out in several. */
class LargeBatchIsDividedIT {

    private final RelayFixture outbox = new RelayFixture();

    @TempDir
    private Path folder;

    @Test
    void rowsThatTogetherAreMoreThanTheHeapGoOut() {
        outbox.database.update("""
                INSERT INTO outbox_message (destination, message_key, type, payload)
                SELECT 'transfer.requested', 'k' || i % 100, 't', convert_to(repeat('x', 200000), 'UTF8') FROM generate_series(1, 1500) AS i
                """);
        try (RouteProcess relay = RouteProcess.camelMain(folder.resolve("relay.log"), outbox.settings(), "bank-a-relay.camel.yaml").start()) {
            relay.awaitStarted();
            outbox.awaitEmpty();

            assertThat(relay.log()).doesNotContain("OutOfMemoryError");
        }

        assertThat(outbox.topic.size()).isGreaterThanOrEqualTo(1500);
    }

    @Test
    void rowWhoseStatementsTakeTooLongTogetherGoOutInSmallerBatches() {
        outbox.database.update("""
                CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.002); RETURN OLD; END $$;
                CREATE TRIGGER be_slow BEFORE DELETE ON outbox_message FOR EACH ROW EXECUTE FUNCTION be_slow();
                DROP ROLE IF EXISTS hurried;
                CREATE ROLE hurried LOGIN SUPERUSER;
                ALTER ROLE hurried SET statement_timeout = '200ms'
                """);
        outbox.insertMany(1000, 100);
        Map<String, String> settings = outbox.settings();
        settings.put("database.bank-a.user", "hurried");
        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            outbox.awaitEmpty();
        }

        RelayFixture.assertOrderPerKey(outbox.topic.records());
    }

    @Test
    void relayThatKeepsFailingIsAnIncidentUntilItWorksAgain() {
        outbox.database.update("""
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$;
                CREATE TRIGGER refuse BEFORE DELETE ON outbox_message FOR EACH ROW EXECUTE FUNCTION refuse()
                """);
        outbox.insert("k", "1");
        Map<String, String> settings = outbox.settings();
        settings.put("outbox.relay.outage-max-delay", "100ms");
        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            RelayFixture.await().untilAsserted(() -> assertThat(outbox.database.rows("SELECT kind, subject FROM incident WHERE ended_at IS NULL"))
                    .containsExactly(Map.of("kind", "RELAY", "subject", "bankA")));
            outbox.database.update("DROP TRIGGER refuse ON outbox_message");
            outbox.awaitEmpty();
            RelayFixture.await().untilAsserted(() -> assertThat(outbox.database.count("incident WHERE ended_at IS NULL")).isZero());
        }
    }
}
