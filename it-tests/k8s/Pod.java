package k8s;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import harness.Http;
import harness.Java;
import harness.Ports;
import harness.RouteProcess;
import org.awaitility.Awaitility;

/** The one pod of an Integration: the files, environment and command that Camel K's operator gives it, without a cluster. */
final class Pod implements AutoCloseable {

    // the API server and the operator keep no order of keys
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory()).enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
    private static final String CLASSPATH = "./resources:dependencies/*:dependencies/lib/boot/*:dependencies/lib/main/*";

    private final Map<String, JsonNode> manifests;
    private final JsonNode integration;
    private final Path container;
    private final Path etc;
    private final Kit kit;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final int port = Ports.free();
    private final RouteProcess process;

    /**
     * @param manifests   of an overlay, with the Integration of this name, not null
     * @param references  resolves {@code configmap:name/key} and {@code secret:name/key}, to text for a variable and to a path for a mounted file
     * @param settings    that only the test has, as an overlay would add them to the ConfigMap
     */
    Pod(Kit kit, Map<String, JsonNode> manifests, String name, Path folder, UnaryOperator<String> references, Map<String, String> settings) {
        this.kit = kit;
        this.manifests = manifests;
        this.integration = manifests.get("Integration/" + name);
        this.container = folder.resolve(name());
        this.etc = container.resolve("etc/camel");
        try {
            mount(settings, references);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        integration.at("/spec/traits/environment/vars").forEach(variable -> {
            String[] parts = variable.asText().split("=", 2);
            environment.put(parts[0], parts[1].matches("(configmap|secret):.*") ? references.apply(parts[1]) : here(parts[1]));
        });
        List<String> command = Java.shortLived("-Xmx256m", "-cp", CLASSPATH, "io.quarkus.bootstrap.runner.QuarkusEntryPoint");
        process = RouteProcess.of(command, container.resolve("deployments"), folder.resolve(name() + ".log"), environment);
    }

    String name() {
        return integration.at("/metadata/name").asText();
    }

    private void mount(Map<String, String> settings, UnaryOperator<String> references) throws IOException {
        Path source = Files.createDirectories(etc.resolve("sources")).resolve("camel-k-embedded-flow.yaml");
        Files.writeString(source, YAML.writeValueAsString(YAML.treeToValue(integration.at("/spec/flows"), Object.class)));
        Map<String, String> application = new LinkedHashMap<>();
        application.put("camel.main.source-location-enabled", "true");
        application.put("camel.main.routes-include-pattern", "file:" + etc + "/sources/**");
        Path kamelets = Files.createDirectories(etc.resolve("kamelets/kamelets-bundle-" + name() + "-001"));
        for (Map.Entry<String, JsonNode> manifest : manifests.entrySet()) {
            if (manifest.getKey().startsWith("Kamelet/")) {
                Files.writeString(kamelets.resolve(manifest.getKey().replace("Kamelet/", "") + ".kamelet.yaml"), Yaml.write(manifest.getValue()));
            }
        }
        application.put("camel.component.kamelet.location", "file:" + kamelets + ",classpath:/kamelets");
        Map<String, String> user = new LinkedHashMap<>();
        integration.at("/spec/traits/camel/properties").forEach(property -> user.put(property.asText().split("=", 2)[0], here(property.asText().split("=", 2)[1])));
        for (JsonNode resource : integration.at("/spec/traits/mount/resources")) {
            String[] parts = resource.asText().split("@", 2);
            Path file = Path.of(here(parts[1]));
            Files.createDirectories(file.getParent());
            if (parts[0].startsWith("configmap:")) {
                String[] key = parts[0].replaceFirst("configmap:", "").split("/");
                String map = manifests.get("ConfigMap/" + key[0]).get("data").get(key[1]).asText();
                Files.writeString(file, map + text(settings));
            } else {
                Files.copy(Path.of(references.apply(parts[0])), file);
            }
        }
        String locations = write("application.properties", application) + "," + write("conf.d/user.properties", user);
        Files.createSymbolicLink(Files.createDirectories(container.resolve("deployments")).resolve("dependencies"), kit.application());
        environment.putAll(Map.of("CAMEL_K_CONF", etc.resolve("application.properties").toString(), "CAMEL_K_CONF_D", etc.resolve("conf.d").toString(),
                "CAMEL_K_MOUNT_PATH_CONFIGMAPS", etc.resolve("conf.d/_configmaps").toString(),
                "CAMEL_K_MOUNT_PATH_SECRETS", etc.resolve("conf.d/_secrets").toString(), "CAMEL_K_INTEGRATION", name(),
                "QUARKUS_HTTP_PORT", String.valueOf(port), "QUARKUS_CONSOLE_COLOR", "false"));
        environment.put("QUARKUS_CONFIG_LOCATIONS", locations);
    }

    /** Text of a manifest with the paths of the container as they are here. */
    private String here(String text) {
        return text.replaceAll("(^|:)/(etc/camel|var/lib|deployments)/", "$1" + container + "/$2/");
    }

    private Path write(String name, Map<String, String> properties) throws IOException {
        Path file = etc.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text(properties));
    }

    private static String text(Map<String, String> properties) {
        StringBuilder text = new StringBuilder();
        properties.forEach((key, value) -> text.append(key).append(" = ").append(value.replace("\\", "\\\\")).append('\n'));
        return text.toString();
    }

    /** Starts it and returns when its readiness probe answers 200. */
    Pod start() {
        process.start();
        long start = System.nanoTime();
        Awaitility.await(name()).atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(200)).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException(name() + " has ended:\n" + process.log());
            }
            return status("/q/health/ready") == 200;
        });
        System.out.printf("%s: %s ready after %.1f s%n", kit.runtime(), name(), (System.nanoTime() - start) / 1e9);
        return this;
    }

    /** The status of a GET, 0 if nobody listens. */
    int status(String path) {
        return Http.status("http://localhost:" + port + path);
    }

    int port() {
        return port;
    }

    String log() {
        return process.log();
    }

    void kill() {
        process.kill();
    }

    @Override
    public void close() {
        process.close();
    }
}
