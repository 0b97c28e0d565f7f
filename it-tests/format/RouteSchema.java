package format;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;

/**
 * The schema of Camel's YAML DSL, made strict: what a visual editor would write differently is refused. A step has its options below it
 * and is no text, a block has its steps, and a {@code from} is in a route.
 */
public final class RouteSchema {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final String STEP = "org.apache.camel.model.ProcessorDefinition";

    private final JsonSchema schema;

    public RouteSchema() {
        JsonNode json;
        try (InputStream in = getClass().getResourceAsStream("/schema/camelYamlDsl.json")) {
            json = YAML.readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        JsonNode definitions = json.at("/items/definitions");
        for (Map.Entry<String, JsonNode> step : definitions.get(STEP).get("properties").properties()) {
            ObjectNode strict = YAML.createObjectNode();
            ObjectNode options = strict.putArray("allOf").add(step.getValue().deepCopy()).addObject().put("type", "object");
            JsonNode definition = definitions.path(step.getValue().path("$ref").asText().replaceFirst(".*/", ""));
            if (definition.at("/properties/steps").isObject()) {
                options.putArray("required").add("steps");
            }
            ((ObjectNode) definitions.get(STEP).get("properties")).set(step.getKey(), strict);
        }
        ((ObjectNode) json.at("/items/properties")).remove("from");
        // read as far as a file needs it: the whole takes seconds
        schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(json, SchemaValidatorsConfig.builder().preloadJsonSchema(false).build());
    }

    /** What is wrong with a route file, or with a Kamelet, whose template is a route template; empty if nothing is. */
    public List<String> problems(String yaml) {
        try {
            JsonNode file = YAML.readTree(yaml);
            return schema.validate(file.has("kind") ? asTemplate(file) : file).stream()
                    // a number or a boolean may also be a placeholder
                    .filter(message -> !message.getInstanceNode().asText().startsWith("{{"))
                    .map(message -> message.getMessage() + ": correct the YAML").toList();
        } catch (IOException e) {
            return List.of(e.getMessage() + ": correct the YAML");
        }
    }

    private static JsonNode asTemplate(JsonNode kamelet) {
        ObjectNode template = kamelet.at("/spec/template").deepCopy();
        template.set("id", kamelet.at("/metadata/name"));
        return YAML.createArrayNode().add(YAML.createObjectNode().set("routeTemplate", template));
    }
}
