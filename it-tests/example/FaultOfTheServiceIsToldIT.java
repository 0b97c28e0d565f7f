package example;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;

import demo.Bank;
import harness.Ports;
import harness.RouteProcess;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A 503 may be repeated; where that does not help the answer says so, and the log has the cause and nothing of a customer's. */
class FaultOfTheServiceIsToldIT {

    @TempDir
    private Path folder;

    @Test
    void whatPassesIsA503AndWhatDoesNotA500WithItsCauseInTheLog() throws Exception {
        Bank bank = Bank.open();
        int port = Ports.free();
        Map<String, String> settings = bank.settings();
        settings.putAll(Map.of("kafka.brokers", Servers.kafka().brokers(), "inbox.dead-letter-topic", "false"));
        for (String destination : new String[] {"requested", "completed", "rejected", "settled"}) {
            settings.put("outbox.destination.transfer." + destination, Topic.create(Servers.kafka(), 1).name());
        }
        String[] files = Routes.files("bank-a-(?!relay).*").toArray(String[]::new);
        String[] arguments = Stream.concat(Stream.of("camel.server.enabled=true", "camel.server.port=" + port),
                Arrays.stream(files)).toArray(String[]::new);
        try (RouteProcess process = RouteProcess.camelMain(folder.resolve("bank.log"), settings, arguments).start().awaitStarted()) {
            bank.bankA().update("ALTER TABLE account ADD CONSTRAINT is_rich CHECK (balance > 995)");
            assertThat(post(port, "t-1", "a-1", "10")).startsWith("500 application/problem+json ").contains("the same request would fail again");
            assertThat(process.log()).contains("Request failed in route bank-a-request-transfer: org.postgresql.util.PSQLException: ERROR", "is_rich", "(SQLSTATE 23514)")
                    .doesNotContain("Failing row", "990.00");

            bank.bankA().update("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'deadlock' USING ERRCODE = '40P01'; END $$");
            bank.bankA().update("CREATE TRIGGER refuse BEFORE INSERT ON ledger_entry EXECUTE FUNCTION refuse()");
            assertThat(post(port, "t-2", "a-2", "1")).startsWith("503 application/problem+json ").contains("Send the same request again");

            bank.bankA().update("DROP TABLE ledger_entry");
            assertThat(post(port, "t-3", "a-3", "1")).startsWith("500 application/problem+json ").contains("the same request would fail again")
                    .doesNotContain("ledger_entry");
            assertThat(process.log()).contains("ERROR: relation \"ledger_entry\" does not exist", "(SQLSTATE 42P01)");
            assertThat(bank.bankA().count("transfer")).isZero();
        }
    }

    private static String post(int port, String id, String from, String amount) throws Exception {
        String body = "{\"transferId\":\"%s\",\"from\":\"%s\",\"to\":\"b-1\",\"amount\":%s}".formatted(id, from, amount);
        HttpResponse<String> answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/transfers"))
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.headers().firstValue("Content-Type").orElse("") + " " + answer.body();
    }
}
