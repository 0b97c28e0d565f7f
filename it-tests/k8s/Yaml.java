package k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator.Feature;

/** YAML as trees. */
final class Yaml {

    static final ObjectMapper MAPPER = new ObjectMapper(YAMLFactory.builder().disable(Feature.WRITE_DOC_START_MARKER, Feature.SPLIT_LINES)
            .enable(Feature.MINIMIZE_QUOTES, Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS, Feature.LITERAL_BLOCK_STYLE).build());

    private Yaml() {
    }

    static JsonNode read(Path file) {
        return readAll(file).get(0);
    }

    /** The documents of a file. */
    static List<JsonNode> readAll(Path file) {
        try {
            return parseAll(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " is no YAML", e);
        }
    }

    static List<JsonNode> parseAll(String text) throws IOException {
        try (JsonParser parser = MAPPER.createParser(text)) {
            List<JsonNode> documents = new ArrayList<>();
            for (JsonNode document = MAPPER.readTree(parser); document != null; document = MAPPER.readTree(parser)) {
                documents.add(document);
            }
            return documents;
        }
    }

    static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String write(JsonNode tree) {
        try {
            return MAPPER.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
