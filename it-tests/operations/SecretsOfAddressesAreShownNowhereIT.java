package operations;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.sun.net.httpserver.HttpServer;
import harness.RouteProcess;
import harness.Servers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** However a webhook fails, its address is in no log, table, alert or answer with what may be a secret in it; nor is a password of a JDBC URL. */
class SecretsOfAddressesAreShownNowhereIT {

    private static final String SECRET = "S3cr3tT0ken";

    private final OperatedBank bank = new OperatedBank();
    private HttpServer chat;
    private final List<String> posts = new ArrayList<>();

    @TempDir
    private Path folder;

    @BeforeEach
    void startChat() throws IOException {
        chat = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        chat.createContext("/", exchange -> {
            String path = exchange.getRequestURI().toString();
            synchronized (posts) {
                posts.add(path);
            }
            exchange.getRequestBody().readAllBytes();
            byte[] answer = (path.startsWith("/refuses") ? "{\"errcode\":310000,\"errmsg\":\"no such hook: http://chat.example" + path + "\"}" : "Cannot POST " + path)
                    .getBytes(StandardCharsets.UTF_8);
            int status = path.startsWith("/missing") ? 404 : path.startsWith("/broken") ? 500 : path.startsWith("/moved") ? 302 : 200;
            if (status == 302) {
                exchange.getResponseHeaders().add("Location", path + "/");
            }
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        chat.start();
        bank.settings.put("inbox.outage-delay", "100ms");
        bank.settings.put("inbox.alert-webhook.retry.max-attempts", "0");
        bank.settings.put("inbox.permanent-errors", "java.lang.Error");
        // what is usually an outage, and waits, ends here as a dead letter
        bank.settings.put("inbox.alert-webhook.outage-statuses", "599");
        bank.settings.put("inbox.alert-webhook.outage-errors", "javax.net.ssl.SSLException");
    }

    @AfterEach
    void stopChat() {
        chat.stop(0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            http://localhost:CHAT/missing/T0/S3cr3tT0ken            | is a dead letter
            http://localhost:CHAT/missing/robot?key=S3cr3tT0ken     | is a dead letter
            http://localhost:CHAT/moved/T0/S3cr3tT0ken              | is a dead letter
            http://localhost:CHAT/broken/T0?a=b&sign=S3cr3tT0ken#x  | has failed 1 times
            http://localhost:CHAT/refuses/T0/S3cr3tT0ken            | has failed 1 times
            http://localhost:1/T0/B0/S3cr3tT0ken?a=S3cr3tT0ken      | retries of alert-webhook pause
            http://nowhere.invalid/T0/S3cr3tT0ken                   | retries of alert-webhook pause
            http://u:S3cr3tT0ken@localhost:CHAT/T0/S3cr3tT0ken      | is a dead letter
            https://localhost:CHAT/T0/B0/S3cr3tT0ken                | alert-webhook
            """)
    void webhookThatFailsShowsNoSecret(String url, String line) {
        bank.settings.put("alert.channels", "alert-webhook,alert-log");
        bank.settings.put("alert.webhook.url", url.replace("CHAT", String.valueOf(chat.getAddress().getPort())));
        bank.letters(1, "c", "java.lang.A");
        try (RouteProcess process = process().start().awaitStarted()) {
            OperatedBank.await().untilAsserted(() -> assertThat(process.log()).contains(line.equals("is a dead letter") ? "exhausted: true" : line));
            if (line.matches("is a dead letter|has failed.*")) {
                OperatedBank.await().untilAsserted(() -> assertThat(bank.database.count("dead_letter WHERE consumer = 'alert-webhook'")).isPositive());
                assertThat(bank.get("?consumer=alert-webhook").body()).as("the API").contains("alert-webhook").doesNotContain(SECRET);
            }
            OperatedBank.await().untilAsserted(() -> assertThat(process.log()).contains("ALERT FIRST"));

            assertThat(shown(process.log())).as("what shows the secret").isEmpty();
            if (url.contains("CHAT") && url.startsWith("http://l")) {
                assertThat(posts).as("the whole address is asked").isNotEmpty().allSatisfy(path -> assertThat(path).contains(SECRET));
            }
            // the scan finds what is there
            bank.database.update("UPDATE dead_letter SET error_message = ?", "x " + SECRET);
            bank.database.update("INSERT INTO incident (kind, subject, error_class, error_message) VALUES ('GAP', ?, 'e', 'm')", SECRET);
            assertThat(shown(process.log() + SECRET)).contains("log: " + SECRET, "dead_letter", "incident");
            assertThat(bank.get("").body()).contains(SECRET);
        }
    }

    @Test
    void addressThatIsNoneShowsNoSecret() {
        bank.settings.put("alert.channels", "alert-webhook,alert-log");
        for (String url : new String[] {"http://localhost/T0/a b/" + SECRET, "localhost/T0/" + SECRET, "ftp://localhost/T0/" + SECRET, "http:///T0/" + SECRET, "http:hooks/T0/" + SECRET,
                "http://[/T0/" + SECRET, "http://localhost:x/" + SECRET, "jdbc:http://localhost/" + SECRET}) {
            bank.settings.put("alert.webhook.url", url);
            try (RouteProcess process = process().start()) {
                assertThat(process.awaitExit()).as(url).isNotZero();

                assertThat(process.log()).contains("alert.webhook.url is no http or https URL").doesNotContain(SECRET);
            }
        }
    }

    @Test
    void passwordInAJdbcUrlIsNotShown() {
        bank.settings.put("check.wait", "1s");
        for (String url : new String[] {Servers.database().url() + "?password=" + SECRET, "jdbc:postgresql://localhost:1/bank?user=u&password=" + SECRET,
                "jdbc:postgresql://u:" + SECRET + "@localhost:1/bank", "jdbc:postgresql://nowhere.invalid/bank?sslpassword=" + SECRET, "jdbc:postgresql://u:" + SECRET + "@localhost/bank",
                bank.database.url().replaceFirst("/[^/]*$", "/no_such_database?password=" + SECRET), "jdbc:postgres://localhost/bank?password=" + SECRET}) {
            bank.settings.put("database.bank-b.url", url);
            try (RouteProcess process = process().start()) {
                assertThat(process.awaitExit()).as(url).isNotZero();

                assertThat(process.log()).as(url).contains("bankB").doesNotContain(SECRET);
            }
        }
    }

    private RouteProcess process() {
        return RouteProcess.camelMain(folder.resolve("log"), bank.settings, "operate-api.camel.yaml", "operate-show.camel.yaml", "operate-end-letters.camel.yaml", "operate-problem.camel.yaml", "operate-alerts.camel.yaml",
                "operate-alert-text.camel.yaml", "operate-alert-webhook.camel.yaml", "operate-alert-log.camel.yaml", "camel.server.enabled=true", "camel.server.host=127.0.0.1",
                "camel.server.port=" + bank.port());
    }

    /** Where the secret is: the log, and the tables with it in any column. */
    private List<String> shown(String log) {
        List<String> places = new ArrayList<>();
        log.lines().filter(line -> line.contains(SECRET)).map(line -> "log: " + line).forEach(places::add);
        bank.database.rows("SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").forEach(table -> {
            String hex = "\\x" + java.util.HexFormat.of().formatHex(SECRET.getBytes(StandardCharsets.UTF_8));
            if (bank.database.count(table.get("name") + " t WHERE t::text LIKE '%" + SECRET + "%' OR t::text LIKE '%" + hex.substring(2) + "%'") > 0) {
                places.add(table.get("name").toString());
            }
        });
        return places;
    }
}
