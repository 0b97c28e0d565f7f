package operations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import harness.ReceivingBank;
import harness.RouteProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static harness.ReceivingBank.await;
import static org.assertj.core.api.Assertions.assertThat;

/** A service was started without the file of its relay or of its receiver: its log says so. A relay that runs elsewhere is none that was forgotten. */
class ForgottenFileIsToldIT {

    private static final String[] RECEIVER = {"bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml"};
    private static final String NO_RELAY = "no relay has looked into the outbox of data source bankB for 15 s, and this process writes to it "
            + "(bank-b-credit-transfer, bank-b-credit-transfer-inbox): ";

    @TempDir
    private Path folder;

    @Test
    void writerIsToldThatNoRelayRunsAnywhere() {
        ReceivingBank relayed = bank();
        ReceivingBank forgotten = bank();

        try (RouteProcess relay = process("relay", relayed, "bank-b-relay.camel.yaml").start().awaitStarted();
                RouteProcess receiver = process("receiver", relayed, RECEIVER).start().awaitStarted();
                RouteProcess alone = process("alone", forgotten, RECEIVER).start()) {
            await().untilAsserted(() -> assertThat(alone.log()).contains(NO_RELAY));

            // it was started before, so it has waited for a relay for longer
            assertThat(receiver.log()).doesNotContain("no relay has looked");
            assertThat(relay.log()).doesNotContain("no relay has looked");
        }
    }

    @Test
    void handlerIsToldThatNobodyCallsIt() {
        try (RouteProcess handler = process("handler", bank(), "bank-b-book-credit.camel.yaml", "bank-b-relay.camel.yaml").start().awaitStarted()) {
            assertThat(handler.log()).contains("no route of this process calls direct:bank-b-book-credit");
        }
        try (RouteProcess whole = process("whole", bank(), "bank-b-book-credit.camel.yaml", "bank-b-credit-transfer.camel.yaml",
                "bank-b-relay.camel.yaml").start().awaitStarted()) {
            assertThat(whole.log()).doesNotContain("no route of this process calls");
        }
    }

    /** As Camel Main is without camel.main.routes-include-pattern. */
    @Test
    void processThatUsesNothingOfThePackIsTold() throws IOException {
        ReceivingBank bank = bank();
        Path other = Files.writeString(folder.resolve("other.camel.yaml"), "- route:\n    id: other\n    from:\n      uri: direct:other\n      steps:\n        - log:\n"
                + "            message: nothing\n");
        try (RouteProcess empty = process("empty", bank, other.toString()).start().awaitStarted()) {
            await().untilAsserted(() -> assertThat(empty.log()).contains("no route of this process uses Reliable Routes (it has 1): nothing is sent, received or "
                    + "looked after. If that is not meant, name the files with the routes"));
        }
        try (RouteProcess relay = process("used", bank, "bank-b-relay.camel.yaml").start().awaitStarted()) {
            assertThat(relay.log()).doesNotContain("no route of this process uses");
        }
    }

    private static ReceivingBank bank() {
        ReceivingBank bank = new ReceivingBank();
        bank.settings.put("check.wait", "0s");
        return bank;
    }

    private RouteProcess process(String name, ReceivingBank bank, String... files) {
        return RouteProcess.camelMain(folder.resolve(name), bank.settings, files);
    }
}
