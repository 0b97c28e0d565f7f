package xa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

import harness.Database;
import harness.RouteProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Only what a message or its handler has done wrong is an attempt; neither the broker's count nor a restart, an outage or a crash is. */
class AttemptsAreCountedInTheDatabaseIT {

    private static final String QUICK = "camel.component.jms.recoveryInterval=100";

    @TempDir
    private Path folder;
    private XaFixture xa;

    @BeforeEach
    void start() {
        xa = new XaFixture(folder);
        xa.settings.put("inbox.outage-delay", "100ms");
    }

    @AfterEach
    void stop() {
        xa.close();
    }

    @Test
    void restartAfterAnOutageLeavesAMessageAllItsAttempts() {
        Database bank = xa.bank.bankA();
        try (RouteProcess process = xa.transfers(QUICK).start().awaitStarted()) {
            xa.fill("transfer");
            xa.request("t-1", "a-1", "b-1", "1.00");
            awaitPauses(process, 7);
        }
        xa.free("transfer");
        fail(bank, "nextval('failure') > 2");

        try (RouteProcess process = xa.transfers(QUICK).start().awaitStarted()) {
            xa.awaitCompleted("t-1", process);
            assertNothingIsKept(process);
        }
    }

    @Tag("soak")
    @Test
    void attemptsBeforeAndAfterARestartAreAddedUp() {
        Database bank = xa.bank.bankA();
        xa.settings.put("inbox.immediate-attempts", "4");
        fail(bank, "false");
        // the third attempt waits
        bank.update("CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('held') = 3 THEN PERFORM pg_advisory_xact_lock(1); END IF; RETURN NEW; END $$");
        bank.update("CREATE SEQUENCE held");
        bank.update("CREATE TRIGGER a_hold BEFORE UPDATE ON transfer FOR EACH ROW EXECUTE FUNCTION hold()");
        try (java.sql.Connection lock = bank.connect(); java.sql.Statement statement = lock.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(1)");
            try (RouteProcess process = xa.transfers(QUICK).start().awaitStarted()) {
                xa.request("t-1", "a-1", "b-1", "1.00");
                XaFixture.await().until(() -> bank.value("SELECT last_value FROM held").equals(3L));
                assertThat(bank.rows("SELECT attempts, error_class IS NOT NULL AS explained FROM inbox_attempt")).as(process.log())
                        .containsExactly(Map.of("attempts", 2, "explained", true));
            }
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }

        try (RouteProcess process = xa.transfers(QUICK).start().awaitStarted()) {
            XaFixture.await().untilAsserted(() -> assertThat(bank.rows("SELECT attempts, error_message FROM inbox_parked")).as(process.log()).singleElement()
                    .satisfies(row -> assertThat(row).containsEntry("attempts", 4)
                            .hasEntrySatisfying("error_message", message -> assertThat((String) message).contains("the test says so"))));
            assertThat(bank.count("inbox_attempt")).as("its row goes with the parking").isZero();
            xa.assertSettled(process);
        }
    }

    @Test
    void messagesWaitWhileTheObjectStoreIsAway() throws IOException {
        // Narayana tries for ten seconds to write a decision
        xa.settings.put("inbox.immediate-attempts", "1");
        try (RouteProcess process = xa.transfers(QUICK).start().awaitStarted()) {
            xa.request("t-0", "a-1", "b-1", "1.00");
            xa.awaitCompleted("t-0", process);
            Path store = Files.list(folder.resolve("store")).filter(Files::isDirectory).findFirst().orElseThrow();
            Path away = Files.move(store, folder.resolve("away"));
            Files.createFile(store);

            for (int i = 1; i <= 5; i++) {
                xa.request("t-" + i, "a-1", "b-1", "1.00");
            }
            awaitPauses(process, 2);
            assertNothingIsKept(process);
            // at once: a process that tries meanwhile would make folders in its place
            Files.move(Files.createSymbolicLink(folder.resolve("link"), away), store, StandardCopyOption.ATOMIC_MOVE);

            for (int i = 1; i <= 5; i++) {
                xa.awaitCompleted("t-" + i, process);
            }
            assertNothingIsKept(process);
            assertThat(process.log()).contains("could not be written into xa.object-store");
            xa.assertSettled(process);
        }
    }

    @Tag("soak")
    @Test
    void messagesWaitWhileAllPreparedTransactionsAreTaken() {
        Database other = xa.postgres.database("notifier");
        int slots = 100;
        try (RouteProcess process = xa.transfers(QUICK).start().awaitStarted()) {
            for (int i = 0; i < slots; i++) {
                other.update("BEGIN; SELECT pg_current_xact_id(); PREPARE TRANSACTION 'taken-" + i + "'");
            }

            for (int i = 1; i <= 5; i++) {
                xa.request("t-" + i, "a-1", "b-1", "1.00");
            }
            awaitPauses(process, 7);
            assertNothingIsKept(process);
            for (int i = 0; i < slots; i++) {
                other.update("ROLLBACK PREPARED 'taken-" + i + "'");
            }

            for (int i = 1; i <= 5; i++) {
                xa.awaitCompleted("t-" + i, process);
            }
            assertNothingIsKept(process);
            xa.assertSettled(process);
        }
    }

    @Test
    void messageThatKillsEachProcessIsADeadLetterAtLastAndTheNextOneIsHandled() {
        Database bank = xa.bank.bankA();
        // else the first process would handle it with the other one, and then again
        xa.settings.put("inbox.batch-size", "1");
        String halt = """
                RULE kill
                CLASS io.reliableroutes.inbox.InboxRepository
                METHOD add(org.apache.camel.Exchange, java.lang.String)
                AT EXIT
                IF $2.contains("killer")
                DO Runtime.getRuntime().halt(99)
                ENDRULE
                """;
        xa.artemis.send("transfer.requested", "{}", Map.of("ce_id", "killer", "ce_source", "a bank"));
        xa.request("t-1", "a-1", "b-1", "1.00");

        for (int crashes = 0; crashes < 2; crashes++) {
            try (RouteProcess process = xa.transfersWith(halt).start()) {
                assertThat(process.awaitExit()).as(process.log()).isEqualTo(99);
            }
        }
        assertThat(bank.rows("SELECT attempts, crashes, process IS NOT NULL AS begun FROM inbox_attempt WHERE message_id = 'killer'"))
                .as("nobody has seen the first delivery begin").containsExactly(Map.of("attempts", 0, "crashes", 0, "begun", true));
        bank.update("UPDATE inbox_attempt SET crashes = 9");

        try (RouteProcess process = xa.transfersWith(halt).start().awaitStarted()) {
            xa.awaitCompleted("t-1", process);
            assertThat(bank.rows("SELECT message_id, error_message FROM dead_letter")).as(process.log()).singleElement().satisfies(letter -> assertThat(letter)
                    .containsEntry("message_id", "killer")
                    .hasEntrySatisfying("error_message", message -> assertThat((String) message).startsWith("11 processes have died while they handled it")));
            assertThat(bank.count("inbox_attempt")).isZero();
            xa.assertSettled(process);
        }
    }

    @Tag("soak")
    @Test
    void handlerThatOutlivesItsTransactionUsesUpItsAttempts() {
        Database bank = xa.bank.bankA();
        xa.settings.put("tx.timeout", "1");
        bank.update("CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.5); RETURN NEW; END $$");
        bank.update("CREATE TRIGGER dawdle BEFORE UPDATE ON transfer FOR EACH ROW EXECUTE FUNCTION dawdle()");
        try (RouteProcess process = xa.transfers(QUICK).start().awaitStarted()) {
            xa.request("t-1", "a-1", "b-1", "1.00");

            XaFixture.await().untilAsserted(() -> assertThat(bank.rows("SELECT attempts FROM inbox_parked")).as(process.log()).containsExactly(Map.of("attempts", 3)));
            xa.assertSettled(process);
        }
    }

    /** More deliveries than a message has attempts. */
    private static void awaitPauses(RouteProcess process, int pauses) {
        XaFixture.await().untilAsserted(() -> assertThat(process.log().split("has used up no attempt", -1).length).as(process.log()).isGreaterThan(pauses));
    }

    private void assertNothingIsKept(RouteProcess process) {
        for (String table : new String[] {"inbox_parked", "dead_letter"}) {
            assertThat(xa.bank.bankA().rows("SELECT * FROM " + table)).as(process.log()).isEmpty();
        }
    }

    /** Each transfer fails while a condition does not hold. */
    private static void fail(Database bank, String unless) {
        bank.update("CREATE SEQUENCE failure");
        bank.update("""
                CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF nextval('failure') IS NOT NULL AND %s THEN RETURN NEW; END IF; RAISE EXCEPTION 'the test says so'; END $$"""
                .formatted(unless.replace("nextval('failure')", "currval('failure')")));
        bank.update("CREATE TRIGGER fail BEFORE UPDATE ON transfer FOR EACH ROW EXECUTE FUNCTION fail()");
    }
}
