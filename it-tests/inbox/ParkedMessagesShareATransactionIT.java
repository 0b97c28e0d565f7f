package inbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import harness.CommitGate;
import harness.Java;
import harness.RouteProcess;
import harness.Routes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Parked messages that are due are handled by the hundred in a transaction, and each ends as it would have ended alone. */
class ParkedMessagesShareATransactionIT {

    private static final int KEYS = 20;
    private static final int EACH = 3;
    private static final int MESSAGES = KEYS * EACH;

    private final InboxFixture inbox = new InboxFixture();

    @TempDir
    private Path folder;

    /** The first message of each key has failed for the first time, the others wait behind it. */
    @BeforeEach
    void park() {
        inbox.settings.put("inbox.immediate-attempts", "1");
        inbox.settings.put("inbox.retry.first-delay", "1h");
        inbox.settings.put("inbox.retry.delay", "1h");
        inbox.fail("true");
        IntStream.rangeClosed(1, MESSAGES).forEach(i -> inbox.request("a-" + i % KEYS, "m-" + i, "t-" + i));
        try (Routes bank = inbox.start()) {
            InboxFixture.await().until(() -> inbox.database.count("inbox_parked") == MESSAGES);
        }
        assertThat(inbox.database.count("inbox_parked WHERE behind")).isEqualTo(MESSAGES - KEYS);
        inbox.fail("false");
        inbox.database.update("UPDATE inbox_parked SET next_attempt_at = now()");
    }

    private void awaitBooked(int messages) {
        InboxFixture.await().untilAsserted(() -> assertThat(inbox.booked()).as("booked; parked: %s",
                inbox.database.rows("SELECT message_id, behind, attempts, error_message FROM inbox_parked ORDER BY id LIMIT 5")).hasSize(messages));
        inbox.assertEffects(messages);
        for (int key = 0; key < KEYS; key++) {
            int each = key;
            assertThat(inbox.booked().stream().map(id -> Integer.parseInt(id.toString().substring(2))).filter(i -> i % KEYS == each)).as("key a-%s", key)
                    .isSorted().doesNotHaveDuplicates();
        }
    }

    private long transactions() {
        return (Long) inbox.database.value("SELECT count(DISTINCT xmin::text) FROM ledger_entry");
    }

    @Test
    void thoseThatAreDueAreHandledInOrderInAFewTransactions() {
        try (Routes bank = inbox.start()) {
            awaitBooked(MESSAGES);
            assertThat(inbox.database.count("inbox_parked")).isZero();
        }
        assertThat(transactions()).isLessThan(MESSAGES / 5);
    }

    @Test
    void oneThatFailsUsesUpItsOwnAttemptAndTheOthersHaveTheirEffect() {
        inbox.fail("NEW.transfer_id = 't-7'");

        try (Routes bank = inbox.start()) {
            awaitBooked(MESSAGES - EACH);
            InboxFixture.await().until(() -> inbox.database.count("inbox_parked WHERE message_id = 'm-7' AND attempts = 2 AND next_attempt_at > now()") == 1);
        }

        assertThat(inbox.database.rows("SELECT message_id, behind, attempts FROM inbox_parked ORDER BY id")).containsExactly(
                Map.of("message_id", "m-7", "behind", false, "attempts", 2), Map.of("message_id", "m-27", "behind", true, "attempts", 0),
                Map.of("message_id", "m-47", "behind", true, "attempts", 0));
    }

    @Test
    void oneWithoutAnAttemptLeftIsADeadLetterAndTheOthersHaveTheirEffect() {
        inbox.fail("NEW.transfer_id IN ('t-1', 't-9')");
        inbox.settings.put("inbox.retry.max-attempts", "1");

        try (Routes bank = inbox.start()) {
            awaitBooked(MESSAGES - 2);
            InboxFixture.await().until(() -> inbox.database.count("inbox_parked") == 0);
        }
        assertThat(inbox.database.rows("SELECT message_id, attempts FROM dead_letter ORDER BY message_id")).containsExactly(
                Map.of("message_id", "m-1", "attempts", 2), Map.of("message_id", "m-9", "attempts", 2));
    }

    @Test
    void oneThatIsDueAloneIsTriedOnce() {
        inbox.fail("nextval('attempt') > 0");
        inbox.database.update("UPDATE inbox_parked SET next_attempt_at = now() + interval '1 hour' WHERE message_id <> 'm-1'");

        try (Routes bank = inbox.start()) {
            InboxFixture.await().until(() -> inbox.database.count("inbox_parked WHERE message_id = 'm-1' AND attempts = 2 AND next_attempt_at > now()") == 1);
        }
        assertThat(inbox.attempts()).isEqualTo(1);
    }

    @Test
    void outageUsesUpNoAttempt() {
        inbox.outage("NEW.transfer_id = 't-5' AND nextval('attempt') < 4");

        try (Routes bank = inbox.start()) {
            awaitBooked(MESSAGES);
        }
        assertThat(inbox.deadLetters()).isEmpty();
    }

    @Test
    void handlerThatCallsMoreThanItsDatabaseHasATransactionForEach() throws IOException {
        Path credit = Files.writeString(folder.resolve("bank-b-credit-transfer.camel.yaml"),
                Files.readString(Java.root().resolve("routes/bank-b-credit-transfer.camel.yaml")) + "        - to:\n            uri: mock:outside\n");

        try (Routes bank = Routes.start(inbox.settings, credit.toString(), "bank-b-book-credit.camel.yaml")) {
            awaitBooked(MESSAGES);
        }
        assertThat(transactions()).isEqualTo(MESSAGES);
    }

    @Test
    void severalProcessesShareThem() throws SQLException {
        inbox.settings.put("inbox.batch-size", "5");
        try (Connection session = inbox.database.connect(); Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            statement.execute("SELECT FROM account FOR UPDATE");
            try (Routes first = inbox.start(); Routes second = inbox.start()) {
                InboxFixture.await().until(() -> inbox.database.waiting() == 2);
                session.rollback();
                awaitBooked(MESSAGES);
                assertThat(inbox.database.count("inbox_parked")).isZero();
            }
        }
    }

    @Test
    void crashAtTheCommitLosesNothing() {
        List<String> files = List.of("bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml");
        try (CommitGate gate = new CommitGate(inbox.database, "INSERT", "ledger_entry");
                RouteProcess bank = RouteProcess.camelMain(folder.resolve("log"), inbox.settings, files.toArray(String[]::new)).start()) {
            InboxFixture.await().until(() -> held() == 1);
            bank.kill();
            // else the server would commit what it has been told to
            InboxFixture.await().until(() -> held() == 0);
        }
        assertThat(inbox.booked()).isEmpty();

        try (Routes bank = inbox.start()) {
            awaitBooked(MESSAGES);
        }
    }

    private long held() {
        return inbox.database.waiting("advisory");
    }
}
