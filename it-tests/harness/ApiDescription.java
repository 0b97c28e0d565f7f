package harness;

import java.io.IOException;
import java.net.http.HttpResponse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;

import static org.assertj.core.api.Assertions.assertThat;

/** What an API says of itself in OpenAPI 3.0. */
public record ApiDescription(JsonNode json) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param text the description as JSON */
    public static ApiDescription of(String text) throws IOException {
        return new ApiDescription(JSON.readTree(text));
    }

    /** The answer has this status, and status, media type and body are as described. */
    public void assertDescribed(int status, HttpResponse<String> answer, String method, String path) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode content = json.path("paths").path(path).path(method).path("responses").path(String.valueOf(status)).path("content");
        JsonNode body = content.path(answer.headers().firstValue("Content-Type").orElse("none")).path("schema");
        assertThat(body.isMissingNode()).as("%s of %s %s has no schema in %s", answer.headers().map(), method, path, content).isFalse();
        // nullable is OpenAPI's, and a schema of its own for JSON Schema
        String strict = json.toString().replace("\"type\":\"string\",\"nullable\":true", "\"type\":[\"string\",\"null\"]");
        ObjectNode schema = JSON.readValue(strict, ObjectNode.class);
        JsonSchema validator = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema.setAll((ObjectNode) body));
        assertThat(validator.validate(JSON.readTree(answer.body()))).as(answer.body()).isEmpty();
    }
}
