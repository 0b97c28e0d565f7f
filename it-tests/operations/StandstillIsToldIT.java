package operations;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

import harness.RouteProcess;
import harness.Routes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What makes no progress for longer than its bound is told once, and told again when it goes on. What waits by design is no standstill. */
class StandstillIsToldIT {

    private static final String OLD = "now() - interval '6 minutes'";
    private static final String CONSUMER = "bank-b-credit-transfer";

    private final OperatedBank bank = new OperatedBank();

    @TempDir
    private Path folder;

    @BeforeEach
    void lookOften() {
        bank.settings.put("standstill.poll-delay", "200ms");
        bank.settings.put("alert.window", "1s");
        bank.settings.put("outbox.destination.transfer.completed", bank.topic.name());
    }

    @Test
    void messageWaitsWhileTheRelayIsKilled() {
        try (Routes routes = operate(); RouteProcess relay = RouteProcess.camelMain(folder.resolve("log"), bank.settings, "bank-b-relay.camel.yaml")) {
            relay.start().awaitStarted();
            send("now()");
            OperatedBank.await().untilAsserted(() -> assertThat(bank.database.count("outbox_message")).isZero());
            relay.kill();
            send(OLD);

            assertThat(told("OUTBOX_WAITS outbox_message")).contains("to transfer.completed waits since");
            relay.start();
            assertOver("OUTBOX_WAITS outbox_message");
        }
    }

    @Test
    void messageWaitsWhileASessionHoldsTheShards() throws SQLException {
        try (Routes routes = operate("bank-b-relay.camel.yaml"); Connection session = bank.database.connect(); Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            statement.execute("SELECT FROM outbox_shard FOR UPDATE");
            send(OLD);

            told("OUTBOX_WAITS outbox_message");
            session.rollback();
            assertOver("OUTBOX_WAITS outbox_message");
        }
    }

    @Test
    void delayedMessageIsDueWhileNoOutboxRetryRuns() {
        bank.database.update("INSERT INTO outbox_parked (id, message_id, destination, shard, type, content_type, payload, headers, created_at, reason, attempts, next_attempt_at) "
                + "VALUES (0, gen_random_uuid(), 'transfer.completed', 0, 't', 'text/plain', 'x', '{}', now(), 'DELAYED', 0, " + OLD + ")");
        try (Routes routes = operate(); RouteProcess relay = RouteProcess.camelMain(folder.resolve("log"), bank.settings, "bank-b-relay.camel.yaml")) {
            assertThat(told("RETRY_OVERDUE outbox")).contains("1 messages and destinations are overdue");
            relay.start();
            assertOver("RETRY_OVERDUE outbox");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void parkedMessageIsDueWhileNobodyTriesItOrItsHandlerWaitsForALock(boolean receiverRuns) throws SQLException {
        bank.settings.put("standstill.retry", "1s");
        try (Connection session = bank.database.connect(); Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            statement.execute("SELECT FROM account FOR UPDATE");
            bank.letters(2, CONSUMER, "java.lang.A");
            try (Routes routes = operate(); RouteProcess receiver = RouteProcess.camelMain(folder.resolve("log"), bank.settings, "bank-b-credit-transfer.camel.yaml",
                    "bank-b-book-credit.camel.yaml")) {
                if (receiverRuns) {
                    receiver.start().awaitStarted();
                }
                bank.post("/replay", "{\"all\":true,\"who\":\"ann\",\"reason\":\"r\"}");

                assertThat(told("RETRY_OVERDUE inbox of " + CONSUMER)).contains("2 messages are overdue");
                session.rollback();
                if (!receiverRuns) {
                    receiver.start();
                }
                assertOver("RETRY_OVERDUE inbox of " + CONSUMER);
                OperatedBank.await().untilAsserted(() -> assertThat(bank.database.count("ledger_entry")).isEqualTo(2));
            }
        }
    }

    @Test
    void sagaWaitsForAnAnswerOrForATimeOutThatNobodyMakes() {
        bank.database.update("INSERT INTO saga (saga_id, saga_name, message_key, data, steps, step_timeout, state, reason, asked_at, due_at) "
                + "VALUES ('s-1', 'journey', 'k', '{}', '[{\"name\": \"flight\"}]', '1h', 'COMPENSATING', 'NO', now() - interval '2 hours', NULL), "
                + "('s-2', 'journey', 'k', '{}', '[{\"name\": \"flight\"}]', '1h', 'RUNNING', NULL, now(), " + OLD + ")");
        try (Routes routes = operate()) {
            assertThat(told("SAGA_WAITS saga journey")).contains("1 sagas wait for their participants").contains("s-1 is COMPENSATING at step flight");
            assertThat(told("RETRY_OVERDUE saga journey")).contains("1 sagas are overdue");
            bank.database.update("DELETE FROM saga");
            assertOver("SAGA_WAITS saga journey");
            assertOver("RETRY_OVERDUE saga journey");
        }
    }

    @Test
    void rowsAreNotDeletedWhileASessionHoldsThem() throws SQLException {
        bank.database.update("INSERT INTO inbox_message (consumer, message_id, received_at) VALUES ('c', 'm', now() - interval '32 days')");
        bank.database.update("INSERT INTO outbox_sent (message_id, destination, type, content_type, payload, headers, created_at, sent_at) "
                + "VALUES (gen_random_uuid(), 'd', 't', 'text/plain', 'x', '{}', now(), now() - interval '3 days')");
        try (Connection session = bank.database.connect(); Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            statement.execute("SELECT FROM inbox_message FOR UPDATE");
            statement.execute("SELECT FROM outbox_sent FOR UPDATE");
            try (Routes routes = operate()) {
                told("RETENTION_OVERDUE inbox_message");
                told("RETENTION_OVERDUE outbox_sent");
                session.rollback();
                assertOver("RETENTION_OVERDUE inbox_message");
                assertOver("RETENTION_OVERDUE outbox_sent");
            }
        }
    }

    @Test
    void whatWaitsByDesignIsNoStandstill() {
        bank.letters(1, "c", "java.lang.A");
        bank.database.update("UPDATE inbox_message SET received_at = now() - interval '90 days'");
        bank.database.update("INSERT INTO outbox_closed (destination, closed_at, next_probe_at, error_class, error_message) VALUES ('d', " + OLD + ", now() + interval '1 day', 'e', 'm')");
        for (String row : List.of("'DELAYED', now() + interval '1 day'", "'BEHIND', NULL", "'CLOSED', NULL", "'RELEASED', now()")) {
            bank.database.update("INSERT INTO outbox_parked (id, message_id, destination, shard, type, content_type, payload, headers, created_at, parked_at, reason, next_attempt_at, attempts) "
                    + "VALUES (1, gen_random_uuid(), 'd', 0, 't', 'text/plain', 'x', '{}', " + OLD + ", " + OLD + ", " + row + ", 0)");
        }
        for (String row : List.of("false, now() + interval '1 day'", "true, " + OLD)) {
            bank.database.update("INSERT INTO inbox_parked (consumer, message_id, message_key, payload, headers, parked_at, attempts, behind, next_attempt_at) "
                    + "VALUES ('c', gen_random_uuid()::text, 'k', 'x', '{}', " + OLD + ", 0, " + row + ")");
        }
        // a look has been made when this one is told
        bank.database.update("INSERT INTO inbox_parked (consumer, message_id, payload, headers, attempts, behind, next_attempt_at) VALUES ('d', 'm', 'x', '{}', 0, false, " + OLD + ")");
        try (Routes routes = operate()) {
            told("RETRY_OVERDUE inbox of d");

            assertThat(bank.database.rows("SELECT kind, subject FROM incident")).containsExactly(Map.of("kind", "RETRY_OVERDUE", "subject", "inbox of d"));
        }
    }

    private Routes operate(String... files) {
        String[] all = new String[files.length + 3];
        System.arraycopy(files, 0, all, 3, files.length);
        System.arraycopy(new String[] {"operate-alerts.camel.yaml", "operate-alert-text.camel.yaml", "operate-alert-log.camel.yaml"}, 0, all, 0, 3);
        return bank.start(all);
    }

    private void send(String createdAt) {
        bank.database.update("INSERT INTO outbox_message (destination, type, payload, created_at) VALUES ('transfer.completed', 't', 'x', " + createdAt + ")");
    }

    /** The words of the incident, when it has been told and is still open. */
    private String told(String incident) {
        OperatedBank.await().untilAsserted(() -> assertThat(incidents("ended_at IS NULL AND alerted_at IS NOT NULL")).contains(incident));
        return bank.database.value("SELECT error_message FROM incident WHERE kind || ' ' || subject = ?", incident).toString();
    }

    private void assertOver(String incident) {
        OperatedBank.await().untilAsserted(() -> assertThat(incidents("ended_at IS NOT NULL AND end_alerted_at IS NOT NULL")).contains(incident));
    }

    private List<String> incidents(String condition) {
        return bank.database.rows("SELECT kind || ' ' || subject AS incident FROM incident WHERE " + condition).stream().map(row -> row.get("incident").toString()).toList();
    }
}
