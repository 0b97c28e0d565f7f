package inbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;

import harness.Java;
import harness.Routes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What waits in a topic is handled by the hundred in a transaction, and each message ends as it would have ended alone. */
class MessagesOfAPollShareATransactionIT {

    private static final int MESSAGES = 120;

    private final InboxFixture inbox = new InboxFixture();

    @TempDir
    private Path folder;

    @Test
    void waitingMessagesAreHandledInOrderInAFewTransactions() {
        send(MESSAGES);

        try (Routes bank = inbox.start()) {
            inbox.awaitBooked(transfers(1, MESSAGES));
        }

        inbox.assertEffects(MESSAGES);
        assertThat(transactions("ledger_entry")).isLessThan(MESSAGES / 10);
        assertThat(inbox.database.value("SELECT max(position) FROM inbox_position")).isEqualTo(MESSAGES - 1L);
    }

    @Test
    void oneThatFailsEndsAsItWouldAloneAndTheOthersHaveTheirEffect() {
        inbox.fail("NEW.transfer_id = 't-50'");
        inbox.settings.put("inbox.bank-b-credit-transfer.retry.max-attempts", "0");
        IntStream.rangeClosed(1, MESSAGES).forEach(i -> inbox.request("a-" + i, "m-" + i, "t-" + i));

        try (Routes bank = inbox.start()) {
            InboxFixture.await().untilAsserted(() -> assertThat(inbox.booked()).hasSize(MESSAGES - 1));
            InboxFixture.await().untilAsserted(() -> assertThat(inbox.deadLetters()).hasSize(1));
        }

        inbox.assertEffects(MESSAGES - 1);
        assertThat(inbox.deadLetters()).singleElement()
                .satisfies(letter -> assertThat(letter).containsEntry("message_id", "m-50").containsEntry("attempts", 3));
        assertThat(inbox.booked()).doesNotHaveDuplicates().doesNotContain("t-50");
    }

    @Test
    void messageWhoseKeyIsHeldWaitsAndTheOthersDoNot() {
        inbox.fail("NEW.transfer_id = 't-1'");
        inbox.settings.put("inbox.retry.first-delay", "1h");
        inbox.request("held", "m-1", "t-1");
        try (Routes bank = inbox.start()) {
            InboxFixture.await().until(() -> inbox.database.count("inbox_parked") == 1);
        }
        inbox.request("other", "m-2", "t-2");
        inbox.request("held", "m-3", "t-3");
        inbox.request("other", "m-4", "t-4");

        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-2", "t-4");
        }

        assertThat(inbox.database.rows("SELECT message_id, behind FROM inbox_parked ORDER BY id"))
                .containsExactly(Map.of("message_id", "m-1", "behind", false), Map.of("message_id", "m-3", "behind", true));
        assertThat(transactions("ledger_entry")).isEqualTo(1);
    }

    @Test
    void messageThatIsThereTwiceHasOneEffect() {
        send(3);
        send(3);

        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-1", "t-2", "t-3");
            inbox.request("m-4", "t-4");
            inbox.request("m-2", "t-2");
            inbox.request("m-5", "t-5");
            inbox.awaitBooked("t-1", "t-2", "t-3", "t-4", "t-5");
        }
        inbox.assertEffects(5);
    }

    @Test
    void messagesThatAreKnownEndNoIncident() {
        send(3);
        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-1", "t-2", "t-3");
        }
        send(3);
        inbox.database.update("INSERT INTO incident (kind, subject, error_class, error_message) VALUES ('OUTAGE', ?, 'e', 'm')", InboxFixture.CONSUMER);
        try (Routes bank = inbox.start()) {
            InboxFixture.await().until(() -> inbox.database.value("SELECT max(position) FROM inbox_position").equals(5L));
            assertThat(inbox.database.count("incident WHERE ended_at IS NULL")).isOne();
        }
        inbox.request("m-4", "t-4");
        inbox.request("m-5", "t-5");

        try (Routes bank = inbox.start()) {
            InboxFixture.await().until(() -> inbox.database.count("incident WHERE ended_at IS NULL") == 0);
            inbox.awaitBooked("t-1", "t-2", "t-3", "t-4", "t-5");
        }
        assertThat(transactions("ledger_entry WHERE transfer_id > 't-3'")).isEqualTo(1);
    }

    /** One in ten fails, so hardly any hundred would do: the batches get smaller, and the most that are handled twice are few. */
    @Test
    void fewerShareATransactionWhereManyFail() {
        inbox.fail("nextval('attempt') > 0 AND NEW.transfer_id LIKE 't-%0'");
        inbox.settings.put("inbox.bank-b-credit-transfer.retry.max-attempts", "0");
        inbox.settings.put("inbox.immediate-attempts", "1");
        IntStream.rangeClosed(1, MESSAGES).forEach(i -> inbox.request("a-" + i, "m-" + i, "t-" + i));

        try (Routes bank = inbox.start()) {
            InboxFixture.await().untilAsserted(() -> assertThat(inbox.deadLetters()).hasSize(MESSAGES / 10));
            InboxFixture.await().untilAsserted(() -> assertThat(inbox.booked()).hasSize(MESSAGES - MESSAGES / 10));
        }

        inbox.assertEffects(MESSAGES - MESSAGES / 10);
        assertThat(transactions("ledger_entry")).isBetween(10L, MESSAGES * 9L / 10);
    }

    @Test
    void outageUsesUpNoAttempt() {
        inbox.outage("NEW.transfer_id = 't-2' AND nextval('attempt') < 6");
        send(4);

        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-1", "t-2", "t-3", "t-4");
        }

        inbox.assertEffects(4);
        assertThat(inbox.database.count("inbox_parked")).isZero();
        assertThat(inbox.deadLetters()).isEmpty();
    }

    @Test
    void handlerThatMarksARollbackOfOneMessageRollsBackNoOther() throws IOException {
        inbox.settings.put("inbox.retry.first-delay", "1h");
        Path book = book("""
                        - filter:
                            simple: ${variable.transfer[transferId]} == 't-2'
                            steps:
                              - rollback:
                                  markRollbackOnly: true
                """);
        IntStream.rangeClosed(1, 3).forEach(i -> inbox.request("a-" + i, "m-" + i, "t-" + i));

        try (Routes bank = Routes.start(inbox.settings, "bank-b-credit-transfer.camel.yaml", book.toString())) {
            inbox.awaitBooked("t-1", "t-3");
        }

        assertThat(inbox.database.rows("SELECT message_id, attempts FROM inbox_parked")).containsExactly(Map.of("message_id", "m-2", "attempts", 3));
        inbox.assertEffects(2);
    }

    @Test
    void handlerThatStopsEndsItsOwnMessageOnly() throws IOException {
        Path credit = Files.writeString(folder.resolve("bank-b-credit-transfer.camel.yaml"),
                Files.readString(Java.root().resolve("routes/bank-b-credit-transfer.camel.yaml")) + "        - stop: {}\n");
        send(5);

        try (Routes bank = Routes.start(inbox.settings, credit.toString(), "bank-b-book-credit.camel.yaml")) {
            inbox.awaitBooked(transfers(1, 5));
        }

        inbox.assertEffects(5);
        assertThat(transactions("ledger_entry")).isEqualTo(1);
    }

    @Test
    void handlerThatCallsOutsideTheDatabaseHasATransactionForEachMessage() {
        AnyHandler any = new AnyHandler();
        IntStream.rangeClosed(1, 5).forEach(i -> any.send("k", "m-" + i, "body " + i));

        try (Routes routes = any.start()) {
            AnyHandler.await().until(() -> any.effects().size() == 5);
        }
        assertThat(any.database.value("SELECT count(DISTINCT xmin::text) FROM effect")).isEqualTo(5L);
    }

    private Path book(String more) throws IOException {
        return Files.writeString(folder.resolve("bank-b-book-credit.camel.yaml"),
                Files.readString(Java.root().resolve("routes/bank-b-book-credit.camel.yaml")) + more);
    }

    private void send(int messages) {
        IntStream.rangeClosed(1, messages).forEach(i -> inbox.request("m-" + i, "t-" + i));
    }

    private static String[] transfers(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(i -> "t-" + i).toArray(String[]::new);
    }

    private long transactions(String table) {
        return (Long) inbox.database.value("SELECT count(DISTINCT xmin::text) FROM " + table);
    }
}
