package operations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import harness.Java;
import harness.Page;
import harness.RouteProcess;
import harness.Routes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A receiver gets another name: start-up says so, what it leaves behind is an incident, and its rows can be renamed after it. */
class RenamedReceiverIsNoticedIT {

    private static final String[] OPERATORS = {"operate-alerts.camel.yaml", "operate-alert-log.camel.yaml", "operate-alert-text.camel.yaml"};
    private static final String BOOK = "bank-b-book-credit.camel.yaml";

    @TempDir
    private Path folder;
    private final OperatedBank bank = new OperatedBank();

    @Test
    void renamedReceiverIsNamedAndGoesOnWithTheRowsOfTheOldOne() throws IOException {
        bank.settings.put("standstill.retry", "1s");
        bank.settings.put("standstill.poll-delay", "200ms");
        bank.settings.put("inbox.immediate-attempts", "1");
        bank.settings.put("inbox.retry.first-delay", "1s");
        bank.settings.put("inbox.retry.delay", "1s");
        String shipped = Files.readString(Java.root().resolve("routes/bank-b-credit-transfer.camel.yaml"));
        String renamed = Files.writeString(folder.resolve("bank-b-credit.camel.yaml"),
                shipped.replace("inboxConsumer\n        value: bank-b-credit-transfer\n", "inboxConsumer\n        value: bank-b-credit\n")).toString();
        bank.fail("NEW.transfer_id = 't-2'");
        bank.request("a-1", "m-1", "t-1");
        bank.request("a-2", "m-2", "t-2");
        try (Routes old = Routes.start(bank.settings, "bank-b-credit-transfer.camel.yaml", BOOK)) {
            OperatedBank.await().until(() -> bank.booked().contains("t-1") && bank.database.count("inbox_parked") == 1);
        }
        try (Routes operators = bank.start(OPERATORS)) {
            OperatedBank.await().untilAsserted(() -> assertThat(incident()).startsWith("[{kind=RETRY_OVERDUE, "
                    + "subject=inbox of bank-b-credit-transfer, error_message=1 messages are overdue, the first since ").contains("if it was renamed"));

            try (RouteProcess process = RouteProcess.camelMain(folder.resolve("log"), bank.settings, renamed, BOOK).start().awaitStarted()) {
                assertThat(process.log()).contains("consumer bank-b-credit is new to data source bankB, which has rows of consumers that this process "
                        + "does not run: bank-b-credit-transfer.");
                // what it has begun is over before the next statement
                process.stop();
            }
            bank.database.update("DELETE FROM inbox_message WHERE consumer = 'bank-b-credit'; DELETE FROM inbox_parked WHERE consumer = 'bank-b-credit'; "
                    + "DELETE FROM inbox_position WHERE consumer = 'bank-b-credit'");
            bank.database.update(Page.of("docs/operations.md").found("(?s)```sql\n(WITH message AS.*?)```").get(0));
            bank.fail("false");
            try (Routes now = Routes.start(bank.settings, renamed, BOOK)) {
                OperatedBank.await().untilAsserted(() -> assertThat(bank.booked()).containsExactly("t-1", "t-2"));
                OperatedBank.await().untilAsserted(() -> assertThat(incident()).isEqualTo("[]"));
            }
        }
    }

    private String incident() {
        return bank.database.rows("SELECT kind, subject, error_message FROM incident WHERE ended_at IS NULL").toString();
    }
}
