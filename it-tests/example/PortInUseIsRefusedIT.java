package example;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;

import demo.Bank;
import harness.Ports;
import harness.RouteProcess;
import harness.Servers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** An application whose HTTP server cannot listen ends before its routes start: Camel would warn, and be healthy and deaf. */
class PortInUseIsRefusedIT {

    @TempDir
    private Path folder;
    private final Map<String, String> settings = Bank.open().settings();
    private ServerSocket taken;

    @BeforeEach
    void takeAPort() throws IOException {
        taken = new ServerSocket(Ports.free());
        settings.put("kafka.brokers", Servers.kafka().brokers());
        settings.put("operate.data-source", "bankA");
    }

    @AfterEach
    void freeThePort() throws IOException {
        taken.close();
    }

    @Test
    void apiUnderCamelMainEndsAndNamesThePort() {
        isRefused(operateApi("camel.server.port=" + taken.getLocalPort()), "127.0.0.1");
    }

    @Test
    void managementServerIsAServerToo() {
        isRefused(operateApi("camel.server.port=" + Ports.free(), "camel.management.enabled=true", "camel.management.host=127.0.0.1",
                "camel.management.healthCheckEnabled=true", "camel.management.port=" + taken.getLocalPort()), "127.0.0.1");
    }

    @Test
    void apiUnderCamelJbangEndsAndNamesThePort() {
        isRefused(RouteProcess.camelJbang(folder.resolve("log"), settings, taken.getLocalPort(), "operate-*.camel.yaml", "--profile=operate"), "127.0.0.1");
    }

    /** Camel JBang makes this one by itself, when it meets the first route that needs it. */
    @Test
    void serverThatNoSettingAsksForIsRefusedToo() {
        isRefused(RouteProcess.camelJbang(folder.resolve("log"), settings, taken.getLocalPort(), "bank-a-*.camel.yaml"), "0.0.0.0");
    }

    private RouteProcess operateApi(String... server) {
        Stream<String> files = Stream.of("operate-api.camel.yaml", "operate-show.camel.yaml", "operate-end-letters.camel.yaml", "operate-problem.camel.yaml",
                "camel.server.enabled=true", "camel.server.host=127.0.0.1");
        return RouteProcess.camelMain(folder.resolve("log"), settings, Stream.concat(files, Arrays.stream(server)).toArray(String[]::new));
    }

    private void isRefused(RouteProcess application, String host) {
        try (RouteProcess process = application.start()) {
            int status = process.awaitExit();

            assertThat(process.log()).contains("the HTTP server cannot listen on " + host + ":" + taken.getLocalPort()
                    + " (Address already in use): the process would run and look healthy, and nobody could call it. End the process that has the port, or set another one: ")
                    .doesNotContain(") started in ", "Started operate-api", "Started bank-a-api");
            assertThat(status).as(process.log()).isNotZero();
        }
    }
}
