package xa;

import java.nio.file.Path;
import java.util.Map;

import harness.Database;
import harness.RouteProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Whoever looks into a table for what the log tells finds it there: words follow commits. */
class LogTellsWhatIsCommittedIT {

    @TempDir
    private Path folder;
    private XaFixture xa;

    @BeforeEach
    void start() {
        xa = new XaFixture(folder);
    }

    @AfterEach
    void stop() {
        xa.close();
    }

    @ParameterizedTest
    @CsvSource({"dead_letter, 6, no JSON, is a dead letter", "inbox_parked, 2, {}, is parked"})
    void commitThatFailsIsNotToldAndTheOneThatSucceedsIsToldOnce(String table, int failures, String payload, String words) {
        if (table.equals("inbox_parked")) {
            // what is wrong with it is then worth another attempt
            xa.settings.put("inbox.permanent-errors", "java.lang.VirtualMachineError");
        }
        Database bank = xa.bank.bankA();
        bank.update("CREATE SEQUENCE failure");
        bank.update("""
                CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF nextval('failure') > %d THEN RETURN NEW; END IF; RAISE EXCEPTION 'the test says so'; END $$""".formatted(failures));
        bank.update("CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON " + table + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()");
        try (RouteProcess process = xa.transfers("camel.component.jms.recoveryInterval=100").start().awaitStarted()) {

            xa.artemis.send("transfer.requested", payload, Map.of("ce_id", "m-1", "ce_source", "a bank"));
            XaFixture.await().until(() -> bank.count(table) == 1 || process.log().contains(words));

            assertThat(bank.value("SELECT last_value FROM failure")).as(process.log()).isEqualTo(failures + 1L);
            XaFixture.await().until(() -> process.log().contains(words));
            assertThat(process.log().split(words, -1)).as(process.log()).hasSize(2);
            xa.assertSettled(process);
        }
    }
}
