package inbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import harness.Java;
import harness.Routes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A handler may catch the failure of a statement and go on. PostgreSQL then answers the commit with a rollback and without an error. */
class SwallowedErrorIsAFailureIT {

    private static final String SWALLOW = """
                    - doTry:
                        steps:
                          - to:
                              uri: sql
                              parameters:
                                query: SELECT 1 / 0
                                dataSource: "#bean:bankB"
                        doCatch:
                          - exception:
                              - java.lang.Exception
                            steps:
                              - log: {message: swallowed}
            """;

    @TempDir
    private Path folder;

    @Test
    void messageOfAHandlerThatSwallowsTheFailureOfAStatementIsParked() throws IOException {
        InboxFixture inbox = new InboxFixture();
        inbox.settings.put("inbox.retry.first-delay", "4m");
        inbox.settings.put("inbox.retry.delay", "4m");
        Path credit = Files.writeString(folder.resolve("bank-b-credit-transfer.camel.yaml"),
                Files.readString(Java.root().resolve("routes/bank-b-credit-transfer.camel.yaml")) + SWALLOW);
        inbox.request("m-1", "t-1");

        try (Routes routes = Routes.start(inbox.settings, credit.toString(), "bank-b-book-credit.camel.yaml")) {
            InboxFixture.await().untilAsserted(() -> assertThat(inbox.database.rows("SELECT message_id, attempts, error_class FROM inbox_parked"))
                    .containsExactly(Map.of("message_id", "m-1", "attempts", 3, "error_class", "org.postgresql.util.PSQLException")));
        }
        inbox.assertEffects(0);
    }
}
