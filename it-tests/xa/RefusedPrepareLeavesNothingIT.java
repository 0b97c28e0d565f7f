package xa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import harness.Database;
import harness.RouteProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever a database refuses a PREPARE with: nothing is in doubt, and the object store has nothing to keep. */
class RefusedPrepareLeavesNothingIT {

    /** By the fault of the work, of the server, and of neither. */
    private static final List<String> STATES = List.of("P0001", "23514", "40001", "40P01", "57014", "55000", "53200", "53100", "42501", "22003", "0A000", "XX000",
            "58030", "ZZ999");

    @TempDir
    private Path folder;

    @Test
    void statesOfEveryKindLeaveNoEntry() throws IOException {
        try (XaFixture xa = new XaFixture(folder)) {
            xa.settings.put("inbox.outage-delay", "100ms");
            xa.settings.put("inbox.retry.first-delay", "100ms");
            xa.settings.put("inbox.retry.delay", "100ms");
            Database bank = xa.bank.bankB();
            bank.update("CREATE SEQUENCE failure");
            bank.update("CREATE TABLE refused (transfer_id text, state text)");
            bank.update("""
                    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
                    DECLARE wanted text := (SELECT state FROM refused WHERE transfer_id = NEW.transfer_id);
                    BEGIN
                      IF wanted IS NOT NULL AND nextval('failure') % 5 <> 0 THEN RAISE EXCEPTION 'the test says so' USING ERRCODE = wanted; END IF;
                      RETURN NEW;
                    END $$""");
            bank.update("CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()");
            try (RouteProcess process = xa.transfers("camel.component.jms.recoveryInterval=100").start().awaitStarted()) {
                for (String state : STATES) {
                    bank.update("INSERT INTO refused VALUES (?, ?)", "t-" + state, state);
                    xa.request("t-" + state, "a-1", "b-1", "1.00");
                    xa.awaitCompleted("t-" + state, process);
                }

                xa.assertSettled(process);
                assertThat(bank.value("SELECT last_value FROM failure")).as("refusals and what they let through").isEqualTo(STATES.size() * 5L);
                XaFixture.await().untilAsserted(() -> assertThat(entries()).as(process.log()).isEmpty());
                assertThat(process.log().lines().filter(line -> line.matches(".*(?i)(heuristic|ARJUNA016037|ARJUNA012346).*"))).isEmpty();
                assertThat(process.log()).as("what the server has said").contains("the test says so");
            }
        }
    }

    private List<Path> entries() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("store"))) {
            return files.filter(file -> Files.isRegularFile(file) && file.toString().contains("AtomicAction")).toList();
        }
    }
}
