package order;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import harness.ApiDescription;
import harness.Java;
import harness.RouteProcess;
import harness.Routes;
import org.apache.camel.model.ModelCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code openapi.json} of the shop: a validator takes it, and what the API answers is in it. */
class ShopsApiIsAsItDescribesItselfIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String ORDER = "{\"orderId\":\"%s\",\"customer\":\"%s\",\"product\":\"p-1\",\"quantity\":%s,\"amount\":12.5}";

    private final Orders orders = new Orders();

    @TempDir
    private Path folder;

    ShopsApiIsAsItDescribesItselfIT() throws IOException {
    }

    @Test
    void whatTheApiAnswersIsInTheDescription() throws Exception {
        try (orders; Routes routes = orders.start("shop")) {
            ApiDescription description = ApiDescription.of(send(get("/openapi.json")).body());
            try (RouteProcess validator = RouteProcess.of(List.of(Java.executable(), "-jar", Java.target().resolve("openapi/openapi-generator-cli.jar").toString(), "validate", "-i",
                    orders.url() + "/openapi.json"), folder, folder.resolve("validate.log"), Map.of()).start()) {
                assertThat(validator.awaitExit()).as(validator.log()).isZero();
            }
            Set<String> described = new TreeSet<>(Set.of("get /openapi.json"));
            description.json().path("paths").properties().forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> described.add(method + " " + path.getKey())));
            Set<String> served = new TreeSet<>();
            ((ModelCamelContext) routes.context()).getRestDefinitions().forEach(rest -> rest.getVerbs().forEach(verb -> served.add(verb.asVerb() + " /" + verb.getPath())));
            assertThat(served).isEqualTo(described);

            description.assertDescribed(202, send(post(ORDER.formatted("o-1", "c-1", 1))), "post", "/orders");
            description.assertDescribed(202, send(post(ORDER.formatted("o-1", "c-1", 1))), "post", "/orders");
            description.assertDescribed(409, send(post(ORDER.formatted("o-1", "c-1", 2))), "post", "/orders");
            description.assertDescribed(422, send(post(ORDER.formatted("o-2", "nobody", 1))), "post", "/orders");
            description.assertDescribed(400, send(post("{}")), "post", "/orders");
            description.assertDescribed(413, send(post(" ".repeat(70_000))), "post", "/orders");
            description.assertDescribed(415, send(post("{}").setHeader("Content-Type", "text/plain")), "post", "/orders");
            description.assertDescribed(200, send(get("/orders/o-1")), "get", "/orders/{id}");
            description.assertDescribed(200, send(get("/orders/o-2")), "get", "/orders/{id}");
            description.assertDescribed(400, send(get("/orders/%20")), "get", "/orders/{id}");
            description.assertDescribed(404, send(get("/orders/none")), "get", "/orders/{id}");
            orders.shop().update("ALTER TABLE customer_order RENAME TO moved");
            description.assertDescribed(500, send(get("/orders/o-1")), "get", "/orders/{id}");
            description.assertDescribed(500, send(post(ORDER.formatted("o-3", "c-1", 1))), "post", "/orders");
        }
    }

    private HttpRequest.Builder post(String body) {
        return get("/orders").POST(HttpRequest.BodyPublishers.ofString(body)).header("Content-Type", "application/json");
    }

    private HttpRequest.Builder get(String path) {
        return HttpRequest.newBuilder(URI.create(orders.url() + path));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
