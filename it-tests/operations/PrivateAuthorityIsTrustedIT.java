package operations;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import harness.Certificates;
import harness.RouteProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A service whose certificate is of a house's own authority is told with the settings of docs/security.md, and is away without them. */
class PrivateAuthorityIsTrustedIT {

    @TempDir
    private Path folder;

    private final OperatedBank bank = new OperatedBank();
    private final List<String> posts = new CopyOnWriteArrayList<>();

    @Test
    void webhookIsToldOnlyWhereItsAuthorityIsTrusted() throws Exception {
        Certificates certificates = new Certificates(folder.resolve("certificates"));
        HttpsServer chat = server(certificates);
        try {
            bank.settings.put("alert.channels", "alert-webhook,alert-log");
            bank.settings.put("alert.webhook.url", "https://127.0.0.1:" + chat.getAddress().getPort() + "/hook");
            bank.settings.put("inbox.outage-delay", "100ms");
            bank.settings.put("inbox.retry.poll-max-delay", "200ms");
            bank.letters(1, "c", "java.lang.A");
            try (RouteProcess process = process().start().awaitStarted()) {
                OperatedBank.await().untilAsserted(() -> assertThat(process.log()).contains("retries of alert-webhook pause"));
            }
            assertThat(posts).isEmpty();

            try (RouteProcess process = process("camel.ssl.enabled=true", "camel.ssl.trust-store=file:" + certificates.authorities(),
                    "camel.ssl.trust-store-password=" + Certificates.PASSWORD, "camel.component.https.use-global-ssl-context-parameters=true").start().awaitStarted()) {
                OperatedBank.await().untilAsserted(() -> assertThat(posts).as(process.log()).contains("/hook"));
            }
        } finally {
            chat.stop(0);
        }
    }

    private HttpsServer server(Certificates certificates) throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificates.tls()));
        server.createContext("/", exchange -> {
            posts.add(exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private RouteProcess process(String... trust) {
        List<String> files = new ArrayList<>(List.of("operate-api.camel.yaml", "operate-show.camel.yaml", "operate-end-letters.camel.yaml", "operate-problem.camel.yaml",
                "operate-alerts.camel.yaml", "operate-alert-text.camel.yaml", "operate-alert-webhook.camel.yaml", "operate-alert-log.camel.yaml",
                "camel.server.enabled=true", "camel.server.host=127.0.0.1", "camel.server.port=" + bank.port()));
        files.addAll(List.of(trust));
        return RouteProcess.camelMain(folder.resolve("log"), bank.settings, files.toArray(String[]::new));
    }
}
