package databases;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Routes;
import harness.Servers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Camel gives the parts of a split the error handler of their route, also in a transaction: it would call a failure handled and commit half. */
class SplitInATransactionIT {

    private static final String PAY = """
            - route:
                id: pay-all
                description: Pay each or none
                routeConfigurationId: pay-policy
                from:
                  uri: direct:pay-all
                  steps:
                    - transacted:
                        ref: "{{tx.policy}}"
                        steps:
                          - split:
                              simple: ${body}
                              stopOnException: true
                              steps:
                                - to:
                                    uri: sql:INSERT INTO paid (id) VALUES (:#${body})
                                    variableReceive: written
                                    parameters:
                                      dataSource: "#bean:bankB"
                                - filter:
                                    simple: ${body} == 2
                                    steps:
                                      - throwException:
                                          exceptionType: java.lang.IllegalStateException
                                          message: not this one
            - routeConfiguration:
                id: pay-policy
                onException:
                  - onException:
                      exception:
                        - java.lang.Exception
                      handled:
                        constant: "true"
                      steps:
                        - setBody:
                            constant: none
            """;

    @TempDir
    private Path folder;

    @Test
    void failureOfAPartUndoesAll() throws IOException {
        Database database = Servers.database("schema.sql");
        database.update("CREATE TABLE paid (id integer PRIMARY KEY)");
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("database.bank-b.url", database.url());
        settings.put("database.bank-b.user", "postgres");
        String file = Files.writeString(folder.resolve("pay.camel.yaml"), PAY).toString();

        try (Routes routes = Routes.start(settings, file)) {
            Object answer = routes.context().createProducerTemplate().requestBody("direct:pay-all", List.of(1, 2, 3));

            assertThat(database.rows("SELECT id FROM paid")).isEmpty();
            assertThat(answer).isEqualTo("none");
            assertThat(routes.context().createProducerTemplate().requestBody("direct:pay-all", List.of(1, 3))).isNotEqualTo("none");
        }
        assertThat(database.count("paid")).isEqualTo(2);
    }
}
