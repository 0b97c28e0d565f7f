package example;

import java.util.Map;

import demo.Bank;
import demo.Invariants;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The checker of the demo can fail: each test is a mutant of a correct end state that it must catch. */
class InvariantsIT {

    private static final Map<String, String> SENT = Map.of("m-1", "t-1", "m-2", "t-2", "m-3", "t-3");
    private final Bank bank = EndedTransfers.open();

    @Test
    void correctEndStateHolds() {
        Invariants invariants = new Invariants(bank, EndedTransfers.REQUESTS, SENT);

        assertThat(invariants.violations()).isEmpty();
        assertThat(invariants.hold()).isTrue();
        assertThat(invariants).hasToString("transfers=3 completed=2 rejected=1 notified=3 money=conserved lost=0 duplicate_effects=0 out_of_order=0");
    }

    @Test
    void lostMoneyIsCaught() {
        bank.bankB().update("UPDATE account SET balance = 10 WHERE id = 'b-1'; DELETE FROM ledger_entry WHERE transfer_id = 't-2'");

        assertCaught(SENT, "money=lost lost=1 duplicate_effects=0 out_of_order=0");
    }

    @Test
    void effectWithoutItsEntryIsCaught() {
        bank.bankB().update("UPDATE account SET balance = balance + 10 WHERE id = 'b-1'");

        assertCaught(SENT, "money=lost lost=0 duplicate_effects=1 out_of_order=0");
    }

    @Test
    void transferThatIsBookedTwiceIsCaught() {
        bank.bankB().update("""
                ALTER TABLE ledger_entry DROP CONSTRAINT transfer_is_booked_once;
                INSERT INTO ledger_entry (transfer_id, from_account, account_id, amount) VALUES ('t-2', 'a-1', 'b-1', 10);
                UPDATE account SET balance = balance + 10 WHERE id = 'b-1'
                """);

        assertCaught(SENT, "money=lost lost=0 duplicate_effects=1 out_of_order=0");
    }

    @Test
    void transferThatNeverEndsIsCaught() {
        bank.bankA().update("UPDATE transfer SET status = 'PENDING', reason = NULL, ended_at = NULL WHERE id = 't-3'");

        assertCaught(SENT, "lost=1 duplicate_effects=0 out_of_order=0");
    }

    @Test
    void customerWhoIsNotToldIsCaught() {
        assertCaught(Map.of("m-1", "t-1", "m-2", "t-2"), "notified=2 money=conserved lost=1 duplicate_effects=0 out_of_order=0");
    }

    @Test
    void customerWhoIsToldTwiceIsCaught() {
        assertCaught(Map.of("m-1", "t-1", "m-2", "t-2", "m-3", "t-3", "m-4", "t-3"), "lost=0 duplicate_effects=1 out_of_order=0");
    }

    @Test
    void creditsInTheWrongOrderAreCaught() {
        bank.bankB().update("UPDATE ledger_entry SET transfer_id = 't-x' WHERE transfer_id = 't-1'");
        bank.bankB().update("UPDATE ledger_entry SET transfer_id = 't-1' WHERE transfer_id = 't-2'");
        bank.bankB().update("UPDATE ledger_entry SET transfer_id = 't-2' WHERE transfer_id = 't-x'");

        assertCaught(SENT, "lost=0 duplicate_effects=0 out_of_order=1");
    }

    @Test
    void messageThatIsLeftBehindIsCaught() {
        bank.notifier().update("""
                INSERT INTO dead_letter (origin, consumer, message_id, topic, topic_partition, topic_offset, headers, attempts, error_class, error_message,
                                         first_failed_at)
                VALUES ('INBOX', 'c', 'm', 't', 0, 0, '{}', 1, 'e', 'm', now())
                """);

        assertCaught(SENT, "lost=1 duplicate_effects=0 out_of_order=0");
    }

    @Test
    void reservationThatIsLeftIsCaught() {
        bank.bankB().update("INSERT INTO reservation (transfer_id, from_account, account_id, amount) VALUES ('t-1', 'a-1', 'b-1', 1)");

        assertCaught(SENT, "lost=0 duplicate_effects=0 out_of_order=0 reserved=1");
    }

    @Test
    void reservedMoneyWithoutItsReservationIsCaught() {
        bank.bankA().update("UPDATE account SET reserved = 1 WHERE id = 'a-1'");

        assertCaught(SENT, "lost=0 duplicate_effects=0 out_of_order=0 reserved=1");
    }

    @Test
    void sagaThatHasNotEndedIsCaught() {
        bank.bankA().update("INSERT INTO saga (saga_id, saga_name, message_key, data, steps, step_timeout) VALUES ('t-1', 'transfer', 'a-1', '{}', '[{}]', '1h')");

        assertCaught(SENT, "lost=0 duplicate_effects=0 out_of_order=0 undecided=1");
    }

    private void assertCaught(Map<String, String> sent, String lastLine) {
        Invariants invariants = new Invariants(bank, EndedTransfers.REQUESTS, sent);

        assertThat(invariants.hold()).isFalse();
        assertThat(invariants.violations()).isNotEmpty();
        assertThat(invariants.toString()).endsWith(lastLine);
    }
}
