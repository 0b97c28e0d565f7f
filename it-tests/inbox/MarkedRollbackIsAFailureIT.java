package inbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import harness.Java;
import harness.Routes;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A handler may roll back without an exception. Camel then tells nobody of a failure, and the record would be passed. */
class MarkedRollbackIsAFailureIT {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"markRollbackOnly", "markRollbackOnlyLast"})
    void messageOfAHandlerThatMarksARollbackIsParked(String mark) throws IOException {
        InboxFixture inbox = new InboxFixture();
        inbox.settings.put("inbox.retry.first-delay", "4m");
        inbox.settings.put("inbox.retry.delay", "4m");
        Path book = Files.writeString(folder.resolve("bank-b-book-credit.camel.yaml"),
                Files.readString(Java.root().resolve("routes/bank-b-book-credit.camel.yaml")) + "        - rollback:\n            " + mark + ": true\n");
        inbox.request("m-1", "t-1");

        try (Routes routes = Routes.start(inbox.settings, "bank-b-credit-transfer.camel.yaml", book.toString())) {
            InboxFixture.await().untilAsserted(() -> assertThat(inbox.database.rows("SELECT message_id, attempts, error_class FROM inbox_parked"))
                    .containsExactly(Map.of("message_id", "m-1", "attempts", 3, "error_class", "org.apache.camel.RollbackExchangeException")));
        }
        inbox.assertEffects(0);
    }
}
