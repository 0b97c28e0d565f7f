package xa;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;

import demo.XaRoutes;
import harness.Ports;
import harness.RouteProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** XA over two databases without JMS: the answer to a request comes after both have committed. */
class TransferIsAnsweredAtOnceIT {

    @TempDir
    private Path folder;

    @Test
    void answerTellsHowTheTransferEndedAndNothingStaysInDoubt() throws Exception {
        int port = Ports.free();
        try (XaFixture xa = new XaFixture(folder)) {
            // without Artemis: nothing of it is needed here
            xa.artemis.kill();
            try (RouteProcess process = RouteProcess.camelMain(xa.log(), xa.settings, XaRoutes.with("profile=xa", "camel.server.enabled=true",
                    "camel.server.port=" + port, "xa-api.camel.yaml", "xa-request-transfer.camel.yaml", "bank-a-answer-request.camel.yaml",
                    "bank-a-check-media-type.camel.yaml"))
                    .start().awaitStarted()) {
                assertThat(post(port, "t-1", "b-1", "10.00")).as(process.log()).startsWith("200 application/json ").contains("COMPLETED");
                assertThat(post(port, "t-1", "b-1", "10.00")).startsWith("200 application/json ").contains("COMPLETED");
                assertThat(post(port, "t-1", "b-2", "10.00")).startsWith("409 application/problem+json ").contains("taken by another transfer");
                assertThat(post(port, "t-2", "b-9", "10.00")).startsWith("422 application/problem+json ").contains("t-2", "ACCOUNT_CLOSED");
                assertThat(post(port, "t-2", "b-9", "10.00")).startsWith("422 application/problem+json ").contains("t-2", "ACCOUNT_CLOSED");
                assertThat(post(port, "t-5", "a-1", "10.00")).startsWith("422 application/problem+json ").contains("SAME_ACCOUNT");
                assertThat(post(port, "t-3", "b-1", "-1")).startsWith("400 application/problem+json ").contains("nothing was booked");
                assertThat(post(port, "t-3", "b-1", "\"7.50\"")).startsWith("400 application/problem+json ").contains("nothing was booked");
                assertThat(post(port, "..", "b-1", "1")).startsWith("400 application/problem+json ");

                assertThat(xa.bank.bankA().value("SELECT balance::int FROM account WHERE id = 'a-1'")).isEqualTo(990);
                assertThat(xa.bank.bankB().value("SELECT balance::int FROM account WHERE id = 'b-1'")).isEqualTo(10);
                assertThat(xa.postgres.database("postgres").count("pg_prepared_xacts")).isZero();

                xa.postgres.crash();
                assertThat(post(port, "t-4", "b-1", "10.00")).startsWith("503 application/problem+json ").contains("Send the same request again");
            }
        }
    }

    private static String post(int port, String id, String to, String amount) throws Exception {
        String body = "{\"transferId\":\"%s\",\"from\":\"a-1\",\"to\":\"%s\",\"amount\":%s}".formatted(id, to, amount);
        HttpResponse<String> answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/transfers"))
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.headers().firstValue("Content-Type").orElse("") + " " + answer.body();
    }
}
