package format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import harness.Java;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The contract that every route file keeps. A failure names the file, the id and what to do. */
class RouteFilesTest {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Path CAMEL = Path.of("src/main/resources/camel");
    private static final Path ROUTES = Path.of("routes");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(?:milliseconds:)?([A-Za-z0-9.-]+)}}");
    private static final Pattern SQL_FILE = Pattern.compile("classpath:sql/\\{\\{sql\\.dialect}}/([a-z-]+\\.sql)");

    private final List<String> problems = new ArrayList<>();

    @Test
    void everyRouteHasAUniqueIdADescriptionAndAHeader() throws IOException {
        Map<String, Path> ids = new HashMap<>();
        for (Path file : routeFiles()) {
            String text = text(file);
            if (!text.lines().limit(4).allMatch(line -> line.matches("# (reads|writes|guarantee|settings): .*"))) {
                problems.add(file + ": does not start with '# reads:', '# writes:', '# guarantee:', '# settings:': add the header");
            }
            if (text.lines().count() > 130) {
                problems.add(file + ": is longer than 130 lines: split it");
            }
            for (JsonNode item : read(file)) {
                item.fields().forEachRemaining(entry -> {
                    JsonNode definition = entry.getValue();
                    String id = definition.path("id").asText(definition.path("routeId").asText());
                    if (Set.of("route", "routeTemplate", "routeConfiguration", "templatedRoute").contains(entry.getKey())) {
                        Path other = ids.put(id, file);
                        if (id.isEmpty() || other != null) {
                            problems.add(file + ": id '" + id + "' is " + (id.isEmpty() ? "missing" : "also in " + other) + ": give it one of its own");
                        }
                        if (!entry.getKey().equals("templatedRoute") && !definition.hasNonNull("description")) {
                            problems.add(file + ": " + id + " has no description: say in one sentence what it does");
                        }
                    }
                    if (entry.getKey().equals("routeTemplate")) {
                        definition.path("parameters").forEach(parameter -> {
                            if (!parameter.hasNonNull("description")) {
                                problems.add(file + ": parameter " + parameter.path("name").asText() + " has no description: add it");
                            }
                        });
                    }
                });
            }
            String stem = file.getFileName().toString().replace(".camel.yaml", "");
            if (file.startsWith(ROUTES) && !text.contains("Id: " + stem) && !text.contains("id: " + stem) && !stem.matches(".*-(api|show)")) {
                problems.add(file + ": no route is called " + stem + ": the file is named after its main route");
            }
        }
        assertNoProblems();
    }

    /** A level is a list of steps. Steps further inside are a route or a Kamelet of their own. */
    @Test
    void nothingIsDeeperThanFourLevels() throws IOException {
        List<Path> all = new ArrayList<>(routeFiles());
        all.addAll(files(CAMEL, ".kamelet.yaml"));
        for (Path file : all) {
            int levels = levels(read(file));
            if (levels > 4) {
                problems.add(file + ": has steps on " + levels + " levels: move the inner ones into a route or a Kamelet of their own");
            }
        }
        assertNoProblems();
    }

    private static int levels(JsonNode node) {
        int inner = 0;
        for (JsonNode child : node) {
            inner = Math.max(inner, levels(child));
        }
        return node.has("steps") ? Math.max(inner, 1 + levels(node.get("steps"))) : inner;
    }

    @Test
    void transactedStandsAloneAndNamesThePolicy() throws IOException {
        for (Path file : routeFiles()) {
            for (JsonNode steps : read(file).findValues("steps")) {
                for (JsonNode step : steps) {
                    if (step.has("transacted") && (steps.size() != 1 || !step.at("/transacted/ref").asText().equals("{{tx.policy}}"))) {
                        problems.add(file + ": transacted has siblings or no ref: make it the only step, with ref: \"{{tx.policy}}\"");
                    }
                    step.fields().forEachRemaining(eip -> {
                        if (Set.of("seda", "threads", "multicast", "toD", "script", "wireTap").contains(eip.getKey()) && file.startsWith(ROUTES)) {
                            problems.add(file + ": " + eip.getKey() + " leaves the transaction or is built from data: use to");
                        }
                    });
                }
            }
        }
        assertNoProblems();
    }

    @Test
    void everyPlaceholderIsDeclaredAndEverySqlFileIsThere() throws IOException {
        Set<String> declared = new HashSet<>();
        for (String file : List.of("routes/application.properties", "src/main/resources/META-INF/reliable-routes.properties")) {
            for (String line : Files.readAllLines(Java.root().resolve(file))) {
                if (line.matches("[a-z][A-Za-z0-9.-]*=.*")) {
                    declared.add(line.substring(0, line.indexOf('=')));
                }
            }
        }
        Set<String> used = new TreeSet<>();
        List<Path> all = new ArrayList<>(routeFiles());
        all.addAll(files(CAMEL, ".kamelet.yaml"));
        for (Path file : all) {
            String text = text(file);
            Set<String> local = new HashSet<>(Set.of("inboxRepository", "outboxScheduler"));
            Matcher names = Pattern.compile("(?m)^ +- name: (\\w+)$|^ {6}([a-z]\\w+):$").matcher(text);
            while (names.find()) {
                local.add(names.group(1) == null ? names.group(2) : names.group(1));
            }
            Matcher placeholder = PLACEHOLDER.matcher(text);
            while (placeholder.find()) {
                used.add(placeholder.group(1));
                if (!local.contains(placeholder.group(1)) && !declared.contains(placeholder.group(1))) {
                    problems.add(file + ": {{" + placeholder.group(1) + "}} is declared nowhere: add it to reliable-routes.properties, or the example's to routes/application.properties");
                }
            }
            Matcher sql = SQL_FILE.matcher(text);
            while (sql.find()) {
                if (!Files.exists(Java.root().resolve("src/main/resources/sql/postgresql").resolve(sql.group(1)))) {
                    problems.add(file + ": " + sql.group(1) + " is not in src/main/resources/sql/postgresql: add it");
                }
            }
        }
        assertNoProblems();
    }

    @Test
    void everyKameletParameterIsExplained() throws IOException {
        for (Path file : files(CAMEL, ".kamelet.yaml")) {
            JsonNode kamelet = read(file);
            if (!kamelet.at("/metadata/name").asText().equals(file.getFileName().toString().replace(".kamelet.yaml", ""))) {
                problems.add(file + ": metadata.name differs from the file's name: make them equal");
            }
            Set<String> required = new HashSet<>();
            kamelet.at("/spec/definition/required").forEach(name -> required.add(name.asText()));
            kamelet.at("/spec/definition/properties").fields().forEachRemaining(property -> {
                for (String word : new String[] {"title", "description", "type"}) {
                    if (!property.getValue().hasNonNull(word)) {
                        problems.add(file + ": " + property.getKey() + " has no " + word + ": add it");
                    }
                }
                if (!required.contains(property.getKey()) && !property.getValue().has("default")) {
                    problems.add(file + ": " + property.getKey() + " is optional without a default: add it");
                }
            });
        }
        assertNoProblems();
    }

    @Test
    void camelJbangTakesEveryFileForARouteFile() throws IOException {
        for (Path file : files(ROUTES, ".camel.yaml")) {
            if (!text(file).matches("(?s).*- (route|beans|rest):.*")) {
                problems.add(file + ": has no '- route:' and no '- beans:': Camel JBang would ignore it, add '- beans: []'");
            }
        }
        assertNoProblems();
    }

    @Test
    void camelFolderIsFlatAndHoldsOnlyYaml() throws IOException {
        try (Stream<Path> files = Files.list(Java.root().resolve(CAMEL))) {
            assertThat(files).allMatch(file -> Files.isRegularFile(file) && file.toString().matches(".*\\.(camel|kamelet)\\.yaml"));
        }
    }

    private void assertNoProblems() {
        assertThat(problems).as("problems in route files").isEmpty();
    }

    private static List<Path> routeFiles() throws IOException {
        List<Path> files = new ArrayList<>(files(CAMEL, ".camel.yaml"));
        files.addAll(files(ROUTES, ".camel.yaml"));
        assertThat(files).hasSizeGreaterThan(10);
        return files;
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(Java.root().resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(ending)).map(file -> Java.root().relativize(file)).sorted().toList();
        }
    }

    private static String text(Path file) throws IOException {
        return Files.readString(Java.root().resolve(file));
    }

    private static JsonNode read(Path file) throws IOException {
        return YAML.readTree(Java.root().resolve(file).toFile());
    }
}
