package half;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import demo.Bank;
import demo.HttpRequests;
import demo.Invariants;
import harness.Downstream;
import harness.Ports;
import harness.RouteProcess;
import harness.Routes;
import harness.Servers;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The transfer with a bank A that has no outbox: whoever is killed at whatever step, all invariants hold, and no message stays undecided. What
 * bank A says to the message service goes through this test, which kills one of them before or behind a word.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HalfTransferSurvivesCrashesIT {

    private static final String[] SHARED = {"bank-a-answer-request.camel.yaml", "bank-a-book-transfer.camel.yaml", "bank-a-check-media-type.camel.yaml",
        "bank-a-check-request.camel.yaml", "bank-a-describe.camel.yaml", "bank-a-end-transfer.camel.yaml", "bank-a-show.camel.yaml"};

    private final Bank bank = Bank.open(Servers.database(), Servers.database(), Servers.database(), Servers.database());
    private final Map<String, String> sent = new ConcurrentHashMap<>();
    private final Map<String, List<String>> requests = new LinkedHashMap<>();
    private final int bankPort = Ports.free();
    private final int servicePort = Ports.free();
    private final Between between = new Between(servicePort);
    private final HttpRequests customer = new HttpRequests("http://localhost:" + bankPort);
    private Downstream notifications;
    private RouteProcess producer;
    private RouteProcess service;
    private Routes others;
    private int number;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        notifications = new Downstream(0, request -> {
            sent.put(request.headers().get("idempotency-key"), request.text().replaceFirst(".*\"transferId\" ?: ?\"([^\"]+)\".*", "$1"));
            return Downstream.answer(204, "");
        });
        Map<String, String> settings = bank.settings();
        settings.put("kafka.brokers", Servers.kafka().brokers());
        String topics = Servers.name("half") + ".";
        for (String event : new String[] {"requested", "completed", "rejected", "settled"}) {
            settings.put("outbox.destination.transfer." + event, topics + event);
            Servers.kafka().createTopics(1, topics + event);
        }
        settings.put("inbox.dead-letter-topic", "false");
        settings.put("inbox.outage-delay", "200");
        settings.put("notifier.service-url", "http://localhost:" + notifications.port() + "/");
        settings.put("half-bank-a.messages-url", between.url() + "/messages");
        settings.put("half-bank-a.messages-timeout", "5000");
        settings.put("half-bank-a.check-back-url", "http://localhost:" + bankPort + "/check-back");
        settings.put("half-bank-a.settled-url", "http://localhost:" + bankPort + "/settled");
        settings.put("half.check-back.first-delay", "1s");
        settings.put("half.check-back.delay", "3s");
        settings.put("half.check-back.max-attempts", "40");
        producer = process(folder, settings, bankPort, Stream.concat(Routes.files("half-bank-a-.*").stream(), Arrays.stream(SHARED)));
        service = process(folder, settings, servicePort, Routes.files("half-(messages|deliver)-.*").stream());
        producer.start();
        service.start();
        others = Routes.start(settings, Stream.of(Routes.files("bank-b-.*"), Routes.files("notifier-.*")).flatMap(List::stream).toArray(String[]::new));
        producer.awaitStarted();
        service.awaitStarted();
    }

    private static RouteProcess process(Path folder, Map<String, String> settings, int port, Stream<String> files) {
        List<String> arguments = new ArrayList<>(files.toList());
        arguments.addAll(List.of("camel.server.enabled=true", "camel.server.host=127.0.0.1", "camel.server.port=" + port));
        return RouteProcess.camelMain(folder.resolve(port + ".log"), settings, arguments.toArray(String[]::new));
    }

    @AfterAll
    void stop() {
        between.close();
        producer.close();
        service.close();
        others.close();
        notifications.close();
    }

    @ParameterizedTest
    @CsvSource({"/messages, true, producer", "/commit, false, producer", "/messages, false, service", "/commit, true, service", "/commit, false, nobody"})
    void killedAtItsMostTellingSteps(String at, boolean isBehind, String victim) {
        killed(at, isBehind, victim);
    }

    @Tag("soak")
    @ParameterizedTest
    @CsvSource({"/messages, false, producer", "/commit, true, producer", "/messages, true, service", "/commit, false, service", "/messages, true, nobody"})
    void killedAtItsOtherSteps(String at, boolean isBehind, String victim) {
        killed(at, isBehind, victim);
    }

    private void killed(String at, boolean isBehind, String victim) {
        RouteProcess killed = victim.equals("producer") ? producer : service;
        between.strike(at, isBehind, () -> {
            if (!victim.equals("nobody")) {
                killed.kill();
            }
        });

        List<Thread> customers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String account = "a-" + i;
            List<Map<String, Object>> mine = new ArrayList<>();
            for (int j = 0; j < 3; j++) {
                String id = "t-" + ++number;
                // one is refused by bank A, and one by bank B
                mine.add(Map.of("transferId", id, "from", account, "to", j == 1 ? "nobody" : "b-1", "amount", j == 2 ? 5000 : 1.5));
                requests.computeIfAbsent(account, key -> new ArrayList<>()).add(id);
            }
            customers.add(new Thread(() -> mine.forEach(this::request)));
        }
        customers.forEach(Thread::start);
        Awaitility.await("the fault").atMost(Duration.ofMinutes(3)).until(between::hasStruck);
        if (!victim.equals("nobody")) {
            Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> !killed.isAlive());
            killed.start().awaitStarted();
        }

        Awaitility.await("drained").atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(300)).ignoreExceptions()
                .until(() -> customers.stream().noneMatch(Thread::isAlive) && invariants().hold());
        assertThat(invariants().violations()).isEmpty();
    }

    @Test
    void databaseOfBankAHasNoOutbox() {
        assertThat(bank.bankA().rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1").toString())
                .isEqualTo("[{table_name=account}, {table_name=ledger_entry}, {table_name=message_barrier}, {table_name=reservation}, {table_name=transfer}]");
    }

    private Invariants invariants() {
        return new Invariants(bank, requests, sent);
    }

    /** A customer without an answer asks again. */
    private void request(Map<String, Object> transfer) {
        Awaitility.await().atMost(Duration.ofMinutes(3)).pollInSameThread().pollInterval(Duration.ofMillis(300)).until(() -> customer.apply(transfer), Optional::isPresent);
    }
}
