package format;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
}
