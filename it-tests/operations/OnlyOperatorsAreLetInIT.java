package operations;

import java.io.IOException;
import java.io.InputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;

import harness.RouteProcess;
import harness.Routes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The operators' API is for this machine, or for who has a login; no page of another site reaches it, and the audit has the name of the login. */
class OnlyOperatorsAreLetInIT {

    private static final String ANN = "0123456789abcdefghij";
    private static final String BOB = "bob's-token-is-longer-than-20:and-has-a-colon";
    private static final String DISCARD = "{\"all\":true,\"reason\":\"r\"}";

    private final OperatedBank bank = new OperatedBank();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0.0.0.0   |                                    | camel.server.host (0.0.0.0) lets the operators' API listen on more than this machine, and operate.logins is empty
            ::        |                                    | camel.server.host (::) lets the operators' API listen on more than this machine
            127.0.0.1 | ann                                | operate.logins has an entry (number 1) that is no name:token
            127.0.0.1 | ann:short                          | operate.logins has an entry (number 1) that is no name:token
            0.0.0.0   | ann:0123456789abcdefghij,          | operate.logins has an entry (number 2) that is no name:token
            0.0.0.0   | a:0123456789abcdefghij,a:9876543210jihgfedcba | operate.logins has an entry (number 2) that is no name:token with a name of its own
            """)
    void startIsRefusedThatLetsOthersInWithoutALogin(String host, String logins, String message) {
        bank.settings.put("camel.server.host", host);
        bank.settings.put("operate.logins", logins == null ? "" : logins);

        assertThatThrownBy(bank::start).hasMessageContaining(message).hasMessageNotContaining("jihgfedcba");
    }

    @Test
    void serverThatKnowsNoHostIsTakenForOneThatListensEverywhere() {
        bank.settings.put("camel.server.host", "127.0.0.1");
        bank.settings.put("camel.server.enabled", "false");

        assertThatThrownBy(() -> Routes.start(bank.settings, "operate-api.camel.yaml", "operate-show.camel.yaml", "operate-end-letters.camel.yaml", "operate-problem.camel.yaml"))
                .hasMessageContaining("camel.server.enabled (false) lets the operators' API listen on more than this machine");
    }

    @Test
    void commandLineOfThePageListensOnThisMachineOnly() throws IOException {
        InetAddress outside = outside();
        try (RouteProcess process = RouteProcess.camelJbang(folder.resolve("log"), bank.settings, bank.port(), "operate-*.camel.yaml", "--profile=operate")) {
            process.start().awaitStarted();

            assertThat(bank.get("").statusCode()).isEqualTo(200);
            assertThatThrownBy(() -> new Socket(outside, bank.port()).close()).as("%s", outside).isInstanceOf(IOException.class);
        }
        try (RouteProcess process = RouteProcess.camelJbang(folder.resolve("log"), bank.settings, bank.port(), "operate-*.camel.yaml")) {
            process.start().awaitExit();

            assertThat(process.log()).contains("camel.server.enabled () lets the operators' API listen on more than this machine")
                    .contains("Start with --profile=operate, or set operate.logins");
        }
        // the environment says what no server reads: the start is refused, and if it were not, each request would be
        bank.settings.put("camel.server.enabled", "true");
        bank.settings.put("camel.server.host", "127.0.0.1");
        try (RouteProcess process = RouteProcess.camelJbang(folder.resolve("log"), bank.settings, bank.port(), "operate-*.camel.yaml")) {
            process.start().awaitExit();

            assertThat(process.log()).contains("camel.server.enabled () lets the operators' API listen on more than this machine");
        }
        bank.settings.put("operate.logins", "ann:" + ANN);
        try (RouteProcess process = RouteProcess.camelJbang(folder.resolve("log"), bank.settings, bank.port(), "operate-*.camel.yaml")) {
            process.start().awaitStarted();

            assertThat(bank.get("").statusCode()).isEqualTo(401);
            assertThat(bank.send(bank.request("").header("Authorization", basic("ann:" + ANN)).build()).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void nobodyIsLetInWithoutALoginAndTheAuditHasItsName() {
        bank.settings.put("operate.logins", "ann:" + ANN + ", bob:" + BOB);
        bank.settings.put("camel.server.host", "0.0.0.0");
        bank.letters(2, "c", "java.lang.A");
        try (Routes routes = bank.start()) {
            for (String wrong : new String[] {"", "Basic", "Basic !", "Basic " + "A".repeat(5), basic("ann:" + BOB), basic("ann:"), basic("ann"), basic(":" + ANN), basic("Ann:" + ANN),
                    basic("ann:" + ANN + "x"), basic("ann:" + ANN.substring(1)), "Bearer " + ANN, basic("ann:" + ANN).replace("Basic ", "Basic  x")}) {
                HttpResponse<String> answer = bank.send(bank.request("/discard").header("Content-Type", "application/json").header("Authorization", wrong)
                        .POST(BodyPublishers.ofString(DISCARD)).build());
                assertThat(answer.statusCode()).as(wrong).isEqualTo(401);
                assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Basic realm=\"operators\"");
                assertThat(bank.json(answer).get("detail").asText()).startsWith("the login is missing or wrong: nothing was done.");
            }
            assertThat(bank.send(bank.request("/discard?Authorization=Basic%20" + basic("ann:" + ANN).substring(6)).header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(DISCARD)).build()).statusCode()).as("a login in the query stands in logs").isEqualTo(400);
            assertThat(discard(basic("ann:" + ANN), "{\"all\":true,\"who\":\"bob\",\"reason\":\"r\"}").body()).contains("who (bob) is not ann, who is logged in: nothing was done.");
            assertThat(bank.database.count("dead_letter_audit")).isZero();

            assertThat(discard(basic("ann:" + ANN), "{\"ids\":[1],\"reason\":\"r\"}").statusCode()).isEqualTo(200);
            assertThat(discard(basic("bob:" + BOB), "{\"ids\":[2],\"who\":\"bob\",\"reason\":\"r\"}").statusCode()).isEqualTo(200);
        }

        assertThat(bank.database.rows("SELECT who FROM dead_letter_audit ORDER BY id")).containsExactly(Map.of("who", "ann"), Map.of("who", "bob"));
    }

    /** What a browser lets a page of another site send, and what curl sends. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            localhost:PORT    |                       | application/json                | 200
            127.0.0.1:PORT    | http://127.0.0.1:PORT | application/json; charset=utf-8 | 200
            localhost:PORT    | http://localhost:PORT | text/plain                      | 415
            localhost:PORT    |                       |                                 | 415
            localhost:PORT    |                       | application/x-www-form-urlencoded | 415
            localhost:PORT    |                       | application/jsonp               | 415
            localhost:PORT    | http://evil.example   | application/json                | 403
            localhost:PORT    | null                  | application/json                | 403
            localhost:PORT    | http://localhost      | application/json                | 403
            evil.example:PORT | http://evil.example:PORT | application/json             | 403
            evil.example      |                       | application/json                | 403
            localhost.evil.example:PORT |             | application/json                | 403
            """)
    void pageOfAnotherSiteReachesNothing(String host, String origin, String type, int status) throws IOException {
        bank.letters(1, "c", "java.lang.A");
        try (Routes routes = bank.start()) {
            String answer = raw("POST", "/dead-letters/discard", "{\"all\":true,\"who\":\"eve\",\"reason\":\"r\"}", host, origin, type);
            assertThat(answer).startsWith("HTTP/1.1 " + status).doesNotContainIgnoringCase("Access-Control-Allow");
            assertThat(status == 200 || answer.contains("application/problem+json") && answer.contains("nothing was done")).as(answer).isTrue();
            if (status == 403) {
                assertThat(raw("GET", "/dead-letters", "", host, origin, null)).startsWith("HTTP/1.1 403").doesNotContain("java.lang.A");
            }
            assertThat(raw("OPTIONS", "/dead-letters/discard", "", "localhost:PORT", "http://evil.example", null)).doesNotContainIgnoringCase("Access-Control-Allow");
        }

        assertThat(bank.database.count("dead_letter WHERE ended_at IS NULL")).isEqualTo(status == 200 ? 0 : 1);
    }

    @Test
    void requestThatComesFromElsewhereIsRefusedWithoutALoginHoweverTheServerWasStarted() throws IOException {
        bank.settings.put("camel.server.host", "0.0.0.0");
        bank.settings.put("operate.logins", "ann:" + ANN);
        try (Routes routes = bank.start()) {
            // as if the check at start-up had been wrong
            routes.context().getPropertiesComponent().setOverrideProperties(new java.util.Properties());
            assertThat(bank.get("").statusCode()).as("from here").isEqualTo(200);
            String answer = raw(outside(), "GET", "/dead-letters", "", "localhost:PORT", null, null);
            assertThat(answer).startsWith("HTTP/1.1 403").contains("the API listens on more than this machine and knows no login");
        }
    }

    @Test
    void queryCannotStandForAHeader() throws IOException {
        bank.letters(1, "c", "java.lang.A");
        try (Routes routes = bank.start()) {
            String answer = raw("POST", "/dead-letters/discard?Content-Type=application/json", "{\"all\":true,\"who\":\"eve\",\"reason\":\"r\"}", "localhost:PORT", null, null);
            assertThat(answer).startsWith("HTTP/1.1 400").contains("the request has a query");
            assertThat(raw("GET", "/dead-letters?Host=localhost&Origin=http://localhost", "", "evil.example", null, null)).startsWith("HTTP/1.1 403");
        }

        assertThat(bank.database.count("dead_letter WHERE ended_at IS NULL")).isEqualTo(1);
    }

    private HttpResponse<String> discard(String authorization, String body) {
        HttpRequest request = bank.request("/discard").header("Content-Type", "application/json").header("Authorization", authorization).POST(BodyPublishers.ofString(body)).build();
        return bank.send(request);
    }

    private static InetAddress outside() throws IOException {
        return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress()).findFirst().orElseThrow();
    }

    private String raw(String method, String path, String body, String host, String origin, String type) throws IOException {
        return raw(InetAddress.getLoopbackAddress(), method, path, body, host, origin, type);
    }

    /** Java's client sets Host and Origin itself. */
    private String raw(InetAddress server, String method, String path, String body, String host, String origin, String type) throws IOException {
        String head = method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n"
                + (origin == null ? "" : "Origin: " + origin + "\r\n") + (type == null ? "" : "Content-Type: " + type + "\r\n") + "\r\n";
        try (Socket socket = new Socket(server, bank.port()); InputStream in = socket.getInputStream()) {
            socket.getOutputStream().write((head.replace("PORT", String.valueOf(bank.port())) + body).getBytes(StandardCharsets.UTF_8));
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String basic(String login) {
        return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }
}
