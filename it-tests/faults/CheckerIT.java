package faults;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import demo.Bank;
import example.EndedTransfers;
import harness.Database;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What the checker claims beyond {@link demo.Invariants} can fail: each test is a mutant of a correct end state that it must catch. */
class CheckerIT {

    private final Map<String, String> sent = new HashMap<>();
    private final List<Sighting> wire = new ArrayList<>();
    private final Set<String> expired = new HashSet<>();
    private final Bank bank = EndedTransfers.open();

    @BeforeEach
    void messagesHaveBeenPublishedAndHandled() {
        List.of(bank.bankA(), bank.bankB(), bank.notifier()).forEach(Witness::install);
        for (int i = 1; i <= 3; i++) {
            String account = i == 3 ? "a-2" : "a-1";
            message(bank.bankA(), i, "transfer.requested", account, "r-" + i, "t-" + i, Receiver.CREDIT);
            message(bank.bankB(), i, i == 3 ? "transfer.rejected" : "transfer.completed", account, "c-" + i, "t-" + i, Receiver.SETTLE);
            message(bank.bankA(), i + 3, "transfer.settled", account, "s-" + i, "t-" + i, Receiver.NOTIFY);
            bank.notifier().update("INSERT INTO notification (transfer_id, account_id, status, message_id) VALUES (?, ?, 'COMPLETED', ?)",
                    "t-" + i, account, "s-" + i);
            sent.put("s-" + i, "t-" + i);
        }
    }

    /** A fact of a database that was published and received. */
    private void message(Database source, int fact, String topic, String key, String id, String transferId, Receiver receiver) {
        fact(source, fact, topic, key, id);
        publish(topic, key, id, transferId);
        receiver.database(bank).update("INSERT INTO inbox_message (consumer, message_id) VALUES (?, ?)", receiver.consumer, id);
    }

    private static void fact(Database source, int id, String topic, String key, String messageId) {
        source.update("INSERT INTO fact VALUES (?, ?, ?, ?)", id, messageId, topic, key);
    }

    private void publish(String topic, String key, String id, String transferId) {
        wire.add(new Sighting(topic, 0, wire.size(), key, id, transferId));
    }

    private Checker check(long allowedDuplicates) {
        return new Checker(bank, EndedTransfers.REQUESTS, sent, wire, expired, allowedDuplicates);
    }

    private void assertCaught(String violation) {
        assertThat(check(0).violations()).anySatisfy(line -> assertThat(line).contains(violation));
    }

    private void swap(String first, String second) {
        List<String> ids = wire.stream().map(Sighting::id).toList();
        Collections.swap(wire, ids.indexOf(first), ids.indexOf(second));
    }

    @Test
    void correctEndStateHolds() {
        assertThat(check(0).violations()).isEmpty();
        assertThat(check(0)).hasToString("transfers=3 completed=2 rejected=1 notified=3 money=conserved lost=0 duplicate_effects=0 "
                + "out_of_order=0 violations=0 duplicates_on_the_wire=0");
    }

    @Test
    void messageThatNobodyCommittedIsCaught() {
        publish("transfer.requested", "a-1", "r-4", "t-4");

        assertCaught("is no fact: the outbox was given null");
        assertCaught("t-4 is on transfer.requested and not booked");
    }

    @Test
    void messageUnderAnotherKeyIsCaught() {
        bank.bankA().update("UPDATE fact SET message_key = 'a-9' WHERE message_id = 'r-1'");

        assertCaught("is no fact: the outbox was given {id=1, message_id=r-1, destination=transfer.requested, message_key=a-9}");
    }

    @Test
    void factThatWasNeverPublishedIsCaught() {
        wire.removeIf(record -> record.id().equals("s-3"));

        assertCaught("message_id=s-3, destination=transfer.settled, message_key=a-2} was never published");
    }

    @Test
    void bookingWithoutAFactIsCaught() {
        wire.removeIf(record -> record.id().equals("c-2"));
        bank.bankB().update("DELETE FROM fact WHERE message_id = 'c-2'");

        assertCaught("t-2 is booked and not on transfer.completed");
    }

    @Test
    void twoMessagesForOneBookingAreCaught() {
        fact(bank.bankA(), 7, "transfer.requested", "a-2", "r-4");
        publish("transfer.requested", "a-2", "r-4", "t-3");

        assertCaught("t-3 has 2 messages on transfer.requested");
    }

    @Test
    void rejectionOfACreditedTransferIsCaught() {
        fact(bank.bankB(), 4, "transfer.rejected", "a-1", "c-4");
        publish("transfer.rejected", "a-1", "c-4", "t-1");

        assertCaught("t-1 is on transfer.rejected and not booked");
    }

    @Test
    void messagesInAnotherOrderThanTheirFactsAreCaught() {
        swap("s-1", "s-2");

        assertCaught("is published before Sighting[topic=transfer.settled, partition=0, offset=2");
    }

    @Test
    void factsInAnotherOrderThanTheRequestsAreCaught() {
        swap("c-1", "c-2");
        bank.bankB().update("UPDATE fact SET id = 3 - id WHERE id < 3");

        assertCaught("is published before Sighting[topic=transfer.completed, partition=0, offset=1");
    }

    @Test
    void repeatedMessageIsNoDisorderAndIsCounted() {
        publish("transfer.requested", "a-1", "r-1", "t-1");

        assertThat(check(1).violations()).isEmpty();
        assertCaught("1 records are on the wire a second time, and the faults explain 0");
    }

    @Test
    void messageWithoutEffectIsCaught() {
        bank.notifier().update("DELETE FROM notification WHERE transfer_id = 't-3'");

        assertCaught("id=s-3, transferId=t-3] is lost at notifier-send-notification");
    }

    @Test
    void notificationThatTheServiceDoesNotKnowIsCaught() {
        sent.put("s-3", "t-1");

        assertCaught("id=s-3, transferId=t-3] is lost at notifier-send-notification");
    }

    @Test
    void rejectionWithoutRefundIsCaught() {
        bank.bankA().update("DELETE FROM ledger_entry WHERE kind = 'REFUND'");

        assertCaught("id=c-3, transferId=t-3] is lost at bank-a-settle-transfer");
    }

    @Test
    void messageThatIsHandledAndDeadIsCaught() {
        bank.bankB().update("""
                INSERT INTO dead_letter (origin, consumer, message_id, topic, topic_partition, topic_offset, headers, attempts, error_class, error_message, first_failed_at)
                VALUES ('INBOX', 'bank-b-credit-transfer', 'r-1', 't', 0, 0, '{}', 1, 'e', 'm', now())
                """);

        assertCaught("id=r-1, transferId=t-1] is handled and dead at bank-b-credit-transfer");
    }

    @Test
    void messageThatIsHandledAndParkedIsCaught() {
        bank.bankB().update("""
                INSERT INTO inbox_parked (consumer, message_id, topic, topic_partition, topic_offset, headers, behind, attempts, next_attempt_at)
                VALUES ('bank-b-credit-transfer', 'r-1', 't', 0, 0, '{}', false, 0, now())
                """);

        assertCaught("id=r-1, transferId=t-1] is handled and parked at bank-b-credit-transfer");
    }

    @Test
    void effectWithoutItsKeyIsCaughtUnlessTheKeyHasExpired() {
        bank.bankA().update("DELETE FROM inbox_message WHERE message_id = 'c-1'");

        assertCaught("id=c-1, transferId=t-1] has no key at bank-a-settle-transfer");
        expired.add("bank-a-settle-transfer c-1");
        assertThat(check(0).violations()).isEmpty();
    }

    @Test
    void keyThatNoMessageHasIsCaught() {
        bank.notifier().update("INSERT INTO inbox_message (consumer, message_id) VALUES ('notifier-send-notification', 's-9')");

        assertCaught("notifier-send-notification has the key s-9, which no message has");
    }
}
