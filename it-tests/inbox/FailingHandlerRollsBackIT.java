package inbox;

import java.util.List;

import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FailingHandlerRollsBackIT {

    private final InboxFixture inbox = new InboxFixture();

    @Test
    void failingHandlerIsTriedAgainInAFreshTransaction() {
        inbox.fail("nextval('attempt') < 3");
        inbox.request("m-1", "t-1");

        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-1");
        }

        inbox.assertEffects(1);
        // each attempt saw a transaction of its own: sequences do not roll back, and each value was noted by another transaction
        assertThat(inbox.attempts()).isEqualTo(3L);
        assertThat(inbox.database.count("dead_letter")).isZero();
    }

    @Test
    void handlerThatAlwaysFailsLeavesADeadLetterAndNothingElseAndTheNextRecordFlows() {
        inbox.requestsOfWhichTheFirstFails(2);
        inbox.settings.put("inbox.bank-b-credit-transfer.retry.max-attempts", "0");
        // in a batch with the other one it would be tried once more
        inbox.settings.put("inbox.batch-size", "1");

        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-2");
        }

        inbox.assertEffects(1);
        assertThat(inbox.attempts()).as("attempts").isEqualTo(3L);
        assertThat(inbox.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter).containsEntry("message_id", "m-1").containsEntry("attempts", 3).containsEntry("payload", InboxFixture.body("t-1"));
            assertThat(letter.get("error_message").toString()).contains("refused by the test");
        });
        assertThat(inbox.database.rows("SELECT message_id, status FROM msg_received ORDER BY message_id")
                .stream().map(row -> List.copyOf(row.values())).toList())
                .containsExactly(List.of("m-1", "DEAD"), List.of("m-2", "HANDLED"));
    }
}
