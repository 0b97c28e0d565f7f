package format;

import java.io.IOException;
import java.nio.file.Path;

import harness.Routes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A name that nobody reads is refused at start with the nearest known one. */
class NamesAreCheckedTest {

    private static final String CREDIT = "routes/bank-b-credit-transfer.camel.yaml";
    private static final String BOOK = " bank-b-book-credit.camel.yaml";

    @TempDir
    private Path folder;
    private Start start;

    @BeforeEach
    void prepare() {
        start = new Start(folder);
    }

    @Test
    void parameterThatAKameletDoesNotHaveIsRefused() throws IOException {
        start.isRefusedWith(start.with(CREDIT, text -> text.replaceFirst("outboxKey:", "outboxKye:")) + BOOK, "bank-b-credit-transfer.camel.yaml: "
                + "outboxKye is no parameter of the Kamelet outbox-sink: its value would be used nowhere. Write outboxKey, or leave it out.");
    }

    @Test
    void parameterThatAKameletNeedsIsRefusedWhereItIsMissing() throws IOException {
        start.isRefusedWith(start.with(CREDIT, text -> text.replaceFirst(" +outboxDestination: transfer.completed\n", "")) + BOOK,
                "bank-b-credit-transfer.camel.yaml: the parameter outboxDestination of the Kamelet outbox-sink is missing: nothing could be written.");
    }

    @Test
    void stepThatIsCalledKameletIsCheckedLikeACallOfOne() throws IOException {
        start.isRefusedWith(start.write("close-account.camel.yaml", """
                - route:
                    id: close-account
                    from:
                      uri: direct:close-account
                      steps:
                        - transacted:
                            ref: "{{tx.policy}}"
                            steps:
                              - kamelet:
                                  name: outbox-sink
                                  parameters:
                                    outboxDataSource: bankA
                                    outboxDestination: transfer.settled
                                    outboxDeu: PT15M
                """), "route close-account of file:");
    }

    @Test
    void parameterThatATemplateDoesNotHaveIsRefused() throws IOException {
        start.isRefusedWith(start.with(CREDIT, text -> text.replaceFirst("- name: inboxTopic", "- name: inboxConsumrs\n        value: \"4\"\n      - name: inboxTopic"))
                + BOOK, "bank-b-credit-transfer.camel.yaml: inboxConsumrs is no parameter of inbox: its value would be used nowhere. Write inboxConsumers, or");
    }

    @Test
    void parameterThatATemplateNeedsIsRefusedWhereItIsMissing() throws IOException {
        start.isRefusedWith(start.with(CREDIT, text -> text.replaceFirst("      - name: inboxHandler\n.*\n", "")) + BOOK,
                "bank-b-credit-transfer.camel.yaml: the parameter inboxHandler of inbox is missing: its route could not be made. Add it: Name of the handler's");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bank-a-.*", "bank-b-.*", "notifier-.*", "operate-.*"})
    void namesInTheShippedFilesAreKnown(String application) {
        start.isRefusedWith(String.join(" ", Routes.files(application)), Start.NO_DATABASE);
    }
}
