package inbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import harness.Java;
import harness.Routes;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code stop} ends the exchange and not only the handler's route: what the pack does must not stand behind the handler. */
class HandlerThatStopsHasOneEffectIT {

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "after {0} failures")
    @ValueSource(ints = {0, 4})
    void messageOfAHandlerThatStopsIsDoneAndTheNextOfItsKeyFollows(int failures) throws IOException {
        InboxFixture inbox = new InboxFixture();
        inbox.fail("NEW.transfer_id = 't-1' AND nextval('attempt') <= " + failures);
        Path credit = Files.writeString(folder.resolve("bank-b-credit-transfer.camel.yaml"),
                Files.readString(Java.root().resolve("routes/bank-b-credit-transfer.camel.yaml")) + "        - stop: {}\n");
        inbox.request("m-1", "t-1");
        inbox.request("m-2", "t-2");

        try (Routes routes = Routes.start(inbox.settings, credit.toString(), "bank-b-book-credit.camel.yaml")) {
            inbox.awaitBooked("t-1", "t-2");
            InboxFixture.await().untilAsserted(() -> assertThat(inbox.database.count("inbox_parked")).isZero());
            // what is repeated for ever would be repeated before this one is done
            inbox.request("m-3", "t-3");
            inbox.awaitBooked("t-1", "t-2", "t-3");
        }
        inbox.assertEffects(3);
    }
}
