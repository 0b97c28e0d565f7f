package format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import harness.Java;
import harness.Page;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Every route file and Kamelet, shipped or on a page, opens in an editor that keeps to the schema of Camel's YAML DSL. */
class RouteSchemaTest {

    private static final String GOOD = """
            - route:
                id: good
                from:
                  uri: direct:good
                  steps:
                    - filter:
                        simple: ${body} != null
                        steps:
                          - to:
                              uri: direct:next
            """;

    private static final RouteSchema SCHEMA = new RouteSchema();

    @Test
    void everyShippedRouteFileAndKameletIsValid() throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        for (String folder : List.of("routes", "src/main/resources/camel", "bench")) {
            try (Stream<Path> paths = Files.list(Java.root().resolve(folder))) {
                for (Path path : paths.filter(path -> path.toString().matches(".*[.](camel|kamelet)[.]yaml")).sorted().toList()) {
                    files.put(folder + "/" + path.getFileName(), Files.readString(path));
                }
            }
        }

        assertThat(files.keySet()).filteredOn(name -> name.endsWith(".kamelet.yaml")).hasSizeGreaterThanOrEqualTo(3);
        assertValid(files);
    }

    @Test
    void everyRouteFileOfThePagesIsValid() {
        Map<String, String> files = new LinkedHashMap<>(Page.of("docs/adapting.md").files());
        files.keySet().removeIf(name -> !name.endsWith(".camel.yaml"));
        Page.of("README.md").found("```yaml\n([^`]+)```").forEach(snippet -> files.put("README.md " + files.size(), snippet));

        assertThat(files).hasSizeGreaterThanOrEqualTo(4);
        assertValid(files);
    }

    static Stream<Arguments> whatIsWrongIsNamed() {
        return Stream.of(
                arguments("a key nobody knows", "simple: ", "smple: ", "'smple'"),
                arguments("a key of another step", "uri: direct:next", "message: next", "'message'"),
                arguments("a value of another type", "id: good", "autoStartup: 5", "integer found, boolean expected"),
                arguments("a step as text", "to:\n                  uri: direct:next", "to: direct:next", "string found, object expected"),
                arguments("a block without its steps", "steps:\n              - to:\n                  uri: direct:next", "note: none", "'steps'"),
                arguments("a file that is no list", "- route:", "  route:", "object found, array expected"),
                arguments("a from outside a route", "- route:\n    id: good\n    from:", "- from:", "'from'"));
    }

    @ParameterizedTest
    @MethodSource
    void whatIsWrongIsNamed(String wrong, String from, String to, String named) {
        String bad = GOOD.replace(from, to);

        assertThat(SCHEMA.problems(GOOD)).as("the file before the edit").isEmpty();
        assertThat(bad).as("the edit").isNotEqualTo(GOOD);
        assertThat(SCHEMA.problems(bad)).as(wrong).anySatisfy(problem -> assertThat(problem).contains(named));
    }

    private void assertValid(Map<String, String> files) {
        assertThat(files).allSatisfy((name, text) -> assertThat(SCHEMA.problems(text)).as(name).isEmpty());
    }
}
