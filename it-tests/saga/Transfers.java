package saga;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import demo.Bank;
import demo.HttpRequests;
import demo.Invariants;
import harness.Database;
import harness.Downstream;
import harness.Ports;
import harness.Routes;
import harness.Servers;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/** The transfer as a saga, or by TCC: its databases, topics and notification service, for applications that a test starts. */
final class Transfers implements AutoCloseable {

    private final String model;
    final Bank bank = Bank.open();
    final Map<String, String> settings = bank.settings();
    final int port = Ports.free();
    final Map<String, List<String>> requests = new LinkedHashMap<>();
    private final Map<String, String> sent = new ConcurrentHashMap<>();
    private final HttpRequests customer = new HttpRequests("http://localhost:" + port);
    private final Downstream notifications;

    /** @param model {@code saga} or {@code tcc}: how the names of its route files begin */
    Transfers(String model) throws IOException {
        this.model = model;
        notifications = new Downstream(0, request -> {
            sent.put(request.headers().get("idempotency-key"), request.text().replaceFirst(".*\"transferId\" ?: ?\"([^\"]+)\".*", "$1"));
            return Downstream.answer(204, "");
        });
        String topics = Servers.name("saga") + ".";
        String commands = model.equals("tcc") ? "reservation." : "transfer.";
        for (String event : List.of(commands + "debit", commands + "credit", commands + "answered", "transfer.settled")) {
            settings.put("outbox.destination." + event, topics + event);
            Servers.kafka().createTopics(2, topics + event);
        }
        settings.put("kafka.brokers", Servers.kafka().brokers());
        settings.put("inbox.dead-letter-topic", "false");
        settings.put("inbox.outage-delay", "200");
        settings.put("inbox.immediate-delay", "50ms");
        settings.put("inbox.retry.first-delay", "300ms");
        settings.put("inbox.retry.delay", "300ms");
        settings.put("notifier.service-url", "http://localhost:" + notifications.port() + "/");
        settings.put("operate.data-source", "bankB");
    }

    /** Arguments of a process, or of routes here, that has the files of some applications, and the HTTP server if one of them is the orchestrator. */
    String[] files(String... applications) {
        List<String> files = new ArrayList<>();
        for (String application : applications) {
            files.addAll(filesOf(application));
        }
        return files.toArray(String[]::new);
    }

    /** Bank A's and bank B's relay are theirs. */
    private List<String> filesOf(String application) {
        return switch (application) {
            case "orchestrator" -> List.of("saga-api.camel.yaml", "saga-request-transfer.camel.yaml", model + "-transfer.camel.yaml", "saga-end-transfer.camel.yaml",
                    "bank-a-answer-request.camel.yaml", "bank-a-check-media-type.camel.yaml", "bank-a-check-request.camel.yaml", "bank-a-describe.camel.yaml",
                    "bank-a-record-settled.camel.yaml", "bank-a-show.camel.yaml", "bank-a-tell-settled.camel.yaml");
            case "bank A" -> Routes.files(model + "-bank-a-.*|bank-a-relay.*");
            case "bank B" -> Routes.files(model + "-bank-b-.*|bank-b-book-credit.*|bank-b-relay.*");
            default -> List.of("notifier-send-notification.camel.yaml", "notifier-tell-customer.camel.yaml");
        };
    }

    /** With the HTTP server. */
    Map<String, String> served() {
        Map<String, String> served = new LinkedHashMap<>(settings);
        served.put("camel.server.enabled", "true");
        served.put("camel.server.host", "127.0.0.1");
        served.put("camel.server.port", String.valueOf(port));
        return served;
    }

    /** Requests a transfer, and returns when it is taken. */
    void request(String id, String from, String to, double amount) {
        synchronized (requests) {
            List<String> mine = requests.computeIfAbsent(from, key -> new ArrayList<>());
            if (!mine.contains(id)) {
                mine.add(id);
            }
        }
        Awaitility.await().atMost(Duration.ofMinutes(3)).pollInSameThread().pollInterval(Duration.ofMillis(200))
                .until(() -> customer.apply(Map.of("transferId", id, "from", from, "to", to, "amount", amount)), Optional::isPresent);
    }

    Invariants invariants() {
        synchronized (requests) {
            return new Invariants(bank, requests, sent);
        }
    }

    /** How a transfer stands: {@code COMPLETED}, or {@code REJECTED} with its reason. */
    String status(String id) {
        Object status = bank.bankA().value("SELECT status || coalesce(' ' || reason, '') FROM transfer WHERE id = ?", id);
        return String.valueOf(status);
    }

    void awaitStatus(String id, String status) {
        Journeys.await().until(() -> status(id), status::equals);
    }

    /** One of each kind: what is done, and each reason not to. */
    void ofAllKindsEndWithAllInvariants() {
        request("t-1", "a-1", "b-1", 10);
        request("t-2", "a-1", "nobody", 10);
        request("t-3", "a-1", "b-1", 5000);
        request("t-4", "a-1", "b-9", 10);
        request("t-5", "a-1", "b-2", 1.5);
        request("t-6", "nobody", "b-2", 1.5);

        awaitStatus("t-1", "COMPLETED");
        awaitStatus("t-2", "REJECTED UNKNOWN_ACCOUNT");
        awaitStatus("t-3", "REJECTED INSUFFICIENT_FUNDS");
        awaitStatus("t-4", "REJECTED ACCOUNT_CLOSED");
        awaitStatus("t-5", "COMPLETED");
        awaitStatus("t-6", "REJECTED UNKNOWN_ACCOUNT");
        Awaitility.await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> assertThat(invariants().violations()).isEmpty());
    }

    Database bankA() {
        return bank.bankA();
    }

    Database bankB() {
        return bank.bankB();
    }

    @Override
    public void close() {
        notifications.close();
    }
}
