package format;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;

import harness.Routes;
import io.reliableroutes.outbox.kafka.RelayKafkaClientFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Every duration may be written with its unit or in milliseconds, wherever it goes to; another text is refused at start. */
class DurationsTakeAUnitTest {

    private static final String RECEIVER = "bank-b-credit-transfer.camel.yaml bank-b-book-credit.camel.yaml";
    private static final String OPERATORS = "operate-alerts.camel.yaml operate-alert-log.camel.yaml operate-alert-text.camel.yaml";

    @TempDir
    private Path folder;
    private Start start;

    @BeforeEach
    void prepare() {
        start = new Start(folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"alert.poll-delay", "alert.window", "check.wait", "dead-letter.retention", "inbox.outage-delay", "inbox.redelivery-horizon",
            "inbox.retention", "inbox.retry.poll-max-delay", "outbox.archive-retention", "outbox.circuit-delay", "outbox.relay.metadata-timeout",
            "outbox.relay.outage-max-delay", "outbox.relay.poll-max-delay", "outbox.retry.poll-max-delay", "retention.poll-delay", "standstill.inbox",
            "standstill.outbox", "standstill.poll-delay", "standstill.retention", "standstill.retry"})
    void textThatIsNoDurationIsRefused(String setting) {
        start.settings.put(setting, "soon");
        start.isRefusedWith(RECEIVER, setting + " (soon) is no duration: nobody would know how long. Write for example 15s, 4m, 8h or 30d.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1500", "2s", "1m30s"})
    void pollsTakeADurationInEveryForm(String duration) {
        for (String setting : new String[] {"alert.poll-delay", "inbox.outage-delay", "inbox.retry.poll-max-delay", "outbox.relay.metadata-timeout",
                "outbox.relay.outage-max-delay", "outbox.relay.poll-max-delay", "outbox.retry.poll-max-delay", "retention.poll-delay",
                "standstill.poll-delay"}) {
            start.settings.put(setting, duration);
        }

        start.isRefusedWith(RECEIVER + " bank-b-relay.camel.yaml", Start.NO_DATABASE);
        start.isRefusedWith(OPERATORS, Start.NO_DATABASE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"60", "60s", "2m"})
    void transactionsTakeSecondsOrADuration(String timeout) {
        start.settings.put("tx.timeout", timeout);

        start.isRefusedWith("bank-b-relay.camel.yaml", Start.NO_DATABASE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0s", "1500ms", "soon", "-1"})
    void timeoutOfNoWholeSecondsIsRefused(String timeout) {
        start.settings.put("tx.timeout", timeout);

        start.isRefusedWith("bank-b-relay.camel.yaml", "is not a positive number of seconds: transactions would never end, or at another time.");
    }

    @ParameterizedTest
    @CsvSource({"60s, 60s", "60s, 60", "61000, 1m", "30s, 20"})
    void deadlineOfARelayThatIsNotShorterThanATransactionIsRefused(String deadline, String timeout) {
        start.settings.put("outbox.relay.send-deadline", deadline);
        start.settings.put("tx.timeout", timeout);

        start.isRefusedWith("bank-b-relay.camel.yaml", "outbox.relay.send-deadline (" + deadline + ") is not shorter than tx.timeout (" + timeout + "): behind");
    }

    @Test
    void outageIsWaitedOutForAsLongAsItIsWritten() throws IOException {
        String file = start.write("fail.camel.yaml", """
                - route:
                    id: fail
                    routeConfigurationId: housekeeping-policy
                    from:
                      uri: direct:fail
                      steps:
                        - throwException:
                            exceptionType: java.lang.IllegalStateException
                            message: on purpose
                """);
        for (String delay : new String[] {"400ms", "400"}) {
            start.settings.put("inbox.outage-delay", delay);
            try (Routes routes = Routes.start(start.settings, file)) {
                long begin = System.nanoTime();
                routes.context().createProducerTemplate().sendBody("direct:fail", "");

                assertThat(Duration.ofNanos(System.nanoTime() - begin)).as(delay).isBetween(Duration.ofMillis(400), Duration.ofSeconds(20));
            }
        }
    }

    @Test
    void relayWaitsForItsBrokerAsLongAsItIsWritten() throws Exception {
        Properties settings = new Properties();
        settings.putAll(Map.of("bootstrap.servers", "localhost:1", "batch.size", "16384", "relay.metadataTimeout", "1s",
                "key.serializer", "org.apache.kafka.common.serialization.StringSerializer",
                "value.serializer", "org.apache.kafka.common.serialization.StringSerializer"));
        RelayKafkaClientFactory factory = new RelayKafkaClientFactory();

        try (CamelContext context = new DefaultCamelContext()) {
            context.getComponent("kafka", KafkaComponent.class).getConfiguration().setBrokers("localhost:1");
            factory.setCamelContext(context);
            @SuppressWarnings("unchecked")
            Producer<Object, Object> producer = factory.getProducer(settings);
            Throwable failure = catchThrowable(() -> producer.send(new ProducerRecord<>("nowhere", "key", "value")).get());
            producer.close();

            assertThat(failure).isInstanceOf(KafkaException.class).hasMessageContaining("not present in metadata after 1000 ms");
        }
    }
}
