package fuzz;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import harness.Database;
import harness.Ports;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Hostile requests to bank A among good ones: always the same ones, or others by {@code ./mvnw verify -Drequests=5000 -Dseed=7}. */
class NoRequestIsBookedWronglyIT {

    private static final ObjectMapper STRICT = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
    private static final BigDecimal MOST = new BigDecimal("9999999999999.99");

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Database bankA = Servers.database("schema.sql", "example-bank-a.sql");
    private final Database bankB = Servers.database("schema.sql", "example-bank-b.sql");
    private final Map<String, Topic> topics = new LinkedHashMap<>();
    private final Map<Integer, Integer> answers = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private final int port = Ports.free();

    @Test
    void whatIsRefusedHasNoEffectAndWhatIsAcceptedEnds() throws Exception {
        long seed = Long.getLong("seed", 4);
        int requests = Integer.getInteger("requests", 1_500);
        for (String account : List.of("a-1", "a-2", "a-3", "rich")) {
            bankA.update("INSERT INTO account (id, balance) VALUES (?, ?)", account, account.equals("rich") ? MOST : new BigDecimal(5_000));
        }
        bankB.update("INSERT INTO account (id, balance) VALUES ('b-1', 0), ('b-2', 0), ('closed', 0), ('limited', 0), ('full', 9999999999999.98)");
        bankB.update("UPDATE account SET closed = id = 'closed', credit_limit = CASE WHEN id = 'limited' THEN 20 ELSE credit_limit END");
        BigDecimal money = money();

        try (Routes routes = Routes.start(settings(), Routes.files("bank-[ab]-.*").toArray(String[]::new))) {
            RequestGenerator generator = new RequestGenerator(seed);
            for (int i = 0; i < requests; i++) {
                request(generator, i);
            }
            String left = Progress.await(() -> bankA.rows("SELECT id, status FROM transfer WHERE status = 'PENDING' ORDER BY id"));
            if (left != null) {
                violations.add("pending for ever: " + left);
            }
            Progress.await(() -> bankA.rows("SELECT id FROM outbox_message"));
        }

        if (money().compareTo(money) != 0) {
            violations.add("there were " + money + " in both banks, and are " + money());
        }
        for (String table : List.of("outbox_message", "outbox_parked", "inbox_parked", "dead_letter")) {
            for (Database bank : List.of(bankA, bankB)) {
                bank.rows("SELECT * FROM " + table + " LIMIT 3").forEach(row -> violations.add("left in " + table + ": " + row));
            }
        }
        checkEvents();
        assertThat(violations).as("seed=%d, answers %s", seed, answers).isEmpty();
        assertThat(answers.get(202)).as("accepted of %s", answers).isGreaterThan(requests / 10);
        assertThat(bankA.rows("SELECT DISTINCT reason FROM transfer WHERE status = 'REJECTED' AND answer = 'PENDING'").toString())
                .contains("ACCOUNT_CLOSED", "OVER_LIMIT", "BALANCE_LIMIT", "UNKNOWN_ACCOUNT");
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>(Map.of("database.bank-a.url", bankA.url(), "database.bank-a.user", "postgres", "database.bank-b.url", bankB.url(),
                "database.bank-b.user", "postgres", "kafka.brokers", Servers.kafka().brokers(), "camel.server.enabled", "true",
                "camel.server.port", String.valueOf(port), "inbox.dead-letter-topic", "false"));
        for (String destination : List.of("transfer.requested", "transfer.completed", "transfer.rejected", "transfer.settled")) {
            topics.put(destination, Topic.create(Servers.kafka(), 1));
            settings.put("outbox.destination." + destination, topics.get(destination).name());
        }
        return settings;
    }

    private void request(RequestGenerator generator, int number) throws IOException, InterruptedException {
        byte[] body = generator.body();
        String type = generator.contentType();
        String url = "http://localhost:" + port + "/transfers";
        HttpRequest.Builder request = number % 20 == 0 ? HttpRequest.newBuilder(URI.create(url + "/" + generator.id()))
                : HttpRequest.newBuilder(URI.create(url)).POST(HttpRequest.BodyPublishers.ofByteArray(body)).header("Content-Type", type);
        String before = booked();
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        String after = booked();
        int status = answer.statusCode();
        answers.merge(status, 1, Integer::sum);
        String told = "request %d (%s, %s) has the answer %d %s".formatted(number, type,
                new String(body, 0, Math.min(300, body.length), StandardCharsets.UTF_8), status, answer.body());
        boolean accepted = status >= 200 && status < 300;
        if (!accepted && !isProblem(answer)) {
            violations.add(told + ", which is no problem detail");
        }
        if (status >= 500 || !accepted && status < 400) {
            violations.add(told);
        }
        if (!accepted && status != 422 && !before.equals(after)) {
            violations.add(told + ", and there were " + before + " and are " + after);
        }
    }

    private static boolean isProblem(HttpResponse<String> answer) {
        try {
            return answer.headers().firstValue("Content-Type").orElse("").equals("application/problem+json")
                    && STRICT.readTree(answer.body()).path("status").asInt() == answer.statusCode();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** What only a request writes. */
    private String booked() {
        return bankA.rows("SELECT (SELECT count(*) FROM transfer) AS transfers, (SELECT count(*) FROM ledger_entry WHERE kind = 'DEBIT') AS debits").toString();
    }

    private BigDecimal money() {
        return ((BigDecimal) bankA.value("SELECT sum(balance) FROM account")).add((BigDecimal) bankB.value("SELECT sum(balance) FROM account"));
    }

    private void checkEvents() {
        topics.forEach((destination, topic) -> topic.bodies().forEach(body -> {
            try {
                JsonNode event = STRICT.readTree(body);
                Map<String, Object> transfer = bankA.rows("SELECT * FROM transfer WHERE id = ?", event.path("transferId").textValue()).get(0);
                if (event.has("amount") && event.path("amount").decimalValue().compareTo((BigDecimal) transfer.get("amount")) != 0) {
                    violations.add(destination + " has " + body + " for " + transfer);
                }
            } catch (JsonProcessingException | IndexOutOfBoundsException e) {
                violations.add(destination + " has " + body + ": " + e.getMessage());
            }
        }));
    }
}
