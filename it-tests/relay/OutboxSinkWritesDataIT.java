package relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

import harness.Routes;
import harness.Topic;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a message carries is data for outbox-sink, or refused with a reason and nothing written. */
class OutboxSinkWritesDataIT {

    private static final String SEND = """
            - route:
                id: send
                from:
                  uri: direct:send
                  steps:
                    - transacted:
                        ref: "{{tx.policy}}"
                        steps:
                          - to:
                              uri: kamelet:outbox-sink
                              parameters:
                                outboxDataSource: bankA
                                outboxDestination: transfer.requested
                                outboxKey: ${variable.key}
                                outboxDue: ${variable.due}
                                outboxHeaders: "%s"
                                outboxTombstone: %s
            """;

    private final RelayFixture outbox = new RelayFixture();
    private final Map<String, String> settings = outbox.settings();

    @TempDir
    private Path folder;

    @Test
    void headersTravelAsTextWhateverIsInThem() throws IOException {
        try (Routes routes = start("tenant, region,missing", "false", "bank-a-relay.camel.yaml")) {
            assertThat(send(routes, "k", "x", exchange -> {
                exchange.getMessage().setHeader("tenant", "t\", \"kafka.KEY\": \"evil\\");
                exchange.getMessage().setHeader("region", 7L);
                exchange.getMessage().setHeader("other", "stays here");
            })).isNull();
            outbox.awaitEmpty();
        }

        assertThat(outbox.topic.records()).singleElement().satisfies(record -> {
            assertThat(record.key()).isEqualTo("k");
            assertThat(Topic.headers(record)).containsEntry("tenant", "t\", \"kafka.KEY\": \"evil\\").containsEntry("region", "7")
                    .doesNotContainKeys("other", "missing", "kafka.KEY");
        });
    }

    @Test
    void tombstoneIsPublishedWhereItIsMeantAndRefusedElsewhere() throws IOException {
        try (Routes routes = start("", "true", "bank-a-relay.camel.yaml")) {
            assertThat(send(routes, "k", null, exchange -> { })).isNull();
            assertThat(send(routes, "", null, exchange -> { })).hasMessageContaining("has no body");
            outbox.awaitEmpty();
        }
        try (Routes routes = start("", "false")) {
            assertThat(send(routes, "k", null, exchange -> { })).hasMessageContaining("outbox-sink to transfer.requested has no body");
        }

        assertThat(outbox.topic.records()).singleElement().satisfies(record -> {
            assertThat(record.key()).isEqualTo("k");
            assertThat(record.value()).isNull();
        });
        assertThat(outbox.database.count("outbox_message")).isZero();
    }

    @Test
    void whatPostgresqlDoesNotStoreIsRefusedAndNothingIsWritten() throws IOException {
        try (Routes routes = start("tenant", "false")) {
            assertThat(send(routes, "a\0b", "x", exchange -> { })).hasMessageContaining("outboxKey has a character that PostgreSQL does not store");
            assertThat(send(routes, "k", "x", exchange -> exchange.getMessage().setHeader("tenant", "\uD83D")))
                    .hasMessageContaining("header tenant has a character");
        }
        try (Routes routes = start("", "false")) {
            assertThat(send(routes, null, "x", exchange -> { })).hasMessageContaining("outboxKey (${variable.key}) of outbox-sink to transfer.requested is null");
            assertThat(send(routes, "k", "x", exchange -> exchange.setVariable("due", null))).hasMessageContaining("outboxDue (${variable.due}) of outbox-sink to");
        }
        for (String names : new String[] {"{'a': 1}", "ce_id", "Content-Type", "a b"}) {
            try (Routes routes = start(names, "false")) {
                assertThat(send(routes, "k", "x", exchange -> { })).hasMessageContaining("is no name of a header that may travel");
            }
        }

        assertThat(outbox.database.count("outbox_message")).isZero();
    }

    @Test
    void messageThatIsDueWakesARelayThatPollsSeldom() throws IOException {
        settings.put("outbox.relay.poll-max-delay", "3600000ms");
        settings.put("outbox.retry.poll-max-delay", "100ms");
        try (Routes routes = start("", "false", "bank-a-relay.camel.yaml")) {
            assertThat(send(routes, "k", "x", exchange -> exchange.setVariable("due", "PT1S"))).isNull();

            RelayFixture.await().untilAsserted(() -> assertThat(outbox.topic.bodies()).containsExactly("x"));
        }
    }

    private Routes start(String headers, String tombstone, String... files) throws IOException {
        Path file = Files.writeString(folder.resolve("send.camel.yaml"), SEND.formatted(headers, tombstone));
        String[] all = java.util.Arrays.copyOf(files, files.length + 1);
        all[files.length] = file.toString();
        return Routes.start(settings, all);
    }

    private static Exception send(Routes routes, String key, String body, Consumer<Exchange> more) throws IOException {
        try (ProducerTemplate template = routes.context().createProducerTemplate()) {
            return template.send("direct:send", exchange -> {
                exchange.getMessage().setBody(body);
                exchange.setVariable("key", key);
                exchange.setVariable("due", "");
                more.accept(exchange);
            }).getException();
        }
    }
}
