package format;

import java.io.IOException;
import java.nio.file.Path;

import harness.Routes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a user's route does in a transaction is in its block, in the order of the file, and on its thread; everything else is refused. */
class TransactionIsOneBlockTest {

    @TempDir
    private Path folder;
    private Start start;

    @BeforeEach
    void prepare() {
        start = new Start(folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"- log: {message: before}\nTX", "TX\n- log: {message: behind}", "- log: {message: before}\nTX\n- log: {message: behind}"})
    void stepBesideTransactedIsRefused(String steps) throws IOException {
        String transacted = "- transacted:\n    ref: \"{{tx.policy}}\"\n    steps:\n      - log: {message: inside}";
        String text = "- route:\n    id: close-account\n    from:\n      uri: direct:close-account\n      steps:\n"
                + steps.replace("TX", transacted).indent(8);

        start.isRefusedWith(start.write("close-account.camel.yaml", text), "close-account.camel.yaml: transacted is not the only step of its route ([log");
        start.isRefusedWith(start.write("template.camel.yaml", text.replace("- route:\n    id: close-account\n", "- routeTemplate:\n    id: close-account\n")),
                "route close-account of file:");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            wireTap: {uri: "log:tapped"}                                                                        | wireTap
            threads: {poolSize: 2}                                                                              | threads
            to: {uri: "seda:later"}                                                                             | seda:later
            toD: {uri: "seda:${header.later}"}                                                                  | seda:${header.later}
            split: {simple: "${body}", parallelProcessing: true, steps: [{log: {message: part}}]}               | split with parallelProcessing
            multicast: {parallelProcessing: true, steps: [{to: {uri: "log:a"}}, {to: {uri: "log:b"}}]}          | multicast with parallelProcessing
            multicast: {executorService: "#pool", steps: [{to: {uri: "log:a"}}]}                                | multicast with parallelProcessing
            recipientList: {constant: "log:a,log:b", parallelProcessing: true}                                  | recipientList with parallelProcessing
            delay: {constant: 100}                                                                              | delay without asyncDelayed: false
            throttle: {constant: 10, asyncDelayed: true}                                                        | throttle without asyncDelayed: false
            """)
    void stepThatLeavesTheThreadOfTheTransactionIsRefused(String step, String name) throws IOException {
        start.settings.put("camel.beans.pool", "#class:java.util.concurrent.Executors#newCachedThreadPool");
        start.isRefusedWith(transacted("choice: {when: [{simple: \"${body} != null\", steps: [{" + step + "}]}]}", ""),
                "route close-account has " + name);
        start.isRefusedWith(transacted("to: {uri: \"direct:first\"}", called("first", "to: {uri: \"direct:second\"}") + called("second", step)),
                "route second, which is called in the transaction of route close-account, has " + name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"split: {simple: \"${body}\", steps: [{log: {message: part}}]}", "multicast: {parallelProcessing: false, steps: [{to: {uri: \"log:a\"}}]}",
            "delay: {constant: 100, asyncDelayed: false}", "throttle: {constant: 10}", "recipientList: {constant: \"log:a,log:b\"}"})
    void stepThatStaysOnTheThreadOfTheTransactionIsNotRefused(String step) throws IOException {
        try (Routes routes = Routes.start(start.settings, transacted(step, ""))) {
            assertThat(routes.context().getRoutes()).hasSize(1);
        }
    }

    @Test
    void circleOfCalledRoutesIsRefused() throws IOException {
        start.isRefusedWith(transacted("to: {uri: \"direct:first\"}", called("first", "to: {uri: \"direct:second\"}")
                + called("second", "to: {uri: \"direct:first\"}")), "route first calls itself (close-account calls first calls second calls first): a message");
        start.isRefusedWith(transacted("to: {uri: \"direct:close-account\"}", ""), "route close-account calls itself (close-account calls close-account)");
    }

    private String transacted(String step, String others) throws IOException {
        return start.write("close-account.camel.yaml", """
                - route:
                    id: close-account
                    from:
                      uri: direct:close-account
                      steps:
                        - transacted:
                            ref: "{{tx.policy}}"
                            steps:
                              - %s
                """.formatted(step) + others);
    }

    private static String called(String id, String step) {
        return """
                - route:
                    id: %s
                    errorHandler: {noErrorHandler: {}}
                    from:
                      uri: direct:%s
                      steps:
                        - %s
                """.formatted(id, id, step);
    }
}
