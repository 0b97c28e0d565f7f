package k8s;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import demo.Bank;
import harness.Servers;
import harness.Topic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Bank A's API by the runtimes that Camel K builds with, whose HTTP server is Quarkus': the same limit and the same answers. */
class CamelKAnswersAsEverywhereIT {

    private static final String TRANSFER = "{\"transferId\":\"%s\",\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":%s}";

    @TempDir
    Path folder;

    private final Bank bank = Bank.open();

    static Stream<CamelK> runtimes() {
        return CamelKRunsTheManifestsIT.runtimes();
    }

    @Tag("conformance")
    @ParameterizedTest
    @MethodSource("runtimes")
    void badRequestsAreRefusedWithProblemDetails(CamelK runtime) throws Exception {
        Map<String, JsonNode> dev = Kubectl.overlay("dev");
        Map<String, String> settings = new LinkedHashMap<>(Map.of("inbox.dead-letter-topic", "false"));
        for (String event : new String[] {"requested", "completed", "rejected", "settled"}) {
            settings.put("outbox.destination.transfer." + event, Topic.create(Servers.kafka(), 1).name());
        }
        try (Pod pod = new Pod(Kit.build(runtime, folder, "bank-a", Integration.dependencies(dev.get("Integration/bank-a"))), dev, "bank-a", folder, this::value, settings).start()) {
            String url = "http://localhost:" + pod.port();
            assertThat(post(url, "Application/JSON; Charset=bogus", TRANSFER.formatted("t-1", "1e1"))).as(pod.log()).startsWith("202 application/json ");
            assertThat(get(url, "/transfers/t-1")).startsWith("200 application/json ").contains("10.00");
            assertThat(get(url, "/openapi.json")).startsWith("200 application/json ").contains("3.0.3");
            assertThat(post(url, "application/json", TRANSFER.formatted("t-2", "\"007.50\""))).startsWith("400 application/problem+json ");
            assertThat(post(url, "application/json", TRANSFER.formatted("t-1", "2"))).startsWith("409 application/problem+json ");
            assertThat(post(url, "application/json", TRANSFER.formatted("t-3", "5000"))).startsWith("422 application/problem+json ");
            assertThat(post(url, "text/plain", "x")).startsWith("415 application/problem+json ");
            assertThat(get(url, "/transfers/none")).startsWith("404 application/problem+json ");
            assertThat(get(url, "/nowhere")).startsWith("404 application/problem+json ");
            assertThat(get(url, "/transfers")).startsWith("405 application/problem+json ");
            // Quarkus answers this one before any route, and with nothing more
            assertThat(post(url, "application/json", " ".repeat(70_000))).startsWith("413 ");
            assertThat(send(url, "application/json", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[70_000])))).startsWith("413 ");
            assertThat(bank.bankA().count("transfer")).isEqualTo(2);
        }
    }

    private static String get(String url, String path) throws Exception {
        return answer(HttpRequest.newBuilder(URI.create(url + path)).build());
    }

    private static String post(String url, String type, String body) throws Exception {
        return send(url, type, BodyPublishers.ofString(body));
    }

    private static String send(String url, String type, BodyPublisher body) throws Exception {
        return answer(HttpRequest.newBuilder(URI.create(url + "/transfers")).header("Content-Type", type).POST(body).build());
    }

    private static String answer(HttpRequest request) throws Exception {
        HttpResponse<String> answer = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build().send(request, BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.headers().firstValue("Content-Type").orElse("") + " " + answer.body();
    }

    private String value(String reference) {
        return switch (reference.replaceFirst(".*[:/]", "")) {
            case "KAFKA_BROKERS" -> Servers.kafka().brokers();
            case "DATABASE_BANK_A_URL" -> bank.bankA().url();
            case "username" -> "postgres";
            case "password" -> "";
            default -> throw new IllegalArgumentException(reference);
        };
    }
}
