package k8s;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

import com.fasterxml.jackson.databind.JsonNode;
import harness.Java;
import io.reliableroutes.start.Companions;

/** What routes need on their class path, with all that they use of the vocabulary, as Camel K writes dependencies. The operator infers some. */
final class Dependencies {

    /** Components of other names than their artifact; {@code kamelet:source} and the like are the kamelet component. */
    private static final Map<String, String> COMPONENTS = Map.of("https", "http", "smtp", "mail", "smtps", "mail");
    private static final Map<String, Set<String>> STEPS = Map.of("bean", Set.of("bean"), "method", Set.of("bean"), "log", Set.of("log"),
            "json", Set.of("jackson"), "rest", Set.of("rest", "platform-http"));

    private final Properties settings = settings("application.properties");
    private final Set<String> seen = new HashSet<>();
    private final Set<String> found = new TreeSet<>();

    private Dependencies() {
        found.add("mvn:io.reliableroutes:reliable-routes:" + packVersion());
        // for ${body[key]}, which the operator does not see
        found.add("camel:bean");
    }

    static Set<String> of(Iterable<JsonNode> flows) {
        Dependencies dependencies = new Dependencies();
        flows.forEach(dependencies::add);
        return dependencies.found;
    }

    static Properties settings(String file) {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(Java.root().resolve("routes").resolve(file))) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    private String packVersion() {
        return settings.getProperty("camel.jbang.dependencies").replaceFirst(".*:", "");
    }

    private void add(JsonNode node) {
        node.properties().forEach(entry -> {
            STEPS.getOrDefault(entry.getKey(), Set.of()).forEach(artifact -> found.add("camel:" + artifact));
            String text = entry.getValue().asText();
            switch (entry.getKey()) {
                case "uri", "to", "toD" -> addUri(text);
                case "routeTemplateRef", "routeConfigurationId" -> {
                    addVocabulary(text + ".camel.yaml");
                    Companions.of(text).forEach(companion -> addVocabulary(companion + ".camel.yaml"));
                }
                default -> { }
            }
        });
        node.forEach(this::add);
    }

    private void addUri(String uri) {
        String filled = uri.startsWith("{{") ? settings.getProperty(uri.substring(2, uri.indexOf("}}")), "") : uri;
        if (!filled.matches("[a-z][a-z0-9-]*(:.*)?")) {
            return;
        }
        String scheme = filled.replaceFirst(":.*", "");
        found.add("camel:" + COMPONENTS.getOrDefault(scheme, scheme));
        if (scheme.equals("jms")) {
            String client = Dependencies.settings("application-xa.properties").getProperty("camel.jbang.dependencies");
            found.add(client.substring(client.lastIndexOf("mvn:")));
        }
        if (scheme.equals("kamelet") && !filled.equals("kamelet:source")) {
            addVocabulary(filled.replaceFirst("kamelet:([a-z-]+).*", "$1") + ".kamelet.yaml");
        }
    }

    private void addVocabulary(String file) {
        Path path = Java.root().resolve("src/main/resources/camel").resolve(file);
        if (Files.exists(path) && seen.add(file)) {
            Yaml.readAll(path).forEach(document -> add(document.path("spec").path("template").isMissingNode() ? document : document.at("/spec/template")));
        }
    }
}
