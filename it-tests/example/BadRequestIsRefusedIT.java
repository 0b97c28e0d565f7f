package example;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;

import demo.Bank;
import harness.Kafka;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Bank A's HTTP API with requests as customers, broken programs and attackers send them. */
class BadRequestIsRefusedIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static Bank bank;
    private static Routes routes;
    private static String url;

    @BeforeAll
    static void start() {
        bank = Bank.open(Servers.database(), Servers.database(), Servers.database());
        int port = Kafka.freePort();
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
                "bank-a-show.camel.yaml");
    }

    @AfterAll
    static void stop() {
        routes.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"transferId":"x","from":"a-1","to":"b-1","amount":0}              | amount (0) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":0.00}           | amount (0.00) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":-5}             | amount (-5) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":"many"}         | amount (many) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":1.234}          | amount (1.234) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":10000000000000} | amount (10000000000000) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":1e3}            | amount (1E+3) is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1","amount":null}           | amount () is not a positive number
            {"transferId":"x","from":"a-1","to":"b-1"}                         | amount () is not a positive number
            {"transferId":"x\\u0000","from":"a-1","to":"b-1","amount":1}       | is not 1 to 64 letters
            {"transferId":"x y","from":"a-1","to":"b-1","amount":1}            | transferId (x y) is not 1 to 64 letters
            {"transferId":"x","from":"a\\u0000","to":"b-1","amount":1}         | are not both 1 to 34 letters
            {"transferId":"x","from":"a-1","amount":1}                         | are not both 1 to 34 letters
            {"transferId":"x","from":"a-1"                                     | the body is not one JSON object
            {"transferId":"x"} trailing                                        | the body is not one JSON object
            []                                                                 | the body is not one JSON object
            ``                                                                 | the body is empty
            """)
    void requestThatIsNoTransferIsAnswered400AndWritesNothing(String body, String reason) throws Exception {
        String before = written();

        HttpResponse<String> answer = post(body == null ? "" : body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains(reason).contains("nothing was booked");
        assertThat(written()).isEqualTo(before);
    }

    @Test
    void wrongContentTypeIsAnswered415AndBodyOverTheLimit413() throws Exception {
        String before = written();

        assertThat(send(request("x").setHeader("Content-Type", "text/plain")).statusCode()).isEqualTo(415);
        assertThat(post(" ".repeat(70_000)).statusCode()).isEqualTo(413);

        assertThat(written()).isEqualTo(before);
    }

    @Test
    void repeatedRequestGetsTheFirstAnswerAndHasNoSecondEffect() throws Exception {
        HttpResponse<String> first = post(transfer("repeat-1", "a-1", "b-1", "1.50"));
        String before = written();

        HttpResponse<String> second = post(transfer("repeat-1", "a-1", "b-1", "1.5"));
        HttpResponse<String> other = post(transfer("repeat-1", "a-1", "b-1", "1.51"));

        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(first.body()).isEqualTo("{\"transferId\":\"repeat-1\",\"status\":\"PENDING\"}");
        assertThat(second.statusCode()).isEqualTo(202);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(other.statusCode()).isEqualTo(409);
        assertThat(other.body()).contains("transferId repeat-1 is taken by another transfer: nothing was booked. Send a new transferId.");
        assertThat(written()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"unknown, nobody, b-1, 1, UNKNOWN_ACCOUNT", "same, a-2, a-2, 1, SAME_ACCOUNT", "poor, a-2, b-1, 1000.01, INSUFFICIENT_FUNDS"})
    void refusalIsClearRecordedAndTold(String id, String from, String to, String amount, String reason) throws Exception {
        long before = bank.bankA().count("outbox_message");

        HttpResponse<String> first = post(transfer(id, from, to, amount));
        HttpResponse<String> second = post(transfer(id, from, to, amount));

        assertThat(first.statusCode()).isEqualTo(422);
        assertThat(first.body()).isEqualTo("{\"transferId\":\"%s\",\"status\":\"REJECTED\",\"reason\":\"%s\"}".formatted(id, reason));
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(get("/transfers/" + id).body()).contains("REJECTED", reason);
        assertThat(bank.bankA().count("outbox_message")).as("messages").isEqualTo(before + 1);
        assertThat(bank.bankA().count("ledger_entry WHERE transfer_id = '" + id + "'")).isZero();
    }

    @Test
    void headersFromOutsideChangeNothing() throws Exception {
        HttpRequest.Builder hostile = request(transfer("hostile", "a-3", "b-1", "1"));
        for (String name : new String[] {"kafka.OVERRIDE_TOPIC", "kafka.KEY", "CamelSqlQuery", "cAmElSqlQuery", "CamelHttpResponseCode",
                "Long-Running-Action", "CamelKafkaOverrideTopic", "camelsqlparameters"}) {
            hostile.header(name, "DELETE FROM account");
        }
        hostile.header("traceparent", "not a traceparent");

        assertThat(send(hostile).statusCode()).isEqualTo(202);

        assertThat(bank.bankA().rows("SELECT destination, message_key, headers::text, traceparent FROM outbox_message WHERE message_key = 'a-3'"))
                .singleElement().satisfies(row -> assertThat(row).containsEntry("destination", "transfer.requested").containsEntry("headers", "{}")
                        .containsEntry("traceparent", null));
        assertThat(bank.bankA().count("account")).isEqualTo(Bank.ACCOUNTS);
    }

    @Test
    void whatIsNotThereIsAnswered404AndTheApiDescribesItself() throws Exception {
        assertThat(get("/transfers/none").statusCode()).isEqualTo(404);
        assertThat(get("/accounts/none").statusCode()).isEqualTo(404);
        assertThat(get("/accounts/a%27%20OR%201%3D1").statusCode()).isEqualTo(400);
        assertThat(get("/accounts/a-9").body()).isEqualTo("{\"id\" : \"a-9\", \"balance\" : 1000.00, \"closed\" : false}");
        assertThat(get("/openapi.json").body()).contains("/transfers/{id}", "/accounts/{id}", "409");
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
