package example;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import demo.Bank;
import harness.Ports;
import harness.RouteProcess;
import harness.Servers;
import harness.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The command line of the README: Camel JBang makes its HTTP server without the options {@code camel.server.*}. */
class LongBodiesAreRefusedIT {

    private static final int LENGTH = 9_000_000;

    @TempDir
    private Path folder;

    @Test
    void manyLongBodiesUseUpNoMemoryUnderCamelJbang() {
        Bank bank = Bank.open();
        Map<String, String> settings = bank.settings();
        settings.putAll(Map.of("kafka.brokers", Servers.kafka().brokers(), "inbox.dead-letter-topic", "false"));
        for (String destination : List.of("requested", "completed", "rejected", "settled")) {
            settings.put("outbox.destination.transfer." + destination, Topic.create(Servers.kafka(), 1).name());
        }
        int port = Ports.free();
        HttpClient http = HttpClient.newHttpClient();
        try (RouteProcess process = RouteProcess.camelJbang(folder.resolve("bank.log"), settings, port, "bank-a-*.camel.yaml").start().awaitStarted()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/transfers"))
                    .header("Content-Type", "application/json");
            List<CompletableFuture<Integer>> answers = IntStream.range(0, 40).mapToObj(i -> http
                    .sendAsync(request.POST(HttpRequest.BodyPublishers.ofByteArray(new byte[LENGTH])).build(), HttpResponse.BodyHandlers.ofString())
                    // the server closes while the client still sends
                    .handle((answer, closed) -> closed == null ? answer.statusCode() : 413)).toList();

            assertThat(answers.stream().map(CompletableFuture::join)).as(process.log()).containsOnly(413);

            String transfer = "{\"transferId\":\"t-1\",\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":1}";
            HttpRequest good = request.POST(HttpRequest.BodyPublishers.ofString(transfer)).build();
            // by a connection that the server has not closed
            assertThat(HttpClient.newHttpClient().sendAsync(good, HttpResponse.BodyHandlers.ofString()).join().statusCode()).as(process.log()).isEqualTo(202);
        }
    }
}
