package databases;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import demo.Bank;
import harness.Database;
import harness.Kafka;
import harness.Ports;
import harness.Routes;
import harness.Servers;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Banks A and B with databases and topics of their own, and a customer of bank A. */
public final class TwoBanks {

    public static final String[] BANK_A = Routes.files("bank-a-.*").toArray(String[]::new);
    public static final String[] BANK_B = Routes.files("bank-b-.*").toArray(String[]::new);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    public final Bank bank;
    public final Map<String, String> settings = new LinkedHashMap<>();
    private final int port = Ports.free();
    private final String topics = Servers.name("two-banks") + ".";

    public TwoBanks() {
        this(Bank.open());
    }

    TwoBanks(Bank bank) {
        this.bank = bank;
        settings.putAll(bank.settings());
        for (String event : new String[] {"requested", "completed", "rejected", "settled"}) {
            settings.put("outbox.destination.transfer." + event, topics + event);
            settings.put("outbox.destination." + topics + event + ".dead", topics + event + ".dead");
        }
        settings.put("outbox.relay.metadata-timeout", "2000ms");
        settings.put("outbox.relay.outage-max-delay", "1000ms");
        settings.put("inbox.outage-delay", "500ms");
        settings.put("camel.server.host", "127.0.0.1");
        settings.put("inbox.retry.poll-max-delay", "200ms");
        settings.put("outbox.retry.poll-max-delay", "200ms");
    }

    /** Makes the topics on a broker and lets the banks use it. */
    public TwoBanks on(Kafka kafka) {
        settings.put("kafka.brokers", kafka.brokers());
        settings.forEach((name, topic) -> {
            if (name.startsWith("outbox.destination.")) {
                kafka.createTopics(1, topic);
            }
        });
        return this;
    }

    /** The same settings with bank A's API, for one process. */
    Map<String, String> withApi() {
        Map<String, String> with = new LinkedHashMap<>(settings);
        with.put("camel.server.enabled", "true");
        with.put("camel.server.port", String.valueOf(port));
        return with;
    }

    /** Of bank A's API. */
    public int port() {
        return port;
    }

    Routes startA() {
        return Routes.start(withApi(), BANK_A);
    }

    Routes startB() {
        return Routes.start(settings, BANK_B);
    }

    /** A customer's request; the status of the answer, 0 if there is none. */
    public int request(String transfer) {
        return request(transfer, "a-1");
    }

    int request(String transfer, String account) {
        String body = "{\"transferId\":\"%s\",\"from\":\"%s\",\"to\":\"b-1\",\"amount\":1.00}".formatted(transfer, account);
        try {
            return HTTP.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/transfers")).timeout(Duration.ofSeconds(30))
                    .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                    HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns when bank A has heard that bank B has credited it. */
    public void awaitCompleted(String transfer) {
        await().untilAsserted(() -> org.assertj.core.api.Assertions.assertThat(
                bank.bankA().rows("SELECT status FROM transfer WHERE id = ?", transfer).toString()).isEqualTo("[{status=COMPLETED}]"));
    }

    public static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(100));
    }

    Database bankA() {
        return bank.bankA();
    }

    Database bankB() {
        return bank.bankB();
    }
}
