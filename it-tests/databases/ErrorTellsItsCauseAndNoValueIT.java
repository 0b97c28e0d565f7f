package databases;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import harness.Http;
import harness.Ports;
import harness.ReceivingBank;
import harness.RouteProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What a database says of a failed statement is in the log, in the dead letter, the incident, the alert and the answer; the values of the row are not. */
class ErrorTellsItsCauseAndNoValueIT {

    private static final String SECRET = "a-GEHEIM-4711";
    private final int port = Ports.free();
    private final String[] files = {"bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml", "operate-alerts.camel.yaml",
            "operate-alert-text.camel.yaml", "operate-alert-webhook.camel.yaml", "operate-api.camel.yaml", "operate-show.camel.yaml", "operate-end-letters.camel.yaml", "operate-problem.camel.yaml",
            "camel.server.enabled=true", "camel.server.host=127.0.0.1", "camel.server.port=" + port};

    @TempDir
    private Path folder;
    private final ReceivingBank bank = new ReceivingBank();

    ErrorTellsItsCauseAndNoValueIT() {
        bank.settings.putAll(Map.of("inbox.retry.max-attempts", "0", "inbox.immediate-attempts", "2", "inbox.outage-delay", "200ms", "alert.poll-delay", "200ms",
                "operate.data-source", "bankB", "alert.channels", "alert-webhook", "alert.webhook.url", "http://localhost:1/nobody"));
        bank.settings.put("inbox.alert-webhook.retry.max-attempts", "50");
    }

    @Test
    void failedCheckNamesItsConstraint() {
        bank.database.update("ALTER TABLE ledger_entry ADD CONSTRAINT from_nobody_secret CHECK (from_account NOT LIKE '%GEHEIM%')");
        assertTold(true, "23514", "from_nobody_secret");
    }

    @Test
    void missingTableIsNamed() {
        bank.database.update("ALTER TABLE ledger_entry RENAME TO hidden");
        assertTold(true, "42P01", "relation \"ledger_entry\" does not exist");
    }

    @Test
    void valueOfTheWrongTypeIsNotQuoted() {
        bank.database.update("""
                CREATE FUNCTION cast_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM CAST(NEW.from_account AS integer); RETURN NEW; END $$;
                CREATE TRIGGER cast_it BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION cast_it()
                """);
        assertTold(true, "22P02", "invalid input syntax for type integer");
    }

    @Test
    void refusedBurialNamesItsConstraint() {
        bank.database.update("ALTER TABLE ledger_entry RENAME TO hidden");
        bank.database.update("ALTER TABLE dead_letter ADD CONSTRAINT nothing_secret CHECK (position('GEHEIM' IN convert_from(payload, 'UTF8')) = 0)");
        assertTold(false, "23514", "nothing_secret");
    }

    /** A request of the account is received, and cannot be booked. */
    private void assertTold(boolean buried, String state, String rule) {
        bank.topic.send("k-1", ReceivingBank.body("t-1").replace("a-1", SECRET), ReceivingBank.headers("m-1"));

        try (RouteProcess process = RouteProcess.camelMain(folder.resolve("log"), bank.settings, files).start().awaitStarted()) {
            ReceivingBank.await().untilAsserted(() -> assertThat(alerts()).as(process.log()).isNotEmpty());

            List<String> places = new ArrayList<>(alerts());
            places.add(process.log());
            if (buried) {
                places.add(String.valueOf(bank.database.value("SELECT error_message FROM dead_letter")));
                places.add(Http.body("http://localhost:" + port + "/dead-letters"));
            } else {
                places.add(String.valueOf(bank.database.value("SELECT error_message FROM incident")));
            }
            assertThat(places).allSatisfy(place -> assertThat(place.replace("\\\"", "\"")).contains(state).contains(rule));
            assertThat(places).allSatisfy(place -> assertThat(place).doesNotContain(SECRET));
        }
    }

    private List<String> alerts() {
        return bank.database.rows("SELECT convert_from(payload, 'UTF8') AS alert FROM inbox_parked WHERE consumer = 'alert-webhook'").stream()
                .map(row -> (String) row.get("alert")).toList();
    }
}
