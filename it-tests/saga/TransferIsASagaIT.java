package saga;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Routes;
import org.apache.camel.ProducerTemplate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The transfer as a saga of both banks: what is refused or comes too late is undone, and a compensation that fails stops nobody else. */
class TransferIsASagaIT {

    private final Transfers transfers = new Transfers("saga");
    private final List<Routes> running = new ArrayList<>();

    TransferIsASagaIT() throws IOException {
        transfers.settings.put("saga-transfer.step-timeout", "10m");
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

    private Routes startBankB(String... more) {
        List<String> files = new ArrayList<>(List.of(transfers.files("bank B")));
        files.addAll(List.of(more));
        running.add(Routes.start(transfers.settings, files.toArray(String[]::new)));
        return running.get(running.size() - 1);
    }

    @Test
    void transfersOfAllKindsEndWithAllInvariants() {
        startBankB();

        transfers.ofAllKindsEndWithAllInvariants();
    }

    /** The command is a dead letter, the compensation finds nothing to undo, and the replayed command comes behind its compensation. */
    @Test
    void commandBehindItsCompensationHasNoEffect() {
        transfers.settings.put("inbox.retry.max-attempts", "0");
        transfers.bankB().update("""
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused by the test'; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse()""");
        Routes bankB = startBankB("operate-end-letters.camel.yaml", "operate-problem.camel.yaml");
        transfers.request("t-6", "a-1", "b-1", 10);
        Journeys.await().until(() -> transfers.bankB().count("dead_letter") == 1);

        transfers.bankA().update("UPDATE saga SET due_at = now() WHERE saga_id = 't-6'");
        transfers.awaitStatus("t-6", "REJECTED TIMED_OUT");
        transfers.bankB().update("DROP TRIGGER refuse ON ledger_entry");
        replay(bankB);

        Journeys.await().until(() -> transfers.bankA().count("saga_step WHERE saga_id = 't-6' AND step = 2 AND ignored_answer = 'DO REFUSED'") == 1);
        assertThat(transfers.bankB().count("ledger_entry")).isZero();
        assertThat(transfers.bankB().rows("SELECT step, state FROM step_barrier").toString()).isEqualTo("[{step=2, state=VOID}]");
    }

    /** The credit is booked, its answer is late, and the money is spent meanwhile. */
    @Test
    void compensationThatFailsWaitsVisiblyAndStopsNobody() {
        transfers.settings.put("inbox.retry.max-attempts", "1");
        transfers.bankB().update("""
                CREATE FUNCTION spend() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE account SET balance = 0 WHERE id = 'b-1'; RETURN NULL; END $$;
                CREATE CONSTRAINT TRIGGER spend AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.account_id = 'b-1') EXECUTE FUNCTION spend();
                CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
                CREATE TRIGGER late BEFORE INSERT ON outbox_message FOR EACH ROW WHEN (convert_from(NEW.payload, 'UTF8') LIKE '%t-7%DONE%') EXECUTE FUNCTION late()""");
        Routes bankB = startBankB("operate-end-letters.camel.yaml", "operate-problem.camel.yaml");
        transfers.request("t-7", "a-1", "b-1", 10);
        Journeys.await().until(() -> transfers.bankB().count("ledger_entry WHERE transfer_id = 't-7'") == 1);
        transfers.bankB().update("DROP TRIGGER spend ON ledger_entry; DROP TRIGGER late ON outbox_message");

        transfers.bankA().update("UPDATE saga SET due_at = now() WHERE saga_id = 't-7'");
        Journeys.await().until(() -> transfers.bankB().count("dead_letter WHERE error_message LIKE '%balance_is_not_negative%'") == 1);
        for (int i = 0; i < 5; i++) {
            transfers.request("t-8" + i, "a-" + i, "b-2", 1);
        }
        for (int i = 0; i < 5; i++) {
            transfers.awaitStatus("t-8" + i, "COMPLETED");
        }
        assertThat(transfers.bankA().rows("SELECT state, step, reason FROM saga WHERE saga_id = 't-7'").toString()).isEqualTo("[{state=COMPENSATING, step=2, reason=TIMED_OUT}]");
        transfers.bankB().update("UPDATE account SET balance = 10 WHERE id = 'b-1'");
        replay(bankB);

        transfers.awaitStatus("t-7", "REJECTED TIMED_OUT");
        Awaitility.await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> assertThat(transfers.invariants().violations().stream().filter(violation -> !violation.contains("dead_letter"))).isEmpty());
    }

    @Test
    void eachApplicationWorksWithTheRightsOfItsRole() {
        running.forEach(Routes::close);
        running.clear();
        for (Database database : List.of(transfers.bankA(), transfers.bankB())) {
            database.apply("roles.sql");
            database.update("""
                    DO $$ BEGIN
                      CREATE ROLE only_orchestrates LOGIN IN ROLE reliable_routes_orchestrator;
                      CREATE ROLE only_takes_part LOGIN IN ROLE reliable_routes_receiver, reliable_routes_relay;
                    EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                    GRANT SELECT, INSERT, UPDATE ON account, ledger_entry TO only_takes_part""");
        }
        transfers.bankA().update("GRANT SELECT, INSERT, UPDATE ON account, transfer TO only_orchestrates");
        Map<String, String> orchestrates = transfers.served();
        orchestrates.put("database.bank-a.user", "only_orchestrates");
        transfers.settings.put("database.bank-a.user", "only_takes_part");
        transfers.settings.put("database.bank-b.user", "only_takes_part");
        running.add(Routes.start(orchestrates, transfers.files("orchestrator")));
        running.add(Routes.start(transfers.settings, transfers.files("bank A")));
        startBankB();

        transfers.request("t-10", "a-1", "nobody", 10);
        transfers.awaitStatus("t-10", "REJECTED UNKNOWN_ACCOUNT");
        transfers.request("t-11", "a-1", "b-1", 10);
        transfers.bankA().update("UPDATE saga SET due_at = now() WHERE saga_id = 't-11' AND state = 'RUNNING'");

        Journeys.await().until(() -> transfers.bankA().count("saga WHERE saga_id = 't-11' AND ended_at IS NOT NULL") == 1);
        assertThat(transfers.bankA().count("dead_letter") + transfers.bankA().count("incident") + transfers.bankB().count("dead_letter")).isZero();
    }

    private static void replay(Routes bankB) {
        try (ProducerTemplate operator = bankB.context().createProducerTemplate()) {
            Object answer = operator.request("direct:operate-end-letters", exchange -> {
                exchange.setVariable("action", "REPLAY");
                exchange.getMessage().setBody("{\"all\": true, \"who\": \"ann\", \"reason\": \"mended\"}");
            }).getMessage().getBody(String.class);
            assertThat(answer).asString().contains("\"letters\":1");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void repeatedRequestHasOneSagaAndItsFirstAnswer() {
        startBankB();
        transfers.request("t-9", "a-1", "b-1", 10);
        transfers.awaitStatus("t-9", "COMPLETED");
        Journeys.await().until(() -> transfers.bankA().count("outbox_message") == 0);

        transfers.request("t-9", "a-1", "b-1", 10);

        assertThat(transfers.bankA().count("saga")).isEqualTo(1);
        assertThat(transfers.bankA().rows("SELECT headers FROM outbox_message")).isEqualTo(List.<Map<String, Object>>of());
    }
}
