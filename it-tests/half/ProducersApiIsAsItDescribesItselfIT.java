package half;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import harness.ApiDescription;
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
            ApiDescription description = ApiDescription.of(told.body());
            try (RouteProcess validator = RouteProcess.of(List.of(Java.executable(), "-jar", Java.target().resolve("openapi/openapi-generator-cli.jar").toString(), "validate", "-i",
                    Java.root().resolve("src/main/resources/openapi/half-messages.json").toString()), folder, folder.resolve("validate.log"), Map.of()).start()) {
                assertThat(validator.awaitExit()).as(validator.log()).isZero();
            }
            Set<String> described = new TreeSet<>(Set.of("get /messages-openapi.json"));
            description.json().path("paths").properties().forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> described.add(method + " " + path.getKey())));
            Set<String> served = new TreeSet<>();
            ((ModelCamelContext) routes.context()).getRestDefinitions().forEach(rest -> rest.getVerbs()
                    .forEach(verb -> served.add(verb.asVerb() + " " + rest.getPath() + (verb.getPath() == null ? "" : verb.getPath()))));
            assertThat(served).isEqualTo(described);

            String id = MessageService.id();
            Map<String, Object> message = MessageService.message(id, "k", Ports.free());
            description.assertDescribed(201, service.prepare(message), "post", "/messages");
            message.put("payload", "other");
            description.assertDescribed(409, service.prepare(message), "post", "/messages");
            description.assertDescribed(400, service.post("", "{}"), "post", "/messages");
            description.assertDescribed(413, service.post("", " ".repeat(70_000)), "post", "/messages");
            description.assertDescribed(415, service.send(service.request("").POST(BodyPublishers.ofString("{}")).header("Content-Type", "text/plain")), "post", "/messages");
            message.put("destination", "nobody");
            description.assertDescribed(422, service.prepare(message), "post", "/messages");
            description.assertDescribed(200, service.get(id), "get", "/messages/{id}");
            description.assertDescribed(404, service.get(MessageService.id()), "get", "/messages/{id}");
            description.assertDescribed(200, service.commit(id), "post", "/messages/{id}/commit");
            description.assertDescribed(200, service.get(id), "get", "/messages/{id}");
            description.assertDescribed(409, service.rollback(id), "post", "/messages/{id}/rollback");
            description.assertDescribed(404, service.rollback(MessageService.id()), "post", "/messages/{id}/rollback");
            MessageService.await().until(() -> service.published().contains(id));

            String undecided = MessageService.id();
            service.prepare(MessageService.message(undecided, null, Ports.free()));
            service.database.update("UPDATE half_message SET next_check_at = now() WHERE id = ?::uuid", undecided);
            MessageService.await().until(() -> service.state(undecided).equals("DEAD"));
            description.assertDescribed(200, service.get(undecided), "get", "/messages/{id}");
            description.assertDescribed(200, service.rollback(undecided), "post", "/messages/{id}/rollback");
        }
    }
}
