package inbox;

import java.util.Map;

import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** When the database refuses to keep a failed message as it is, there is a poorer way, and when it refuses that too, it is told and bounded. */
class RefusedBurialStopsNobodyIT {

    private final AnyHandler any = new AnyHandler();

    @Test
    void messageThatCanBeNeitherParkedNorBuriedIsKeptWithPayloadAndPlace() {
        any.refuse("inbox_parked", "true");
        any.refuse("dead_letter", "NEW.headers <> '{}'");
        any.send("k", "m-1", "fail");
        any.send("k", "m-1", "good");
        any.send("k", "m-2", "good");

        try (Routes routes = any.start()) {
            any.awaitReceived("m-1 DEAD", "m-2 HANDLED");
        }

        assertThat(any.effects()).as("a duplicate of a dead message has no effect").containsExactly("good");
        assertThat(any.database.rows("SELECT source, topic, topic_offset, convert_from(payload, 'UTF8') AS payload, attempts, error_class FROM dead_letter"))
                .containsExactly(Map.of("source", "bank-a", "topic", any.topic.name(), "topic_offset", 0L, "payload", "fail", "attempts", 3,
                        "error_class", "io.reliableroutes.LastResort"));
    }

    /** The poorer way is for what the database refuses, and not for an outage: then the message is kept as it is, later. */
    @Test
    void messageThatIsToBeKeptWhileTheDiskIsFullLosesNothing() {
        any.settings.put("inbox.outage-delay", "200ms");
        any.refuse("inbox_parked", "nextval('attempt') > 0", "53100");
        any.send("k", "m-1", "fail");
        any.send("k", "m-2", "good");

        try (Routes routes = any.start()) {
            AnyHandler.await().until(() -> any.attempts() > 1);
            any.refuse("inbox_parked", "false");
            any.awaitReceived("m-1 RETRYING", "m-2 PENDING");
        }

        assertThat(any.database.count("dead_letter")).isZero();
        assertThat(any.database.count("incident WHERE kind = 'BURIAL'")).as("refused burials").isZero();
        assertThat(any.database.rows("SELECT message_key, error_message, headers ->> 'ce_id' AS id FROM inbox_parked WHERE NOT behind")).containsExactly(
                Map.of("message_key", "k", "error_message", "the body says so", "id", "m-1"));
    }

    @Test
    void partitionThatMustWaitIsToldAndGoesOn() {
        any.refuse("inbox_parked", "nextval('attempt') > 0");
        any.refuse("dead_letter", "true");
        any.send("k", "m-1", "fail");
        any.send("other", "m-2", "good");

        try (Routes routes = any.start()) {
            any.awaitIncident();
            any.refuse("inbox_parked", "false");
            any.awaitReceived("m-1 RETRYING", "m-2 HANDLED");
        }
    }

    @Test
    void messageThatCannotBeAnnouncedIsBuriedQuietly() {
        any.settings.put("inbox.retry.first-delay", "100ms");
        any.settings.put("inbox.retry.max-attempts", "1");
        any.refuse("outbox_message", "true");
        any.send("k", "m-1", "fail");
        any.send("k", "m-2", "good");

        try (Routes routes = any.start()) {
            any.awaitReceived("m-1 DEAD", "m-2 HANDLED");
        }

        assertThat(any.database.rows("SELECT message_key, attempts, error_message, headers ->> 'ce_id' AS id FROM dead_letter")).containsExactly(
                Map.of("message_key", "k", "attempts", 4, "error_message", "the body says so", "id", "m-1"));
        assertThat(any.database.count("inbox_parked")).isZero();
    }

    @Test
    void parkedMessageThatCannotBeBuriedLetsOthersGoOnAndIsBuriedLater() {
        any.settings.put("inbox.retry.first-delay", "100ms");
        any.settings.put("inbox.retry.max-attempts", "1");
        any.settings.put("inbox.retry.delay", "10s");
        any.refuse("dead_letter", "NEW.message_id = 'm-1' AND nextval('attempt') > 0");
        any.send("k", "m-1", "fail");
        any.send("other", "m-2", "fail");

        try (Routes routes = any.start()) {
            any.awaitReceived("m-1 RETRYING", "m-2 DEAD");
            any.awaitIncident();
            long burials = any.attempts();
            any.send("third", "m-3", "fail");
            any.awaitReceived("m-3 DEAD");
            assertThat(any.attempts() - burials).as("statements of burials that were refused meanwhile").isLessThan(20);

            any.refuse("dead_letter", "false");
            any.awaitReceived("m-1 DEAD");
            AnyHandler.await().until(() -> any.database.count("incident WHERE kind = 'BURIAL' AND ended_at IS NULL") == 0);
        }

        assertThat(any.database.rows("SELECT attempts, error_message FROM dead_letter WHERE message_id = 'm-1'")).containsExactly(
                Map.of("attempts", 4, "error_message", "the body says so"));
    }

    @Test
    void failureThatTheDatabaseRefusesToTakeIsKeptWithoutItsWords() {
        any.settings.put("inbox.retry.first-delay", "100ms");
        any.settings.put("inbox.retry.max-attempts", "2");
        any.database.update("ALTER TABLE inbox_parked ADD CONSTRAINT refused CHECK (attempts < 4 OR error_message NOT LIKE '%says so%')");
        any.send("k", "m-1", "fail");
        any.send("other", "m-2", "good");

        try (Routes routes = any.start()) {
            any.awaitReceived("m-1 DEAD", "m-2 HANDLED");
        }

        assertThat(any.database.rows("SELECT attempts, error_class FROM dead_letter")).containsExactly(Map.of("attempts", 5, "error_class", "unknown"));
    }
}
