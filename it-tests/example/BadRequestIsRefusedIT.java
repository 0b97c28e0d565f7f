package example;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import demo.Bank;
import harness.Ports;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** Bank A's HTTP API with requests as customers, broken programs and attackers send them. */
class BadRequestIsRefusedIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static Bank bank;
    private static Routes routes;
    private static String url;

    @BeforeAll
    static void start() {
        bank = Bank.open();
        int port = Ports.free();
        url = "http://localhost:" + port;
        Map<String, String> settings = bank.settings();
        settings.put("kafka.brokers", Servers.kafka().brokers());
        settings.put("camel.server.enabled", "true");
        settings.put("camel.server.port", String.valueOf(port));
        for (String destination : new String[] {"requested", "completed", "rejected", "settled"}) {
            settings.put("outbox.destination.transfer." + destination, Topic.create(Servers.kafka(), 1).name());
        }
        // without its relay: what is written stays in the outbox, to be counted
        routes = Routes.start(settings, "bank-a-api.camel.yaml", "bank-a-request-transfer.camel.yaml", "bank-a-check-request.camel.yaml",
                "bank-a-book-transfer.camel.yaml", "bank-a-record-settled.camel.yaml", "bank-a-tell-settled.camel.yaml", "bank-a-answer-request.camel.yaml",
                "bank-a-check-media-type.camel.yaml", "bank-a-describe.camel.yaml", "bank-a-show.camel.yaml");
    }

    @AfterAll
    static void stop() {
        routes.close();

        Awaitility.await("threads of the HTTP server").atMost(Duration.ofMinutes(3)).until(() -> Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList(),
                names -> names.stream().noneMatch(name -> name.startsWith("vert.x-")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"transferId":"x","from":"a-1","to":"b-1","amount":0}              | amount (0) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":0.00}           | amount (0) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":-5}             | amount (-5) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":"many"}         | amount (many) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":1.234}          | amount (1.234) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":10000000000000} | amount (10000000000000) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":1e13}           | amount (1E+13) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":1e999999999}    | amount (1E+999999999) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":1e-3}           | amount (0.001) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":"007.50"}       | amount (007.50) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":"7.50"}         | amount (7.50) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":[1]}            | is not a positive number
            {"transferId":7,"from":"a-1","to":"b-1","amount":1}                | transferId (7) is not a text
            {"transferId":".","from":"a-1","to":"b-1","amount":1}              | transferId (.) is not a text
            {"transferId":"..","from":"a-1","to":"b-1","amount":1}             | transferId (..) is not a text
            {"transferId":"x","from":"a-1","to":"b-1","amount":1,"amount":2}   | has a name twice
            {"transferId":"x","x":{"y":1,"y":1},"from":"a-1","to":"b-1","amount":1} | has a name twice
            null                                                               | the body is not one JSON object
            7                                                                  | the body is not one JSON object
            {"transferId":"x","from":"a-1","to":"b-1","amount":null}           | amount () is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1"}                         | amount () is not a positive number
            {"transferId":"x\\u0000","from":"a-1","to":"b-1","amount":1}       | is not a text of 1 to 64 letters
            {"transferId":"x y","from":"a-1","to":"b-1","amount":1}            | transferId (x y) is not a text of 1 to 64 letters
            {"transferId":"x","from":"a\\u0000","to":"b-1","amount":1}         | are not both texts of 1 to 34 letters
            {"transferId":"x","from":"a-1","amount":1}                         | are not both texts of 1 to 34 letters
            {"transferId":"x","from":"a-1"                                     | the body is not one JSON object
            {"transferId":"x"} trailing                                        | the body is not one JSON object
            []                                                                 | the body is not one JSON object
            ``                                                                 | the body is empty
            """)
    void requestThatIsNoTransferIsAnswered400AndWritesNothing(String body, String reason) throws Exception {
        String before = written();

        HttpResponse<String> answer = post(body == null ? "" : body);

        assertProblem(answer, 400, reason);
        assertThat(answer.body()).contains("nothing was booked");
        assertThat(written()).isEqualTo(before);
    }

    @Test
    void wrongContentTypeIsAnswered415AndBodyOverTheLimit413() throws Exception {
        String before = written();

        assertProblem(send(request("x").setHeader("Content-Type", "text/plain")), 415, "Content-Type (text/plain) is not application/json");
        assertProblem(send(HttpRequest.newBuilder(URI.create(url + "/transfers")).POST(BodyPublishers.ofString("{}"))), 415, "Content-Type () is not");
        assertProblem(post(" ".repeat(70_000)), 413, "camel.server.maxBodySize");
        // without a length before it
        HttpRequest.Builder chunked = request("").POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[70_000])));
        assertProblem(send(chunked), 413, "camel.server.maxBodySize");

        assertThat(written()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Application/JSON; Charset=UTF-8", "application/json;charset=bogus", "application/json; charset=utf-16",
        "APPLICATION/JSON ;x=y", "application/json;"})
    void mediaTypeHasNoCaseAndJsonHasNoCharset(String type) throws Exception {
        String id = "media-" + type.hashCode();

        assertThat(send(request(transfer(id, "a-4", "b-1", "1")).setHeader("Content-Type", type)).statusCode()).isEqualTo(202);

        assertThat(new String((byte[]) bank.bankA().value("SELECT payload FROM outbox_message ORDER BY id DESC LIMIT 1"), UTF_8))
                .isEqualTo("{\"transferId\" : \"%s\", \"from\" : \"a-4\", \"to\" : \"b-1\", \"amount\" : 1.00}".formatted(id));
    }

    @Test
    void mediaTypeThatTheServerCannotReadIsTheClientsFault() throws Exception {
        assertProblem(send(request(transfer("quoted", "a-4", "b-1", "1")).setHeader("Content-Type", "application/json; charset=\"")), 400, "no valid HTTP");
    }

    @ParameterizedTest
    @CsvSource({"1e2, 100.00", "12.300, 12.30", "1.5E1, 15.00", "0.1e1, 1.00", "7.50, 7.50", "10, 10.00"})
    void numberMeansWhatJsonSays(String amount, String booked) throws Exception {
        String id = "number-" + amount;

        assertThat(post(transfer(id, "a-5", "b-1", amount)).statusCode()).isEqualTo(202);

        assertThat(get("/transfers/" + id).body()).contains("\"amount\" : " + booked);
        assertThat(bank.bankA().value("SELECT sum(amount) FROM ledger_entry WHERE transfer_id = ?", id)).isEqualTo(new BigDecimal(booked).negate());
        assertThat(bank.bankA().count("outbox_message WHERE convert_from(payload, 'UTF8')::json ->> 'amount' = '" + booked + "'")).isPositive();
    }

    @Test
    void repeatedRequestGetsTheFirstAnswerAndHasNoSecondEffect() throws Exception {
        HttpResponse<String> first = post(transfer("repeat-1", "a-1", "b-1", "1.50"));
        String before = written();

        HttpResponse<String> second = post(transfer("repeat-1", "a-1", "b-1", "1.5"));
        HttpResponse<String> other = post(transfer("repeat-1", "a-1", "b-1", "1.51"));

        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(first.headers().firstValue("Location")).contains("/transfers/repeat-1");
        assertThat(JSON.readTree(first.body())).isEqualTo(JSON.readTree("{\"transferId\":\"repeat-1\",\"status\":\"PENDING\"}"));
        assertThat(second.statusCode()).isEqualTo(202);
        assertThat(second.body()).isEqualTo(first.body());
        assertProblem(other, 409, "transferId repeat-1 is taken by another transfer: nothing was booked. Send a new transferId.");
        assertThat(written()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"unknown, nobody, b-1, 1, UNKNOWN_ACCOUNT", "same, a-2, a-2, 1, SAME_ACCOUNT", "poor, a-2, b-1, 1000.01, INSUFFICIENT_FUNDS"})
    void refusalIsClearRecordedAndTold(String id, String from, String to, String amount, String reason) throws Exception {
        long before = bank.bankA().count("outbox_message");

        HttpResponse<String> first = post(transfer(id, from, to, amount));
        HttpResponse<String> second = post(transfer(id, from, to, amount));

        assertThat(assertProblem(first, 422, "transfer " + id + " is refused (" + reason + ")"))
                .containsEntry("transferId", id).containsEntry("reason", reason);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(get("/transfers/" + id).body()).contains("REJECTED", reason);
        assertThat(bank.bankA().count("outbox_message")).as("messages").isEqualTo(before + 1);
        assertThat(bank.bankA().count("ledger_entry WHERE transfer_id = '" + id + "'")).isZero();
    }

    @Test
    void headersFromOutsideChangeNothing() throws Exception {
        HttpRequest.Builder hostile = request(transfer("hostile", "a-3", "b-1", "1"));
        for (String name : new String[] {"kafka.OVERRIDE_TOPIC", "kafka.KEY", "CamelSqlQuery", "cAmElSqlQuery", "CamelHttpResponseCode",
                "Long-Running-Action", "CamelKafkaOverrideTopic", "camelsqlparameters", "CamelCharsetName"}) {
            hostile.header(name, "DELETE FROM account");
        }

        HttpResponse<String> answer = send(hostile);

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().map()).containsOnlyKeys(":status", "content-length", "content-type", "location");
        assertThat(message("a-3")).containsEntry("destination", "transfer.requested").containsEntry("headers", "{}");
        assertThat(bank.bankA().count("account")).isEqualTo(Bank.ACCOUNTS);
    }

    @ParameterizedTest
    @CsvSource({"a-6, 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01, true", "a-7, 00-00000000000000000000000000000000-b7ad6b7169203331-01, false",
        "a-8, 00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01, false", "a-9, ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01, false",
        "a-0, not a traceparent, false"})
    void validTraceTravelsAndAnotherDoesNot(String account, String traceparent, boolean valid) throws Exception {
        HttpRequest.Builder traced = request(transfer("traced-" + account, account, "b-1", "1")).header("traceparent", traceparent)
                .header("tracestate", "a=1").header("tracestate", "b=2").header("baggage", "user=ann");

        assertThat(send(traced).statusCode()).isEqualTo(202);

        assertThat(message(account)).containsEntry("traceparent", valid ? traceparent : null)
                .containsEntry("headers", valid ? "{\"baggage\": \"user=ann\", \"tracestate\": \"a=1,b=2\"}" : "{\"baggage\": \"user=ann\"}");
    }

    @Test
    void whatIsNotThereIsAnsweredWithAProblemDetail() throws Exception {
        assertProblem(get("/transfers/none"), 404, "there is no such id");
        assertProblem(get("/accounts/none"), 404, "there is no such id");
        assertProblem(get("/accounts/a%27%20OR%201%3D1"), 400, "the id in the path is not");
        assertProblem(get("/transfers/.."), 404, "there is nothing at /");
        assertProblem(get("/nowhere"), 404, "there is nothing at /nowhere");
        for (String path : new String[] {"/transfers/x", "/accounts/a-1"}) {
            HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(url + path)).DELETE());
            assertProblem(answer, 405, "DELETE is no method of " + path);
            assertThat(answer.headers().firstValue("Allow")).contains("GET");
            assertProblem(send(HttpRequest.newBuilder(URI.create(url + path)).header("Accept", "text/html")), 406, "Accept (text/html)");
        }
        assertProblem(get("/transfers"), 405, "GET is no method of /transfers");
        assertThat(send(HttpRequest.newBuilder(URI.create(url + "/accounts/a-1")).header("Accept", "text/html, */*;q=0.1")).statusCode()).isEqualTo(200);
        assertThat(get("/accounts/a-9").body()).contains("\"balance\" : ", ".00, \"closed\" : false}");
    }

    @Test
    void whatNoRouteEverSeesIsAnsweredWithAProblemDetailToo() throws Exception {
        String before = written();

        HttpClient http1 = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest longAddress = HttpRequest.newBuilder(URI.create(url + "/transfers/" + "x".repeat(5_000))).build();
        HttpRequest longHeaders = request(transfer("long", "a-1", "b-1", "1")).header("X-Long", "x".repeat(9_000)).build();

        assertProblem(http1.send(longAddress, BodyHandlers.ofString()), 414, "the address is longer than 4096 bytes: nothing was done.");
        assertProblem(http1.send(longHeaders, BodyHandlers.ofString()), 431,
                "the headers are longer than 8192 bytes: nothing was done. Send fewer or shorter ones.");
        String answer;
        try (Socket socket = new Socket("localhost", URI.create(url).getPort())) {
            socket.getOutputStream().write("POST /transfers HTTP/0.1.2\r\n\r\n".getBytes(UTF_8));
            answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
        assertThat(answer).startsWith("HTTP/1.0 400 ").containsIgnoringCase("\r\ncontent-type: application/problem+json\r\n")
                .endsWith(",\"status\":400,\"detail\":\"the request is no valid HTTP: nothing was done. Correct it.\"}");

        assertThat(written()).isEqualTo(before);
    }

    /** The problem detail as a map. */
    private static Map<String, Object> assertProblem(HttpResponse<String> answer, int status, String detail) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).as(answer.body()).contains("application/problem+json");
        Map<String, Object> problem = JSON.readValue(answer.body(), new TypeReference<>() { });
        assertThat(problem).containsKeys("type", "title").containsEntry("status", status);
        assertThat(problem.get("detail").toString()).contains(detail);
        return problem;
    }

    private static Map<String, Object> message(String key) {
        return bank.bankA().rows("SELECT destination, headers::text, traceparent FROM outbox_message WHERE message_key = ? ORDER BY id DESC", key).get(0);
    }

    private static String transfer(String id, String from, String to, String amount) {
        return "{\"transferId\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"amount\":%s}".formatted(id, from, to, amount);
    }

    private static HttpRequest.Builder request(String body) {
        return HttpRequest.newBuilder(URI.create(url + "/transfers")).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    }

    private static HttpResponse<String> post(String body) throws IOException, InterruptedException {
        return send(request(body));
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + path)));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static String written() {
        return bank.bankA().rows("""
                SELECT (SELECT count(*) FROM transfer) AS transfers, (SELECT count(*) FROM ledger_entry) AS entries,
                       (SELECT count(*) FROM outbox_message) AS messages, (SELECT sum(balance) FROM account) AS money
                """).toString();
    }
}
