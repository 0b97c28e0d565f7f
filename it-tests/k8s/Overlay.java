package k8s;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.zjsonpatch.JsonPatch;
import org.assertj.core.api.Assertions;

/** What {@code kubectl apply -k} of a folder applies: the part of Kustomize that k8s/ uses, and no other key is accepted. */
final class Overlay {

    private record Kustomization(String apiVersion, String kind, String namespace, List<String> resources, List<Patch> patches) {
    }

    private record Patch(Target target, String patch) {
    }

    private record Target(String kind, String name) {

        boolean isMet(JsonNode resource) {
            return resource.path("kind").asText().equals(kind) && (name == null || resource.at("/metadata/name").asText().matches(name));
        }
    }

    private Overlay() {
    }

    /** The resources of a folder of k8s/ with their patches, by {@code file#kind/name}. */
    static Map<String, JsonNode> of(String folder) {
        return read(Manifests.K8S.resolve(folder));
    }

    private static Map<String, JsonNode> read(Path folder) {
        Kustomization kustomization = Yaml.strict(folder.resolve("kustomization.yaml"), Kustomization.class);
        Map<String, JsonNode> resources = new LinkedHashMap<>();
        for (String name : kustomization.resources) {
            Path path = folder.resolve(name).normalize();
            if (Files.isDirectory(path)) {
                resources.putAll(read(path));
            } else {
                String file = Manifests.K8S.relativize(path).toString();
                Yaml.readAll(path).forEach(document -> resources.put(file + "#" + document.path("kind").asText() + "/" + document.at("/metadata/name").asText(), document));
            }
        }
        for (Patch patch : kustomization.patches == null ? List.<Patch>of() : kustomization.patches) {
            List<String> met = resources.keySet().stream().filter(key -> patch.target.isMet(resources.get(key))).toList();
            Assertions.assertThat(met).as("what %s patches in %s", patch.target, folder).isNotEmpty();
            met.forEach(key -> resources.put(key, JsonPatch.apply(Yaml.parse(patch.patch), resources.get(key))));
        }
        return resources;
    }
}
