package relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import harness.Routes;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class DelayedMessageIsPublishedWhenDueIT {

    private static final String REMIND = """
            - route:
                id: remind
                from:
                  uri: direct:remind
                  steps:
                    - transacted:
                        ref: "{{tx.policy}}"
                        steps:
                          - to:
                              uri: kamelet:outbox-sink
                              parameters:
                                outboxDataSource: bankA
                                outboxDestination: transfer.requested
                                outboxKey: k
                                outboxDue: ${variable.due}
            """;

    private final RelayFixture outbox = new RelayFixture();

    @TempDir
    private Path folder;

    @Test
    void messageWaitsForItsDueTimeAndHoldsNobodyBack() throws IOException {
        Map<String, String> settings = outbox.settings();
        settings.put("outbox.retry.poll-max-delay", "100ms");
        String file = Files.writeString(folder.resolve("remind.camel.yaml"), REMIND).toString();
        try (Routes routes = Routes.start(settings, "bank-a-relay.camel.yaml", file)) {
            send(routes, "tomorrow", Instant.now().plusSeconds(86_400).toString());
            send(routes, "soon", "PT1H");
            send(routes, "past", "2020-01-01T00:00:00Z");
            send(routes, "now", "");
            RelayFixture.await().untilAsserted(() -> assertThat(outbox.topic.bodies()).containsExactlyInAnyOrder("past", "now"));
            RelayFixture.await().untilAsserted(() -> assertThat(outbox.database.rows("SELECT status, count(*) AS n FROM msg_published GROUP BY status"))
                    .containsExactly(Map.of("status", "PENDING", "n", 2L)));
            outbox.database.update("UPDATE outbox_parked SET next_attempt_at = now() WHERE payload = 'soon'");
            RelayFixture.await().untilAsserted(() -> assertThat(outbox.topic.bodies()).hasSize(3).endsWith("soon"));
        }

        assertThat(outbox.database.rows("SELECT convert_from(payload, 'UTF8') AS body, reason FROM outbox_parked"))
                .containsExactly(Map.of("body", "tomorrow", "reason", "DELAYED"));
    }

    @Test
    void dueTimeThatIsNoneIsRefusedAndNothingIsWritten() throws IOException {
        String file = Files.writeString(folder.resolve("remind.camel.yaml"), REMIND).toString();
        try (Routes routes = Routes.start(outbox.settings(), file)) {
            for (String due : List.of("tomorrow", "P1X", "15m", "2027-01-31")) {
                assertThat(send(routes, "x", due)).hasMessageContaining("outboxDue (" + due + ") is neither an instant like");
            }
        }

        assertThat(outbox.database.count("outbox_parked") + outbox.database.count("outbox_message")).isZero();
    }

    private static Exception send(Routes routes, String body, String due) throws IOException {
        try (ProducerTemplate template = routes.context().createProducerTemplate()) {
            Exchange result = template.send("direct:remind", exchange -> {
                exchange.getMessage().setBody(body);
                exchange.setVariable("due", due);
            });
            return result.getException();
        }
    }
}
