package operations;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpServer;
import harness.Routes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The first dead letter of a kind is told at once, those of the window after it in one digest, the end of the trouble once. */
class DeadLettersAreAlertedIT {

    private static final String[] CHANNELS = {"operate-alerts.camel.yaml", "operate-alert-text.camel.yaml", "operate-alert-log.camel.yaml",
            "operate-alert-mail.camel.yaml", "operate-alert-webhook.camel.yaml"};

    private final OperatedBank bank = new OperatedBank();
    private final List<String> posts = new CopyOnWriteArrayList<>();
    private final HttpServer chat = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    private volatile String chatAnswer = "ok";

    DeadLettersAreAlertedIT() throws IOException {
        chat.createContext("/", exchange -> {
            posts.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] answer = chatAnswer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        chat.start();
        bank.settings.put("alert.channels", "alert-webhook");
        bank.settings.put("alert.webhook.url", "http://localhost:" + chat.getAddress().getPort() + "/hook");
    }

    @AfterEach
    void stop() {
        chat.stop(0);
    }

    @Test
    void firstLetterIsToldAtOnceTheRestInADigestAndTheEndOnce() {
        try (Routes routes = bank.start(CHANNELS)) {
            bank.letters(1, "c", "java.lang.A");
            OperatedBank.await().untilAsserted(() -> assertThat(told()).containsExactly("FIRST c java.lang.A 1"));
            bank.letters(500, "c", "java.lang.A");
            OperatedBank.await().untilAsserted(() -> assertThat(told()).hasSize(2));
            // a window later it is not over: letters are open. Those of a new failure are told, and not for the first time
            OperatedBank.await().untilAsserted(() -> assertThat(bank.database.count("alert_window WHERE ends_at < now()")).isEqualTo(1));
            bank.letters(1, "c", "java.lang.A");
            OperatedBank.await().untilAsserted(() -> assertThat(told()).hasSize(3));
            bank.post("/discard", "{\"all\":true,\"who\":\"ann\",\"reason\":\"r\"}");
            OperatedBank.await().untilAsserted(() -> assertThat(told()).hasSizeGreaterThanOrEqualTo(4));
        }

        assertThat(told()).containsExactly("FIRST c java.lang.A 1", "DIGEST c java.lang.A 500", "DIGEST c java.lang.A 1", "RECOVERED c java.lang.A 0");
        assertThat(bank.database.count("alert_window")).isZero();
    }

    @Test
    void kindsAreToldApart() {
        bank.letters(3, "c", "java.lang.A");
        bank.letters(3, "d", "java.lang.A");
        bank.letters(3, "c", "java.lang.B");
        try (Routes routes = bank.start(CHANNELS)) {
            OperatedBank.await().untilAsserted(() -> assertThat(told().stream().filter(alert -> alert.startsWith("FIRST")))
                    .containsExactlyInAnyOrder("FIRST c java.lang.A 3", "FIRST d java.lang.A 3", "FIRST c java.lang.B 3"));
        }
    }

    @Test
    void alertGoesByMailAndAFailingChannelKeepsItsAlertAndDisturbsNoOther() {
        GreenMail mail = mailServer();
        mail.start();
        bank.settings.put("alert.channels", "alert-webhook, alert-mail,alert-log");
        bank.settings.put("alert.webhook.url", "http://localhost:1/nobody");
        bank.settings.put("alert.mail.port", String.valueOf(mail.getSmtp().getPort()));
        bank.settings.put("alert.mail.to", "ops@example.org");
        bank.settings.put("inbox.outage-delay", "100ms");
        bank.letters(1, "c", "java.lang.A");
        try (Routes routes = bank.start(CHANNELS)) {
            assertThat(mail.waitForIncomingEmail(180_000, 1)).isTrue();
            bank.letters(1, "d", "java.lang.A");
            assertThat(mail.waitForIncomingEmail(180_000, 2)).isTrue();
            OperatedBank.await().until(() -> bank.database.count("inbox_parked WHERE consumer <> 'alert-webhook'") == 0);
        }

        assertThat(mail.getReceivedMessages()).anySatisfy(message -> {
            assertThat(message.getSubject()).endsWith("FIRST: c");
            assertThat(message.getAllRecipients()[0]).hasToString("ops@example.org");
            assertThat(GreenMailUtil.getBody(message)).contains("1 dead letters of c").contains("java.lang.A: the test says so").doesNotContain("transferId");
        });
        assertThat(bank.database.rows("SELECT DISTINCT consumer, attempts FROM inbox_parked")).as("waiting alerts, an outage uses up no attempt")
                .containsExactly(Map.of("consumer", "alert-webhook", "attempts", 0));
        mail.stop();
    }

    @Test
    void mailServerThatWantsAPasswordGetsIt() {
        GreenMail mail = mailServer();
        mail.start();
        mail.setUser("ops@example.org", "ops", "s+e#c%ret&");
        bank.settings.put("alert.channels", "alert-mail");
        bank.settings.put("alert.mail.port", String.valueOf(mail.getSmtp().getPort()));
        bank.settings.put("alert.mail.user", "ops");
        bank.settings.put("alert.mail.password", "s+e#c%ret&");
        bank.letters(1, "c", "java.lang.A");
        try (Routes routes = bank.start(CHANNELS)) {
            assertThat(mail.waitForIncomingEmail(180_000, 1)).isTrue();
        } finally {
            mail.stop();
        }
    }

    @ParameterizedTest
    @CsvSource({"slack, text", "dingtalk, text/content", "wecom, text/content"})
    void webhookSpeaksAsTheChatWants(String template, String pointer) throws IOException {
        chatAnswer = "{\"errcode\":0,\"errmsg\":\"ok\"}";
        bank.settings.put("alert.webhook.template", template);
        bank.letters(1, "c", "java.lang.A");
        bank.database.update("UPDATE dead_letter SET error_message = ?", "\"quoted\" and\nbroken \u00e4 <!channel> <@ann> <http://evil.example|a & b> *b*");
        try (Routes routes = bank.start(CHANNELS)) {
            OperatedBank.await().until(() -> !posts.isEmpty());
            OperatedBank.await().untilAsserted(() -> assertThat(bank.database.count("inbox_parked")).isZero());
        }

        JsonNode post = new ObjectMapper().readTree(posts.get(0));
        assertThat(post.at("/" + pointer).asText()).startsWith("FIRST ").contains("\"quoted\" and broken \u00e4").doesNotContain("<", ">");
        if (template.equals("slack")) {
            assertThat(post.at("/text").asText()).contains("&lt;!channel&gt; &lt;@ann&gt; &lt;http://evil.example|a &amp; b&gt; *b*");
            assertThat(post.at("/mrkdwn").asBoolean(true)).isFalse();
        }
    }

    @Test
    void chatThatRefusesWithStatus200IsTriedAgainAndItsDeadAlertIsNoAlert() {
        chatAnswer = "{\"errcode\": 310000,\"errmsg\":\"keywords not in content\"}";
        bank.settings.put("alert.webhook.template", "dingtalk");
        bank.settings.put("inbox.alert-webhook.retry.max-attempts", "0");
        bank.letters(1, "c", "java.lang.A");
        try (Routes routes = bank.start(CHANNELS)) {
            OperatedBank.await().untilAsserted(() -> assertThat(bank.database.count("dead_letter WHERE consumer = 'alert-webhook'")).isPositive());
        }

        assertThat(posts).hasSizeGreaterThanOrEqualTo(3);
        assertThat(bank.database.count("alert_window WHERE consumer = 'alert-webhook'")).isZero();
        assertThat(bank.database.value("SELECT error_message FROM dead_letter WHERE consumer = 'alert-webhook'").toString()).contains("310000");
    }

    private List<String> told() {
        return posts.stream().map(post -> {
            try {
                JsonNode alert = new ObjectMapper().readTree(post);
                return "%s %s %s %s".formatted(alert.get("kind").asText(), alert.get("consumer").asText(), alert.get("errorClass").asText(),
                        alert.get("letters").asText());
            } catch (IOException e) {
                throw new IllegalStateException(post, e);
            }
        }).toList();
    }

    private static GreenMail mailServer() {
        ServerSetup setup = new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_SMTP);
        setup.setServerStartupTimeout(60_000);
        return new GreenMail(setup);
    }
}
