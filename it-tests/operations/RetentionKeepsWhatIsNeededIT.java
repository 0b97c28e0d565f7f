package operations;

import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Old keys, archived messages and ended letters go; what may still matter stays. */
class RetentionKeepsWhatIsNeededIT {

    private final OperatedBank bank = new OperatedBank();

    @Test
    void oldRowsGoInBatchesAndOpenLettersAndTheirKeysStay() {
        bank.database.update("""
                INSERT INTO inbox_message (consumer, message_id, received_at)
                SELECT 'c', 'm-' || i, now() - interval '31 days' FROM generate_series(1, 5000) AS i;
                INSERT INTO inbox_message (consumer, message_id) VALUES ('c', 'young');
                INSERT INTO outbox_sent (message_id, destination, type, content_type, payload, headers, created_at, sent_at)
                SELECT gen_random_uuid(), 'd', 't', 't', '', '{}', now(), now() - i * interval '20 hours' FROM generate_series(0, 2) AS i;
                INSERT INTO inbox_parked (consumer, message_id, headers, behind, attempts, next_attempt_at) VALUES ('c', 'm-1', '{}', false, 0, now());
                INSERT INTO dead_letter_audit (action, who, reason, filter, letters) VALUES ('DISCARD', 'a', 'r', '{}', 2);
                INSERT INTO dead_letter (origin, consumer, message_id, headers, attempts, error_class, error_message, first_failed_at, ended_at, audit_id)
                VALUES ('INBOX', 'c', 'm-2', '{}', 1, 'e', 'm', now() - interval '90 days', NULL, NULL),
                       ('INBOX', 'c', 'm-3', '{}', 1, 'e', 'm', now() - interval '90 days', now() - interval '16 days', 1),
                       ('INBOX', 'c', 'm-4', '{}', 1, 'e', 'm', now() - interval '90 days', now() - interval '14 days', 1)
                """);
        try (Routes routes = bank.start("operate-alerts.camel.yaml", "operate-alert-text.camel.yaml", "operate-alert-log.camel.yaml")) {
            OperatedBank.await().untilAsserted(() -> assertThat(bank.database.count("inbox_message")).isEqualTo(3));
        }

        assertThat(bank.database.rows("SELECT message_id FROM inbox_message ORDER BY message_id").toString()).isEqualTo(
                "[{message_id=m-1}, {message_id=m-2}, {message_id=young}]");
        assertThat(bank.database.count("outbox_sent")).isEqualTo(2);
        assertThat(bank.database.rows("SELECT message_id FROM dead_letter WHERE consumer = 'c' ORDER BY 1").toString())
                .isEqualTo("[{message_id=m-2}, {message_id=m-4}]");
    }

    /** Each look of a receiver says so again: nobody reads under the mistyped name any more. */
    @Test
    void topicWhoseNameWasCorrectedIsMissedNoLonger() {
        bank.database.update("""
                INSERT INTO incident (kind, subject, error_class, error_message, last_seen_at)
                VALUES ('TOPIC_MISSING', 'c mistyped', 'e', 'm', now() - interval '11 minutes'), ('TOPIC_SILENT', 'c mistyped', 'e', 'm', now() - interval '11 minutes'),
                       ('TOPIC_MISSING', 'c other', 'e', 'm', now()), ('TOPIC_MADE_ANEW', 'c other', 'e', 'm', now() - interval '11 minutes')""");
        try (Routes routes = bank.start("operate-alerts.camel.yaml", "operate-alert-text.camel.yaml", "operate-alert-log.camel.yaml")) {
            OperatedBank.await().untilAsserted(() -> assertThat(bank.database.count("incident WHERE ended_at IS NOT NULL")).isEqualTo(2));
        }

        assertThat(bank.database.rows("SELECT kind || ' ' || subject AS open FROM incident WHERE ended_at IS NULL ORDER BY 1").toString())
                .isEqualTo("[{open=TOPIC_MADE_ANEW c other}, {open=TOPIC_MISSING c other}]");
    }

    @Test
    void sagaThatHasEndedIsForgottenWithItsStepsAndAnOpenOneNever() {
        bank.database.update("""
                INSERT INTO saga (saga_id, saga_name, message_key, data, steps, step_timeout, state, started_at, ended_at)
                SELECT s.id, 'journey', 'k', '{}', '[{}]', '1h', s.state, now() - interval '90 days', now() - s.ago
                FROM (VALUES ('old', 'COMPLETED', interval '31 days'), ('young', 'COMPLETED', interval '29 days'), ('open', 'RUNNING', NULL)) AS s (id, state, ago);
                INSERT INTO saga_step (saga_id, step, name) SELECT saga_id, 1, 'flight' FROM saga""");
        try (Routes routes = bank.start("operate-alerts.camel.yaml", "operate-alert-text.camel.yaml", "operate-alert-log.camel.yaml")) {
            OperatedBank.await().untilAsserted(() -> assertThat(bank.database.count("saga WHERE saga_id = 'old'")).isZero());
        }

        assertThat(bank.database.rows("SELECT saga_id FROM saga_step ORDER BY saga_id").toString()).isEqualTo("[{saga_id=open}, {saga_id=young}]");
    }

    @Test
    void burialThatIsNotRefusedAnyMoreIsOver() {
        bank.database.update("""
                INSERT INTO incident (kind, subject, error_class, error_message, last_seen_at)
                VALUES ('BURIAL', 'silent', 'e', 'm', now() - interval '11 minutes'), ('BURIAL', 'waits', 'e', 'm', now() - interval '11 minutes'),
                       ('BURIAL', 'loud', 'e', 'm', now()), ('GAP', 'silent', 'e', 'm', now() - interval '11 minutes');
                INSERT INTO inbox_parked (consumer, message_id, headers, behind, exhausted, attempts, next_attempt_at)
                VALUES ('waits', 'm-1', '{}', false, true, 53, now() + interval '1 hour')""");
        try (Routes routes = bank.start("operate-alerts.camel.yaml", "operate-alert-text.camel.yaml", "operate-alert-log.camel.yaml")) {
            OperatedBank.await().untilAsserted(() -> assertThat(bank.database.count("incident WHERE ended_at IS NOT NULL")).isEqualTo(1));
        }

        assertThat(bank.database.value("SELECT kind || ' ' || subject FROM incident WHERE ended_at IS NOT NULL")).isEqualTo("BURIAL silent");
    }

    @Test
    void followersOfAMessageThatWasDeletedByHandGoOn() {
        bank.database.update("""
                INSERT INTO inbox_parked (consumer, message_id, message_key, headers, behind, attempts, next_attempt_at)
                VALUES ('c', 'm-2', 'k', '{}', true, 0, now()), ('c', 'm-3', 'k', '{}', true, 0, now())""");
        try (Routes routes = bank.start("operate-alerts.camel.yaml", "operate-alert-text.camel.yaml", "operate-alert-log.camel.yaml")) {
            OperatedBank.await().untilAsserted(() -> assertThat(bank.database.rows("SELECT message_id FROM inbox_parked WHERE NOT behind").toString())
                    .isEqualTo("[{message_id=m-2}]"));
        }
    }
}
