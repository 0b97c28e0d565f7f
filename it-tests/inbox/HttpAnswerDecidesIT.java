package inbox;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

import com.sun.net.httpserver.HttpServer;
import harness.Database;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the answer of a downstream makes of a message, told by the shipped notifier and a service that answers as the test says. */
class HttpAnswerDecidesIT {

    private final Database database = Servers.database().apply("schema.sql", "example-notifier.sql");
    private final Topic topic = Topic.create(Servers.kafka(), 1);
    private final HttpServer service = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    private final Map<String, String> settings = new LinkedHashMap<>();

    HttpAnswerDecidesIT() throws IOException {
        service.start();
        settings.put("notifier.jdbc-url", database.url());
        settings.put("notifier.user", "postgres");
        settings.put("notifier.service-url", "http://localhost:" + service.getAddress().getPort() + "/");
        settings.put("kafka.brokers", topic.kafka().brokers());
        settings.put("outbox.destination.transfer.settled", topic.name());
        settings.put("inbox.dead-letter-topic", "false");
        settings.put("inbox.immediate-delay", "20ms");
        settings.put("inbox.outage-delay", "100");
        topic.send("a-1", "{\"transferId\":\"t-1\",\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":1,\"status\":\"COMPLETED\"}",
                Map.of("ce_source", "test", "ce_id", "8f14e45f-ceea-467f-a8b4-000000000001", "ce_type", "transfer.settled"));
    }

    @AfterEach
    void stop() {
        service.stop(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404, 422})
    void refusalIsADeadLetterAtOnce(int status) {
        answer(status);
        try (Routes notifier = Routes.start(settings, "notifier-send-notification.camel.yaml", "notifier-tell-customer.camel.yaml")) {
            InboxFixture.await().untilAsserted(() -> assertThat(database.rows("SELECT attempts FROM dead_letter")).containsExactly(Map.of("attempts", 1)));
        }

        assertThat(database.count("notification")).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 503})
    void troubleIsRetried(int status) {
        answer(status);
        try (Routes notifier = Routes.start(settings, "notifier-send-notification.camel.yaml", "notifier-tell-customer.camel.yaml")) {
            InboxFixture.await().untilAsserted(() -> assertThat(database.rows("SELECT attempts FROM inbox_parked")).containsExactly(Map.of("attempts", 3)));
        }

        assertThat(database.count("dead_letter")).isZero();
    }

    @Test
    void serviceThatCannotBeReachedUsesUpNoAttempt() {
        settings.put("notifier.service-url", "http://localhost:1/");
        try (Routes notifier = Routes.start(settings, "notifier-send-notification.camel.yaml", "notifier-tell-customer.camel.yaml")) {
            InboxFixture.await().until(() -> notifier.failures() > 5);
        }

        assertThat(database.count("dead_letter") + database.count("inbox_parked")).isZero();
    }

    @Test
    void outageThatTheListOfPermanentErrorsNamesIsADeadLetter() {
        settings.put("notifier.service-url", "http://localhost:1/");
        settings.put("inbox.notifier-send-notification.permanent-errors", "java.net.ConnectException");
        try (Routes notifier = Routes.start(settings, "notifier-send-notification.camel.yaml", "notifier-tell-customer.camel.yaml")) {
            InboxFixture.await().untilAsserted(() -> assertThat(database.count("dead_letter")).isEqualTo(1));
        }
    }

    private void answer(int status) {
        service.createContext("/", exchange -> {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
    }
}
