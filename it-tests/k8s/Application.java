package k8s;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import harness.Java;
import harness.Routes;

/**
 * One entry of {@code k8s/applications.yaml}: files of {@code routes/} that run together as one Integration.
 *
 * @param part folder of what not everybody wants, null for base
 */
record Application(String name, String description, String routes, String except, List<String> databases, int replicas, boolean http,
        boolean xa, String part, List<String> environment) {

    static final Path LIST = Manifests.K8S.resolve("applications.yaml");

    static List<Application> all() {
        return Yaml.read(LIST).get("applications").valueStream().map(node -> Yaml.MAPPER.convertValue(node, Application.class)).toList();
    }

    /** Version of the Quarkus platform. */
    static String runtime() {
        return Yaml.read(LIST).get("runtime").asText();
    }

    String folder() {
        return xa ? "xa" : part == null ? "base" : part;
    }

    /** Of all of them, sorted. */
    static List<String> folders() {
        return all().stream().map(Application::folder).distinct().sorted().toList();
    }

    /** Its routes, by the names of their files. The empty list of beans is there for Camel JBang only. */
    List<JsonNode> flows() {
        List<JsonNode> flows = new ArrayList<>();
        String files = "(?!" + except + "\\.camel)(" + routes.replace("*", ".*").replaceAll(", *", "|") + ")\\.camel\\.yaml";
        for (String file : Routes.files(files)) {
            Yaml.read(Java.root().resolve("routes").resolve(file)).forEach(flow -> {
                if (!(flow.get("beans") instanceof ArrayNode beans && beans.isEmpty())) {
                    flows.add(flow);
                }
            });
        }
        return flows;
    }
}
