package inbox;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A message is recognised by CloudEvents' source and id, byte by byte, however long they are and whatever bytes they have. */
class IdentityIsSourceAndIdIT {

    private final InboxFixture inbox = new InboxFixture();
    private int sent;

    @Test
    void idsOfTwoSourcesAreTwoMessages() {
        send("bank-a", "m-1");
        send("bank-c", "m-1");
        send("bank-a", "m-1");

        assertBooked("t-1", "t-2");
    }

    @Test
    void longIdsAreNotCut() {
        send("bank-a", "m".repeat(250) + "1");
        send("bank-a", "m".repeat(250) + "2");
        send("s".repeat(5000) + "1", "m");
        send("s".repeat(5000) + "2", "m");
        send("bank-a", "m".repeat(250) + "1");
        send("s".repeat(5000) + "1", "m");

        assertBooked("t-1", "t-2", "t-3", "t-4");
    }

    @Test
    void idsBeyondTheBasicPlaneAreCountedOnceAndTheSameEverywhere() {
        // 120 characters, 240 UTF-16 units, 480 bytes
        send("bank-a", "\uD83D\uDE00".repeat(120));
        send("bank-a", "\uD83D\uDE00".repeat(119) + "x");
        send("bank-a", "\uD83D\uDE00".repeat(120));

        assertBooked("t-1", "t-2");
    }

    @Test
    void idsThatAreNoTextAreToldApart() {
        send(bytes("bank-a"), new byte[] {(byte) 0xff, 1});
        send(bytes("bank-a"), new byte[] {(byte) 0xfe, 1});
        send("bank-a", "a\0b");
        send("bank-a", "a\uFFFDb");
        send(bytes("bank-a"), new byte[] {(byte) 0xff, 1});
        send("bank-a", "a\0b");

        assertBooked("t-1", "t-2", "t-3", "t-4");
    }

    @Test
    void nobodyCanForgeAHashedId() {
        send("bank-a", "m".repeat(201));
        assertBooked("t-1");
        String hashed = inbox.database.value("SELECT message_id FROM inbox_message").toString();
        assertThat(hashed).matches("sha256:[0-9a-f]{64}");

        send("bank-a", hashed);
        assertBooked("t-1", "t-3");
    }

    @Test
    void ofSeveralHeadersOfOneNameTheLastCounts() {
        inbox.topic.sendRaw("k", bytes(InboxFixture.body("t-1")), List.of(Map.entry("ce_source", bytes("bank-x")), Map.entry("ce_id", bytes("m-1")),
                Map.entry("ce_source", bytes("bank-a"))));
        sent++;
        send("bank-a", "m-1");
        send("bank-x", "m-1");

        assertBooked("t-1", "t-3");
    }

    @Test
    void recordsOfAConsumerThatNamesItsSourceNeedNone() {
        inbox.settings.put("inbox.bank-b-credit-transfer.source", "bank-a");
        inbox.topic.send("k", InboxFixture.body("t-1"), Map.of("ce_id", "m-1"));
        sent++;
        send("bank-a", "m-1");
        send("bank-c", "m-1");

        assertBooked("t-1", "t-3");
        assertThat(inbox.deadLetters()).isEmpty();
    }

    @Test
    void keyOfAReleaseThatKnewNoSourceStandsForEverySource() {
        inbox.database.update("INSERT INTO inbox_message (consumer, message_id) VALUES ('bank-b-credit-transfer', 'm-1')");
        send("bank-a", "m-1");
        send("bank-a", "m-2");

        assertBooked("t-2");
    }

    @Test
    void deadLetterWithoutAnIdentityCanBeReplayedAndComesBackOnce() {
        inbox.topic.send("k", InboxFixture.body("t-1"), Map.of());
        inbox.topic.send("k", InboxFixture.body("t-2"), Map.of());
        sent = 2;
        send("bank-a", "m-3");
        assertBooked("t-3");

        assertThat(inbox.database.rows("SELECT source, message_id, status FROM msg_received WHERE status = 'DEAD' ORDER BY message_id")).hasSize(2)
                .first().satisfies(row -> assertThat(row.toString()).isEqualTo("{source=kafka:%s, message_id=0@0, status=DEAD}".formatted(inbox.topic.name())));
        inbox.database.update("INSERT INTO dead_letter_audit (action, who, reason, filter, letters) VALUES ('REPLAY', 'a', 'r', '{}', 2)");
        inbox.database.update("""
                WITH ended AS (UPDATE dead_letter SET ended_at = now(), audit_id = 1 RETURNING *)
                INSERT INTO inbox_parked (consumer, source, message_id, message_key, payload, headers, behind, attempts, next_attempt_at)
                SELECT consumer, source, message_id, message_key, payload, headers, false, 0, now() FROM ended""");
        assertBooked("t-3", "t-1", "t-2");
    }

    @Test
    void nobodySendsTheIdentityOfAPlace() {
        send("kafka:" + inbox.topic.name(), "0@1");
        inbox.topic.send("k", InboxFixture.body("t-2"), Map.of());
        send("kafka:" + inbox.topic.name(), "0@1");
        sent++;

        assertBooked("t-1");
        assertThat(inbox.database.rows("SELECT status FROM msg_received WHERE message_id = '0@1' ORDER BY status")).containsExactly(Map.of("status", "DEAD"), Map.of("status", "HANDLED"));
    }

    private void send(String source, String id) {
        send(bytes(source), bytes(id));
    }

    /** Transfer t-1 first, then t-2 and so on. */
    private void send(byte[] source, byte[] id) {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        headers.put("ce_id", id);
        headers.put("ce_source", source);
        inbox.topic.sendRaw("k", bytes(InboxFixture.body("t-" + ++sent)), List.copyOf(headers.entrySet()));
    }

    /** Then, and only then, are all records done. */
    private void assertBooked(String... transfers) {
        String last = "t-last" + ++sent;
        inbox.request("last-" + sent, last);
        try (Routes bank = inbox.start()) {
            InboxFixture.await().untilAsserted(() -> assertThat(inbox.booked()).as("dead letters: %s", inbox.deadLetters()).contains(last)
                    .filteredOn(transfer -> !transfer.toString().startsWith("t-last")).containsExactlyInAnyOrder((Object[]) transfers));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
