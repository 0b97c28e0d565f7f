package half;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.core.JsonProcessingException;
import harness.Http;
import harness.Java;
import harness.Ports;
import harness.RouteProcess;
import harness.Routes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** A shop in Python with SQLite, by docs/contract.md and no library: an order is there if its message is published, whenever the shop is killed. */
class ServiceInPythonTakesPartIT {

    private static final String LOGIN = "shop:01234567890123456789";

    private final MessageService service = new MessageService();
    private final int port = Ports.free();
    private final Between between = new Between(service.port);
    private final Map<String, Object> order = new HashMap<>(Map.of("id", "o-1", "amount", 3));
    private Routes routes;
    private RouteProcess shop;

    @BeforeAll
    static void findPython() throws InterruptedException {
        try {
            assumeTrue(new ProcessBuilder("python3", "--version").start().waitFor() == 0, "python3 works");
        } catch (IOException e) {
            assumeTrue(false, "python3 is here: " + e.getMessage());
        }
    }

    @BeforeEach
    void start(@TempDir Path folder) {
        service.settings.put("half.logins", LOGIN);
        service.settings.put("half.check-back.first-delay", "2s");
        service.settings.put("half.check-back.timeout", "4s");
        service.settings.put("half.check-back.delay", "5s");
        service.settings.put("half.check-back.max-attempts", "40");
        routes = service.start();
        shop = RouteProcess.of(List.of("python3", Java.root().resolve("it-tests/half/shop.py").toString(), String.valueOf(port), folder.resolve("shop.db").toString(),
                between.url(), LOGIN), folder, folder.resolve("shop.log"), Map.of());
        open();
    }

    private void open() {
        shop.start();
        MessageService.await().until(() -> Http.status(url()) == 200);
    }

    @AfterEach
    void stop() {
        shop.close();
        between.close();
        routes.close();
    }

    @ParameterizedTest
    @CsvSource({"/messages, false", "/messages, true", "/commit, false", "/commit, true"})
    void orderAndMessageAreOneFactWhereverTheShopIsKilled(String at, boolean behind) {
        between.strike(at, behind, shop::kill);
        CompletableFuture.runAsync(() -> place(order));
        MessageService.await().until(() -> between.hasStruck() && !shop.isAlive());
        open();

        assertDecided();
        assertThat(place(order)).as("the customer asks again").isIn(201, 409);
        assertDecided();
        assertThat(paid()).containsExactly("o-1");
    }

    @Test
    void orderThatIsRefusedHasNoMessage() {
        order.put("amount", 0);

        assertThat(place(order)).isEqualTo(409);
        assertDecided();
        assertThat(state()).isEqualTo("[{state=ROLLED_BACK, decided_by=PRODUCER}]");
    }

    @Test
    void orderThatTakesLongIsAskedAboutAgain() {
        order.put("takes", 6);
        CompletableFuture<Integer> placed = CompletableFuture.supplyAsync(() -> place(order));

        MessageService.await().until(() -> service.database.count("half_message WHERE last_answer = '425'") == 1);

        assertThat(placed.join()).isEqualTo(201);
        assertDecided();
        assertThat(paid()).containsExactly("o-1");
    }

    /** Asked before it has begun, the shop says no for ever. */
    @Test
    void orderThatComesTooLateIsRefusedByTheBarrier() {
        order.put("waits", 6);

        assertThat(place(order)).isEqualTo(409);
        assertDecided();
        assertThat(state()).isEqualTo("[{state=ROLLED_BACK, decided_by=CHECK_BACK}]");
        assertThat(paid()).isEmpty();
    }

    /** All is decided and published, and what is published are the shop's orders. */
    private void assertDecided() {
        MessageService.await().until(() -> service.database.count("half_message WHERE state = 'PREPARED' OR waiting") + service.database.count("outbox_message") == 0);
        assertThat(orders()).isEqualTo(paid());
        assertThat(service.database.count("dead_letter")).isZero();
    }

    private String state() {
        return service.database.rows("SELECT state, decided_by FROM half_message").toString();
    }

    private List<String> paid() {
        List<String> paid = new ArrayList<>();
        service.topic.records().forEach(record -> paid.add(json(new String(record.value(), StandardCharsets.UTF_8), Map.class).get("id").toString()));
        return paid;
    }

    private List<?> orders() {
        return json(Http.body(url()), List.class);
    }

    /** The status, 0 if the shop has died over it. */
    private int place(Map<String, Object> order) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url())).POST(BodyPublishers.ofString(MessageService.JSON.writeValueAsString(order))).build();
            return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private String url() {
        return "http://localhost:" + port + "/orders";
    }

    private static <T> T json(String text, Class<T> type) {
        try {
            return MessageService.JSON.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(text, e);
        }
    }
}
