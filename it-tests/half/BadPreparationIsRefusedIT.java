package half;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;

import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A request that is no half message is refused with its reason, and nothing of it is stored. */
class BadPreparationIsRefusedIT {

    private static final String GOOD = "\"destination\":\"order.paid\",\"payload\":\"p\",\"checkBack\":\"http://localhost:1/c\"";
    private final MessageService service = new MessageService().patient();

    @Test
    void reasonIsTold() {
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("", "destination is missing: nothing was prepared.");
        wrong.put("[]", "the request is no JSON object");
        wrong.put("{", "the body is not one JSON object");
        wrong.put("{" + GOOD + "} {}", "the body is not one JSON object");
        wrong.put("{" + GOOD + ",\"payload\":\"q\"}", "or has a name twice");
        wrong.put("{" + GOOD + ",\"colour\":\"red\"}", "colour is no part of a half message");
        wrong.put("{" + GOOD + ",\"source\":\"a\"}", "source is no part of a half message");
        wrong.put("{" + GOOD + ",\"key\":null}", "key is no text");
        wrong.put("{" + GOOD + ",\"key\":1}", "key is no text");
        wrong.put("{" + GOOD + ",\"key\":\"\"}", "key has 0 characters");
        wrong.put("{" + GOOD + ",\"key\":\"" + "k".repeat(1001) + "\"}", "key has 1001 characters");
        wrong.put("{" + GOOD + ",\"key\":\"\\u0000\"}", "key has a character that the database does not store");
        wrong.put("{" + GOOD + ",\"type\":\"\\ud800\"}", "type has a character that the database does not store");
        wrong.put("{" + GOOD + ",\"id\":\"1\"}", "id (1) is no UUID");
        wrong.put("{" + GOOD + ",\"due\":\"tomorrow\"}", "due (tomorrow) is neither an instant nor a duration");
        wrong.put("{" + GOOD + ",\"payloadBase64\":\"cA==\"}", "payload and payloadBase64 are both there");
        wrong.put("{" + GOOD.replace("payload", "payloadBase64").replace(":\"p\"", ":\"!\"") + "}", "payloadBase64 is no Base64");
        wrong.put("{" + GOOD.replace(":\"p\"", ":\"\\ud800\"") + "}", "payload has half of a surrogate pair");
        wrong.put("{" + GOOD.replace(":\"p\"", ":{}") + "}", "payload is no text");
        wrong.put("{\"destination\":\"order.paid\",\"checkBack\":\"http://localhost:1/c\"}", "payload and payloadBase64 are both there, or both missing");
        wrong.put("{\"destination\":\"order.paid\",\"payload\":\"p\"}", "checkBack is missing");
        wrong.put("{" + GOOD + ",\"headers\":[]}", "headers is no object");
        wrong.put("{" + GOOD + ",\"headers\":{\"tenant\":\"t\"}}", "headers has tenant, which is not in half.headers");
        wrong.put("{" + GOOD + ",\"headers\":{\"ce_id\":\"t\"}}", "headers has ce_id, which is not in half.headers");
        wrong.put("{" + GOOD + ",\"headers\":{\"baggage\":1}}", "headers.baggage is no text");
        for (String url : new String[] {"c", "/c", "ftp://localhost/c", "http:///c", "http://ann:secret@localhost/c", "http://localhost/c#f", "http://local host/c",
            "http://localhost:99999/c", "file:/etc/passwd", "jar:http://localhost/c"}) {
            wrong.put("{" + GOOD.replace("http://localhost:1/c", url) + "}", "checkBack is no http or https URL, or has a login or a fragment: nothing was prepared.");
        }
        Map<String, String> unserved = new LinkedHashMap<>();
        unserved.put("{" + GOOD.replace("order.paid", "nobody") + "}", "destination (nobody) is none that this service publishes to");
        unserved.put("{" + GOOD.replace("order.paid", "{{half.logins}}") + "}", "is none that this service publishes to");
        for (String host : new String[] {"evil.example", "localhost.evil.example", "127.0.0.1", "[::1]"}) {
            unserved.put("{" + GOOD.replace("localhost", host) + "}", "the host of checkBack (" + host + ":1) is none that this service asks");
        }
        try (Routes routes = service.start()) {
            wrong.forEach((body, told) -> ProducerDecidesIT.assertProblem(400, service.post("", body), told));
            unserved.forEach((body, told) -> ProducerDecidesIT.assertProblem(422, service.post("", body), told));
            HttpResponse<String> form = service.send(service.request("").header("Content-Type", "text/plain").POST(BodyPublishers.ofString("{" + GOOD + "}")));
            ProducerDecidesIT.assertProblem(415, form, "Content-Type (text/plain) is not application/json");
            ProducerDecidesIT.assertProblem(400, service.post("?id=1", "{" + GOOD + "}"), "the request has a query");
            ProducerDecidesIT.assertProblem(413, service.post("", " ".repeat(70_000)), "");
            assertThat(service.database.count("half_message")).isZero();

            assertThat(service.post("", "{" + GOOD + "}").statusCode()).as("the good one").isEqualTo(201);
            assertThat(service.post("", "{" + GOOD.replace("payload", "payloadBase64").replace(":\"p\"", ":\"AP8=\"") + "}").statusCode()).isEqualTo(201);
        }
        assertThat(service.database.rows("SELECT encode(payload, 'hex') AS payload FROM half_message ORDER BY place"))
                .containsExactly(Map.of("payload", "70"), Map.of("payload", "00ff"));
    }
}
