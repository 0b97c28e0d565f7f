package example;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import harness.Http;
import harness.Java;
import harness.Kafka;
import harness.Page;
import harness.Ports;
import harness.Postgres;
import harness.RouteProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static harness.ReceivingBank.await;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The README's way to servers of one's own: its block goes through a shell as it stands, against a PostgreSQL and a Kafka that know nothing yet, and its
 * commands start the services. What differs: addresses are those of these servers; some commands are {@link PageShell}'s; and the two requests are made by Java and not by {@code curl}.
 */
class OwnServersIT {

    private static final Page README = Page.of("README.md");

    private final int apiPort = Ports.free();
    private final int standInPort = Ports.free();

    @TempDir
    private Path folder;

    @Test
    @Timeout(600)
    void blockAndCommandsOfTheReadmeRunTheExample() throws Exception {
        Path checkout = checkout();
        List<RouteProcess> running = new ArrayList<>();
        try (Postgres postgres = new Postgres(folder.resolve("postgres")).start(); Kafka kafka = new Kafka(folder.resolve("kafka")).start()) {
            String block = README.found("```sh\n([^`]+)```").get(0).replace("localhost:5432", "127.0.0.1:" + postgres.port())
                    .replace("localhost:9092", kafka.brokers()).replace("localhost:8090", "localhost:" + standInPort);
            new PageShell(folder).run(checkout, block);

            for (String command : README.found("(?m)^    ((?:env .* )?\\.\\./camelw run .*)")) {
                running.add(service(checkout, command));
            }
            assertThat(running).hasSize(4);
            assertThat(request(README.found("(?s)curl -i localhost:8080/transfers .*?-d '(.*?)'").get(0)).statusCode()).as(running.get(0).log()).isEqualTo(202);

            String shown = "http://localhost:" + apiPort + README.found("curl localhost:8080(/transfers/\\S+)").get(0);
            await().untilAsserted(() -> assertThat(Http.body(shown)).as(running.get(1).log()).contains("COMPLETED"));
            await().untilAsserted(() -> assertThat(running.get(3).log()).as(running.get(2).log()).contains("told: ").contains("t-1"));
        } finally {
            running.forEach(RouteProcess::close);
        }
    }

    /** A folder like a checkout, so that nothing is written into this one. */
    private Path checkout() throws IOException {
        Path checkout = Files.createDirectories(folder.resolve("checkout"));
        Files.createSymbolicLink(checkout.resolve("src"), Java.root().resolve("src"));
        Path routes = Files.createDirectory(checkout.resolve("routes"));
        try (Stream<Path> files = Files.list(Java.root().resolve("routes"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.createSymbolicLink(routes.resolve(file.getFileName()), file);
            }
        }
        return checkout;
    }

    private RouteProcess service(Path checkout, String command) {
        String mine = command.replace("../camelw", Java.root() + "/camelw").replace("--port=8090", "--port=" + standInPort)
                + (command.contains(" bank-a-") ? " --port=" + apiPort : "");
        Path log = folder.resolve(command.replaceAll("\\W+", "-") + ".log");
        Map<String, String> settings = Map.of("camelw.java-opts", Java.SHORT_LIVED + " -Xmx256m");
        Path place = checkout.resolve(command.contains("stand-in") ? "target" : "routes");
        return RouteProcess.of(List.of("sh", "-c", "exec " + mine), place, log, settings).start().awaitStarted();
    }

    private HttpResponse<String> request(String body) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://localhost:" + apiPort + "/transfers"))
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
