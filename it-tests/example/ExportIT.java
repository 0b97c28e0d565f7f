package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import demo.Customers;
import demo.HttpRequests;
import harness.Database;
import harness.Http;
import harness.Java;
import harness.Page;
import harness.Ports;
import harness.RouteProcess;
import harness.Servers;
import harness.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static harness.ReceivingBank.await;
import static org.assertj.core.api.Assertions.assertThat;

/** The README's way to a container image. */
class ExportIT {

    private static final String QUARKUS = "3.31.2";
    /** The command line reads a catalogue, and that of the release above is not in every repository. */
    private static final String QUARKUS_WITH_CATALOG = "3.27.0";

    private final Database bankA = Servers.database("schema.sql", "example-bank-a.sql");
    private final Topic requested = Topic.create(Servers.kafka(), 1);
    private final Topic completed = Topic.create(Servers.kafka(), 1);
    private final Topic rejected = Topic.create(Servers.kafka(), 1);
    private final int port = Ports.free();

    private final Page readme = Page.of("README.md");
    private final List<String> commands = readme.found("(?m)^    (\\.\\./camelw export .*|\\.\\./mvnw -f .*|java .*-jar .*)");

    @TempDir
    private Path folder;

    @Test
    @Timeout(900)
    void exportedServiceRequestsPublishesAndSettlesTransfers() {
        assertThat(commands).hasSize(3);
        bankA.update("INSERT INTO account (id, balance) VALUES ('a-1', 100)");
        run("export.log", commands.get(0));
        run("package.log", commands.get(1));

        try (RouteProcess bank = command("bank.log", commands.get(2)).start().awaitStarted()) {
            new Customers(new HttpRequests("http://localhost:" + port)).requestOne(Map.of("transferId", "t-1", "from", "a-1", "to", "b-1", "amount", 10.0));
            await().untilAsserted(() -> assertThat(requested.records()).as(bank.log()).singleElement()
                    .satisfies(message -> assertThat(Topic.headers(message)).containsEntry("ce_type", "transfer.requested")));
            await().untilAsserted(() -> assertThat(Page.of("k8s/README.md").found("path: (\\S+)")).as("what the Deployment asks").hasSize(3)
                    .allSatisfy(path -> assertThat(Http.status("http://localhost:" + port + path)).isEqualTo(200)));
            completed.send("a-1", "{\"transferId\":\"t-1\"}", Map.of("ce_source", "test", "ce_id", "m-1", "ce_type", "transfer.completed"));
            await().untilAsserted(() -> assertThat(bankA.value("SELECT status FROM transfer")).as(bank.log()).isEqualTo("COMPLETED"));
        }
    }

    @Test
    @Timeout(900)
    void exportedRelayPublishesOnQuarkus() throws IOException {
        String options = readme.found("`(--runtime=quarkus [^`]+)`").get(0).replace(QUARKUS, QUARKUS_WITH_CATALOG);
        run("export.log", commands.get(0).replace("--runtime=main", options).replace("bank-a-*", "bank-a-relay"));
        Path pom = folder.resolve("bank-a/pom.xml");
        Files.writeString(pom, withPublishedExtensions(Files.readString(pom)));
        run("package.log", commands.get(1));
        bankA.insertOutbox("transfer.requested", "a-1", "{}");

        try (RouteProcess relay = command("relay.log", "java -jar /tmp/bank-a/" + readme.found("`(target/quarkus-app/[^`]+)`").get(0)).start().awaitStarted()) {
            await().untilAsserted(() -> assertThat(requested.bodies()).as(relay.log()).containsExactly("{}"));
        }
    }

    /** Of this release not all extensions are in every repository: the components themselves stand in for them. */
    private static String withPublishedExtensions(String pom) {
        String group = "<groupId>org.apache.camel.quarkus</groupId>\\s*<artifactId>camel-quarkus-";
        return pom.replace(QUARKUS_WITH_CATALOG, QUARKUS)
                .replaceAll(group + "(jdbc|jms|scheduler)<", "<groupId>org.apache.camel</groupId><artifactId>camel-$1<")
                .replaceFirst(group + "sql<", "<groupId>org.apache.camel.quarkus</groupId><artifactId>camel-quarkus-support-spring</artifactId></dependency>"
                        + "<dependency><groupId>org.apache.camel</groupId><artifactId>camel-sql<");
    }

    private void run(String log, String command) {
        try (RouteProcess process = command(log, command).start()) {
            assertThat(process.awaitExit()).as(command + "\n" + process.log()).isZero();
        }
    }

    private RouteProcess command(String log, String command) {
        Map<String, String> settings = new HashMap<>(Map.of("database.bank-a.url", bankA.url(), "database.bank-a.user", "postgres", "kafka.brokers", requested.kafka().brokers(),
                "outbox.destination.transfer.requested", requested.name(), "outbox.destination.transfer.completed", completed.name(),
                "outbox.destination.transfer.rejected", rejected.name(), "inbox.dead-letter-topic", "false"));
        // the port is no setting of the routes: of a built service it is a system property. By default health is at the API's port.
        settings.put("JAVA_TOOL_OPTIONS", Java.SHORT_LIVED + (command.startsWith("java") ? " -Dcamel.server.port=" + port + " -Dcamel.management.port=" + port : ""));
        return RouteProcess.shell(folder.resolve(log), settings, command.replace("/tmp/", folder + "/"));
    }
}
