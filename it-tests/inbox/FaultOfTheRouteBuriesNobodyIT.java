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

/** A mistake in a handler's route is no message's fault: its messages wait for the mended route, and are not buried at their first attempt. */
class FaultOfTheRouteBuriesNobodyIT {

    @TempDir
    private Path folder;

    @Test
    void messageOfAHandlerThatSendsNoBodyIsParkedAndHandledByTheMendedRoute() throws IOException {
        InboxFixture inbox = new InboxFixture();
        inbox.settings.put("inbox.retry.first-delay", "4m");
        inbox.settings.put("inbox.retry.delay", "4m");
        String route = Files.readString(Java.root().resolve("routes/bank-b-credit-transfer.camel.yaml"));
        assertThat(route).contains("variable: event\n");
        Path mistyped = Files.writeString(folder.resolve("bank-b-credit-transfer.camel.yaml"), route.replace("variable: event\n", "variable: evnt\n"));
        inbox.request("m-1", "t-1");

        try (Routes routes = Routes.start(inbox.settings, mistyped.toString(), "bank-b-book-credit.camel.yaml")) {
            InboxFixture.await().untilAsserted(() -> assertThat(inbox.database.rows("SELECT message_id, attempts, error_class FROM inbox_parked"))
                    .as("dead: %s", inbox.database.rows("SELECT error_message FROM dead_letter"))
                    .containsExactly(Map.of("message_id", "m-1", "attempts", 3, "error_class", "io.reliableroutes.support.ConfigurationException")));
        }
        inbox.assertEffects(0);

        inbox.database.update("UPDATE inbox_parked SET next_attempt_at = now()");
        try (Routes routes = Routes.start(inbox.settings, "bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml")) {
            InboxFixture.await().until(() -> inbox.database.count("inbox_parked") == 0);
        }
        inbox.assertEffects(1);
    }
}
