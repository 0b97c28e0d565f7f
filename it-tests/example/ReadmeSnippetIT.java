package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import harness.Database;
import harness.Page;
import harness.Routes;
import harness.Servers;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The route that the README tells users to write. */
class ReadmeSnippetIT {

    private final Database bankA = Servers.database("schema.sql", "example-bank-a.sql");

    @TempDir
    private Path folder;

    ReadmeSnippetIT() {
        bankA.update("INSERT INTO account (id, balance) VALUES ('a-1', 0)");
    }

    @Test
    void changeAndMessageAreCommittedTogether() throws IOException {
        try (Routes routes = start(snippet())) {
            close(routes);
        }

        assertThat(bankA.value("SELECT closed FROM account")).isEqualTo(true);
        assertThat(bankA.rows("SELECT destination, message_key, type, convert_from(payload, 'UTF8') AS payload FROM outbox_message"))
                .containsExactly(Map.of("destination", "account.closed", "message_key", "a-1", "type", "account.closed", "payload", "{}"));
    }

    @Test
    void changeAndMessageAreRolledBackTogether() throws IOException {
        bankA.update("ALTER TABLE outbox_message ADD CONSTRAINT refused_by_the_test CHECK (message_key <> 'a-1')");

        try (Routes routes = start(snippet())) {
            assertThatThrownBy(() -> close(routes)).isInstanceOf(CamelExecutionException.class).hasStackTraceContaining("refused_by_the_test");
        }

        assertThat(bankA.value("SELECT closed FROM account")).isEqualTo(false);
        assertThat(bankA.count("outbox_message")).isZero();
    }

    @Test
    void outboxSinkOutsideATransactionIsRefused() throws IOException {
        String outside = """
                - route:
                    id: close-account
                    from:
                      uri: direct:close-account
                      steps:
                        - to:
                            uri: kamelet:outbox-sink
                            parameters:
                              outboxDataSource: bankA
                              outboxDestination: account.closed
                """;

        try (Routes routes = start(outside)) {
            assertThatThrownBy(() -> close(routes)).hasStackTraceContaining("outbox-sink is used outside a transaction");
        }

        assertThat(bankA.count("outbox_message")).isZero();
    }

    private static String snippet() {
        return Page.of("README.md").found("```yaml\n([^`]+)```").get(0);
    }

    private Routes start(String yaml) throws IOException {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("database.bank-a.url", bankA.url());
        settings.put("database.bank-a.user", "postgres");
        settings.put("outbox.destination.account.closed", "account.closed");
        return Routes.start(settings, Files.writeString(folder.resolve("close-account.camel.yaml"), yaml).toString());
    }

    private static void close(Routes routes) {
        try (ProducerTemplate template = routes.context().createProducerTemplate()) {
            Exchange result = template.send("direct:close-account", exchange -> {
                exchange.getMessage().setBody("{}");
                exchange.setVariable("account", "a-1");
            });
            if (result.getException() != null) {
                throw new CamelExecutionException("failed", result, result.getException());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
