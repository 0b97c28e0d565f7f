package inbox;

import java.util.List;
import java.util.Map;

import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What happens to a message whose handler keeps failing, to those of its key behind it, and to those of other keys. */
class ParkedMessageHoldsItsKeyIT {

    private final InboxFixture inbox = new InboxFixture();

    @Test
    void keyWaitsBehindItsParkedMessageAndGoesOnInOrderWhileOtherKeysFlow() {
        inbox.requestsOfWhichTheFirstFails(2);
        inbox.request("other", "m-3", "t-3");
        inbox.request("m-4", "t-4");
        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-3");
            InboxFixture.await().untilAsserted(() -> assertThat(parked()).containsExactly("m-1 RETRYING", "m-2 PENDING", "m-4 PENDING"));

            inbox.fail("false");
            inbox.awaitBooked("t-3", "t-1", "t-2", "t-4");
            inbox.request("m-5", "t-5");
            inbox.awaitBooked("t-3", "t-1", "t-2", "t-4", "t-5");
        }

        inbox.assertEffects(5);
        assertThat(parked()).isEmpty();
        assertThat(inbox.database.rows("SELECT status, count(*) AS n FROM msg_received GROUP BY status")).containsExactly(Map.of("status", "HANDLED", "n", 5L));
    }

    @Test
    void emptyKeyIsAKey() {
        inbox.fail("NEW.transfer_id = 't-1' AND NOT EXISTS (SELECT FROM ledger_entry WHERE transfer_id = 't-3')");
        inbox.request("", "m-1", "t-1");
        inbox.request("", "m-2", "t-2");
        inbox.request("other", "m-3", "t-3");
        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-3", "t-1", "t-2");
        }
    }

    @Test
    void deadHeadOfAnEmptyKeyIsAnnouncedWithoutOne() {
        inbox.fail("NEW.transfer_id = 't-1'");
        inbox.settings.put("inbox.retry.max-attempts", "0");
        inbox.request("", "m-1", "t-1");
        inbox.request("", "m-2", "t-2");
        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-2");
        }
        assertThat(inbox.database.rows("SELECT message_key FROM dead_letter")).extracting(row -> row.get("message_key")).containsExactly("");
        assertThat(inbox.database.count("outbox_message WHERE destination LIKE '%.dead' AND message_key IS NULL")).isEqualTo(1);
    }

    @Test
    void deadHeadLetsItsFollowersGoInOrder() {
        inbox.requestsOfWhichTheFirstFails(3);
        inbox.settings.put("inbox.retry.max-attempts", "2");
        inbox.settings.put("inbox.batch-size", "1");
        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-2", "t-3");
        }

        inbox.assertEffects(2);
        assertThat(inbox.attempts()).as("3 attempts at once, 2 later").isEqualTo(5L);
        assertThat(inbox.deadLetters()).singleElement().satisfies(letter -> assertThat(letter).containsEntry("message_id", "m-1")
                .containsEntry("attempts", 5).containsEntry("payload", InboxFixture.body("t-1")));
        assertThat(inbox.database.rows("""
                SELECT destination, message_key, type, headers ->> 'dead-letter-message-id' AS id, headers ->> 'dead-letter-attempts' AS attempts,
                       convert_from(payload, 'UTF8') AS payload
                FROM outbox_message WHERE destination LIKE '%.dead'"""))
                .containsExactly(Map.of("destination", inbox.topic.name() + ".dead", "message_key", "a-1", "type", "transfer.requested.dead", "id", "m-1",
                        "attempts", "5", "payload", InboxFixture.body("t-1")));
    }

    @Test
    void followersOvertakeWhereOrderIsSkip() {
        inbox.requestsOfWhichTheFirstFails(2);
        inbox.settings.put("inbox.bank-b-credit-transfer.order", "skip");

        assertFirstIsHandledAfterTheSecond();
    }

    @Test
    void duplicateOfAParkedMessageHasNoEffectOfItsOwn() {
        inbox.requestsOfWhichTheFirstFails(1);
        inbox.request("m-1", "t-1");
        inbox.request("other", "m-2", "t-2");

        assertFirstIsHandledAfterTheSecond();
    }

    @Test
    void operatorCanGiveUpAParkedMessage() {
        inbox.requestsOfWhichTheFirstFails(2);
        inbox.settings.put("inbox.retry.first-delay", "1h");
        try (Routes bank = inbox.start()) {
            InboxFixture.await().untilAsserted(() -> assertThat(parked()).hasSize(2));
            inbox.database.update("UPDATE inbox_parked SET exhausted = true, next_attempt_at = now() WHERE message_id = 'm-1'");
            inbox.awaitBooked("t-2");
        }

        assertThat(inbox.deadLetters()).hasSize(1);
    }

    /** The first is parked while the second is handled, and is handled once when its handler fails no longer. */
    private void assertFirstIsHandledAfterTheSecond() {
        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-2");
            assertThat(parked()).containsExactly("m-1 RETRYING");
            inbox.fail("false");
            inbox.awaitBooked("t-2", "t-1");
        }

        inbox.assertEffects(2);
    }

    private List<String> parked() {
        return inbox.database.rows("SELECT message_id || ' ' || status AS parked FROM msg_received WHERE status IN ('PENDING', 'RETRYING') ORDER BY message_id")
                .stream().map(row -> row.get("parked").toString()).toList();
    }
}
