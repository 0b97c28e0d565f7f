package half;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import harness.Java;
import harness.Ports;
import harness.RouteProcess;
import harness.Routes;
import org.apache.camel.model.ModelCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code messages-openapi.json}: a validator takes it, and what the API answers is in it. The service has the rights of its roles and no more. */
class ProducersApiIsAsItDescribesItselfIT {

    private final MessageService service = new MessageService().patient();
    @TempDir
    private Path folder;

    @Test
    void whatTheApiAnswersIsInTheDescription() throws Exception {
        service.database.apply("roles.sql");
        service.database.update("DROP ROLE IF EXISTS half_messages; CREATE ROLE half_messages LOGIN PASSWORD 'x' IN ROLE reliable_routes_messages, reliable_routes_relay");
        service.settings.put("database.messages.user", "half_messages");
        try (Routes routes = service.start()) {
            HttpResponse<String> told = service.send(service.request("-openapi.json"));
            JsonNode description = MessageService.json(told);
            try (RouteProcess validator = RouteProcess.of(List.of(Java.executable(), "-jar", Java.target().resolve("openapi/openapi-generator-cli.jar").toString(), "validate", "-i",
                    Java.root().resolve("src/main/resources/openapi/half-messages.json").toString()), folder, folder.resolve("validate.log"), Map.of()).start()) {
                assertThat(validator.awaitExit()).as(validator.log()).isZero();
            }
            Set<String> described = new TreeSet<>(Set.of("get /messages-openapi.json"));
            description.path("paths").properties().forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> described.add(method + " " + path.getKey())));
            Set<String> served = new TreeSet<>();
            ((ModelCamelContext) routes.context()).getRestDefinitions().forEach(rest -> rest.getVerbs()
                    .forEach(verb -> served.add(verb.asVerb() + " " + rest.getPath() + (verb.getPath() == null ? "" : verb.getPath()))));
            assertThat(served).isEqualTo(described);

            String id = MessageService.id();
            Map<String, Object> message = MessageService.message(id, "k", Ports.free());
            assertDescribed(description, 201, service.prepare(message), "post", "/messages");
            message.put("payload", "other");
            assertDescribed(description, 409, service.prepare(message), "post", "/messages");
            assertDescribed(description, 400, service.post("", "{}"), "post", "/messages");
            assertDescribed(description, 413, service.post("", " ".repeat(70_000)), "post", "/messages");
            assertDescribed(description, 415, service.send(service.request("").POST(BodyPublishers.ofString("{}")).header("Content-Type", "text/plain")), "post", "/messages");
            message.put("destination", "nobody");
            assertDescribed(description, 422, service.prepare(message), "post", "/messages");
            assertDescribed(description, 200, service.get(id), "get", "/messages/{id}");
            assertDescribed(description, 404, service.get(MessageService.id()), "get", "/messages/{id}");
            assertDescribed(description, 200, service.commit(id), "post", "/messages/{id}/commit");
            assertDescribed(description, 200, service.get(id), "get", "/messages/{id}");
            assertDescribed(description, 409, service.rollback(id), "post", "/messages/{id}/rollback");
            assertDescribed(description, 404, service.rollback(MessageService.id()), "post", "/messages/{id}/rollback");
            MessageService.await().until(() -> service.published().contains(id));

            String undecided = MessageService.id();
            service.prepare(MessageService.message(undecided, null, Ports.free()));
            service.database.update("UPDATE half_message SET next_check_at = now() WHERE id = ?::uuid", undecided);
            MessageService.await().until(() -> service.state(undecided).equals("DEAD"));
            assertDescribed(description, 200, service.get(undecided), "get", "/messages/{id}");
            assertDescribed(description, 200, service.rollback(undecided), "post", "/messages/{id}/rollback");
        }
    }

    private static void assertDescribed(JsonNode description, int status, HttpResponse<String> answer, String method, String path) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode content = description.path("paths").path(path).path(method).path("responses").path(String.valueOf(status)).path("content");
        JsonNode body = content.path(answer.headers().firstValue("Content-Type").orElse("none")).path("schema");
        assertThat(body.isMissingNode()).as("%s of %s %s has no schema in %s", answer.headers().map(), method, path, content).isFalse();
        ObjectNode schema = MessageService.JSON.readValue(description.toString(), ObjectNode.class);
        JsonSchema validator = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema.setAll((ObjectNode) body));
        assertThat(validator.validate(MessageService.JSON.readTree(answer.body()))).as(answer.body()).isEmpty();
    }
}
