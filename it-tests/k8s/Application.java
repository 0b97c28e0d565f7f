package k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import harness.Java;

/** One entry of {@code k8s/applications.yaml}: files of {@code routes/} that run together as one Integration. */
record Application(String name, String description, String routes, String except, List<String> databases, int replicas, boolean http,
        boolean xa, List<String> environment) {

    static final Path LIST = Manifests.K8S.resolve("applications.yaml");

    static List<Application> all() {
        return Yaml.read(LIST).get("applications").valueStream().map(node -> Yaml.MAPPER.convertValue(node, Application.class)).toList();
    }

    static Application of(String name) {
        return all().stream().filter(application -> application.name.equals(name)).findFirst().orElseThrow();
    }

    /** Version of the Quarkus platform. */
    static String runtime() {
        return Yaml.read(LIST).get("runtime").asText();
    }

    String folder() {
        return xa ? "xa" : "base";
    }

    /** The files of routes/ that it consists of, in alphabetical order. */
    List<Path> files() {
        List<String> patterns = Arrays.asList(routes.split(", *"));
        try (Stream<Path> files = Files.list(Java.root().resolve("routes"))) {
            return files.filter(file -> file.toString().endsWith(".camel.yaml")).sorted().filter(file -> {
                String stem = file.getFileName().toString().replace(".camel.yaml", "");
                return !stem.equals(except) && patterns.stream().anyMatch(pattern -> stem.matches(pattern.replace("*", ".*")));
            }).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its routes. The empty list of beans is there for Camel JBang only. */
    List<JsonNode> flows() {
        List<JsonNode> flows = new ArrayList<>();
        for (Path file : files()) {
            Yaml.read(file).forEach(flow -> {
                if (!(flow.get("beans") instanceof ArrayNode beans && beans.isEmpty())) {
                    flows.add(flow);
                }
            });
        }
        return flows;
    }
}
