package saga;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import harness.Routes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The transfer by TCC: both banks reserve it, and then both book it, or none. */
class TransferIsTriedAndConfirmedIT {

    private final Transfers transfers = new Transfers("tcc");
    private final List<Routes> running = new ArrayList<>();

    TransferIsTriedAndConfirmedIT() throws IOException {
        transfers.settings.put("tcc-transfer.step-timeout", "10m");
        transfers.settings.put("inbox.retry.max-attempts", "1000");
    }

    @BeforeEach
    void start() {
        running.add(Routes.start(transfers.served(), transfers.files("orchestrator", "bank A", "notifier")));
    }

    @AfterEach
    void stop() {
        running.forEach(Routes::close);
        transfers.close();
    }

    private void startBankB() {
        running.add(Routes.start(transfers.settings, transfers.files("bank B")));
    }

    @Test
    void transfersOfAllKindsEndWithAllInvariants() {
        startBankB();

        transfers.ofAllKindsEndWithAllInvariants();
    }

    /** Bank B is away: nothing is booked yet, and nobody else can have the money. */
    @Test
    void reservedMoneyIsInTheBooksAndCannotBeSpentTwice() {
        transfers.request("t-1", "a-1", "b-1", 900);
        Journeys.await().until(() -> transfers.bankA().count("reservation") == 1);

        transfers.request("t-2", "a-1", "b-1", 200);

        transfers.awaitStatus("t-2", "REJECTED INSUFFICIENT_FUNDS");
        assertThat(transfers.bankA().rows("SELECT balance, reserved FROM account WHERE id = 'a-1'").toString()).isEqualTo("[{balance=1000.00, reserved=900.00}]");
        assertThat(transfers.bankA().count("ledger_entry")).isZero();
        startBankB();
        transfers.awaitStatus("t-1", "COMPLETED");
        Awaitility.await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> assertThat(transfers.invariants().violations()).isEmpty());
    }

    /** What was tried can be confirmed, whatever comes between; and is, however often that fails. */
    @Test
    void confirmationIsRepeatedUntilItSucceedsAndOthersGoOn() {
        transfers.bankB().update("""
                CREATE TABLE broken (since timestamptz);
                INSERT INTO broken VALUES (now());
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF EXISTS (SELECT 1 FROM broken) THEN RAISE EXCEPTION 'refused by the test'; END IF; RETURN NEW; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON ledger_entry FOR EACH ROW WHEN (NEW.transfer_id = 't-1') EXECUTE FUNCTION refuse()""");
        startBankB();
        transfers.request("t-1", "a-1", "b-1", 10);
        Journeys.await().until(() -> transfers.bankB().count("inbox_parked WHERE error_message LIKE '%refused by the test%'") == 1);
        transfers.bankB().update("UPDATE account SET closed = true WHERE id = 'b-1'");

        transfers.request("t-2", "a-2", "b-2", 10);
        transfers.awaitStatus("t-2", "COMPLETED");
        assertThat(transfers.bankA().rows("SELECT state, step FROM saga WHERE saga_id = 't-1'").toString()).isEqualTo("[{state=CONFIRMING, step=2}]");
        assertThat(transfers.bankA().count("saga WHERE saga_id = 't-1' AND due_at IS NOT NULL")).isZero();
        transfers.bankB().update("DELETE FROM broken");

        transfers.awaitStatus("t-1", "COMPLETED");
        Awaitility.await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> assertThat(transfers.invariants().violations()).isEmpty());
    }

    /** The command is in the topic, and its time is over: the cancellation comes behind it, or before it. */
    @Test
    void tryThatIsNotAnsweredInTimeIsCancelled() {
        transfers.request("t-1", "a-1", "b-1", 10);
        Journeys.await().until(() -> transfers.bankA().count("saga WHERE step = 2") == 1);
        transfers.bankA().update("UPDATE saga SET due_at = now()");
        Journeys.await().until(() -> transfers.bankA().count("saga WHERE state = 'COMPENSATING'") == 1);

        startBankB();

        transfers.awaitStatus("t-1", "REJECTED TIMED_OUT");
        assertThat(transfers.bankB().rows("SELECT state FROM step_barrier").toString()).isEqualTo("[{state=UNDONE}]");
        Awaitility.await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> assertThat(transfers.invariants().violations()).isEmpty());
    }
}
