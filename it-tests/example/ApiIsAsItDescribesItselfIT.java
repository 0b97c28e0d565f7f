package example;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import demo.Bank;
import harness.ApiDescription;
import harness.Java;
import harness.Ports;
import harness.RouteProcess;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.apache.camel.model.ModelCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code openapi.json}: a validator takes it, a client that is made from it works, and what the API answers is in it. */
class ApiIsAsItDescribesItselfIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String TRANSFER = "{\"transferId\":\"%s\",\"from\":\"%s\",\"to\":\"b-1\",\"amount\":%s}";
    private static Routes routes;
    private static String url;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        Bank bank = Bank.open();
        int port = Ports.free();
        url = "http://localhost:" + port;
        Map<String, String> settings = bank.settings();
        settings.putAll(Map.of("kafka.brokers", Servers.kafka().brokers(), "camel.server.enabled", "true", "camel.server.port", String.valueOf(port),
                "inbox.dead-letter-topic", "false"));
        for (String destination : List.of("requested", "completed", "rejected", "settled")) {
            settings.put("outbox.destination.transfer." + destination, Topic.create(Servers.kafka(), 1).name());
        }
        routes = Routes.start(settings, Routes.files("bank-a-(?!relay).*").toArray(String[]::new));
    }

    @AfterAll
    static void stop() {
        routes.close();
    }

    @Test
    void descriptionIsValidAndAClientMadeFromItWorks() throws Exception {
        String description = url + "/openapi.json";
        String generator = Java.target().resolve("openapi/openapi-generator-cli.jar").toString();
        run("validate.log", Java.executable(), "-jar", generator, "validate", "-i", description);
        run("generate.log", Java.executable(), "-jar", generator, "generate", "-i", description, "-g", "java", "--library", "native", "-o", "client",
                "--additional-properties=openApiNullable=false,useJakartaEe=true");
        Files.writeString(folder.resolve("Customer.java"), """
                import java.math.BigDecimal;
                import org.openapitools.client.*;
                import org.openapitools.client.api.DefaultApi;
                import org.openapitools.client.model.TransferRequest;

                public class Customer {
                    public static void main(String[] arguments) throws Exception {
                        // the address is that of the description
                        DefaultApi bank = new DefaultApi();
                        TransferRequest request = new TransferRequest().transferId("t-1").from("a-1").to("b-1").amount(new BigDecimal("12.50"));
                        System.out.println(bank.postTransfer(request).getStatus() + " " + bank.getTransfer("t-1").getAmount());
                        System.out.println(bank.getAccount("a-1").getBalance());
                        try {
                            bank.getTransfer("none");
                        } catch (ApiException e) {
                            System.out.println(e.getCode() + " " + e.getResponseBody());
                        }
                    }
                }
                """);
        List<String> compile = new ArrayList<>(List.of(Java.executable() + "c", "-nowarn", "-cp", Java.testClasspath(), "-d", "classes", "Customer.java"));
        try (Stream<Path> sources = Files.walk(folder.resolve("client/src/main/java"))) {
            sources.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(compile::add);
        }
        run("compile.log", compile.toArray(String[]::new));

        String said = run("customer.log", Java.executable(), "-cp", folder.resolve("classes") + ":" + Java.testClasspath(), "Customer");

        assertThat(said).contains("PENDING 12.5", "\n987.5", "404 {\"type\":\"about:blank\"");
    }

    @Test
    void whatTheApiAnswersIsInTheDescription() throws Exception {
        ApiDescription description = ApiDescription.of(send(get("/openapi.json")).body());
        assertThat(URI.create(url + "/openapi.json").resolve(description.json().at("/servers/0/url").asText() + "transfers")).hasToString(url + "/transfers");
        Set<String> described = new TreeSet<>(Set.of("get /openapi.json"));
        description.json().path("paths").properties().forEach(path -> path.getValue().fieldNames()
                .forEachRemaining(method -> described.add(method + " " + path.getKey())));
        Set<String> served = new TreeSet<>();
        ((ModelCamelContext) routes.context()).getRestDefinitions()
                .forEach(rest -> rest.getVerbs().forEach(verb -> served.add(verb.asVerb() + " /" + verb.getPath().replaceFirst("^/", ""))));
        assertThat(served).isEqualTo(described);

        description.assertDescribed(202, send(post(TRANSFER.formatted("t-2", "a-2", "1e1"))), "post", "/transfers");
        description.assertDescribed(409, send(post(TRANSFER.formatted("t-2", "a-2", "2"))), "post", "/transfers");
        description.assertDescribed(422, send(post(TRANSFER.formatted("t-3", "nobody", "1"))), "post", "/transfers");
        description.assertDescribed(400, send(post("{}")), "post", "/transfers");
        description.assertDescribed(413, send(post(" ".repeat(70_000))), "post", "/transfers");
        description.assertDescribed(415, send(post("{}").setHeader("Content-Type", "text/plain")), "post", "/transfers");
        description.assertDescribed(406, send(post("{}").setHeader("Accept", "text/html")), "post", "/transfers");
        description.assertDescribed(200, send(get("/transfers/t-2")), "get", "/transfers/{id}");
        description.assertDescribed(200, send(get("/transfers/t-3")), "get", "/transfers/{id}");
        description.assertDescribed(400, send(get("/transfers/%20")), "get", "/transfers/{id}");
        description.assertDescribed(404, send(get("/transfers/none")), "get", "/transfers/{id}");
        description.assertDescribed(406, send(get("/transfers/t-2").setHeader("Accept", "text/html")), "get", "/transfers/{id}");
        description.assertDescribed(200, send(get("/accounts/a-1")), "get", "/accounts/{id}");
        description.assertDescribed(404, send(get("/accounts/none")), "get", "/accounts/{id}");
    }

    private String run(String log, String... command) {
        try (RouteProcess process = RouteProcess.of(List.of(command), folder, folder.resolve(log), Map.of()).start()) {
            assertThat(process.awaitExit()).as(process.log()).isZero();
            return process.log();
        }
    }

    private static HttpRequest.Builder post(String body) {
        return get("/transfers").POST(BodyPublishers.ofString(body)).header("Content-Type", "application/json");
    }

    private static HttpRequest.Builder get(String path) {
        return HttpRequest.newBuilder(URI.create(url + path));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }
}
