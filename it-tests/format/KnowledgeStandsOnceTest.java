package format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import harness.Java;
import harness.Page;
import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What Java, SQL, YAML and pages each have to say is the same everywhere. */
class KnowledgeStandsOnceTest {

    private static final Path MAIN = Java.root().resolve("src/main");
    private static final Path SQL = MAIN.resolve("resources/sql/postgresql");

    /** What a table gives a new row by itself, or what is of the table and not of the message. */
    private static final Map<String, Set<String>> OWN = Map.of("outbox_message", Set.of("id", "shard"),
            "outbox_parked", Set.of("parked_at", "exhausted", "first_failed_at", "next_attempt_at", "error_class", "error_message"),
            "outbox_sent", Set.of("sent_id", "sent_at"));

    /** A column that a statement forgets is lost with the move. */
    @Test
    void messageOfTheOutboxTakesAllItsColumnsWithIt() throws IOException {
        List<String> problems = new ArrayList<>();
        int moves = 0;
        for (Path file : files(SQL, ".sql")) {
            Matcher insert = Pattern.compile("INSERT INTO (outbox_\\w+) \\(([^)]+)\\)\\s+(?:--[^\n]*\\s+)*SELECT").matcher(Files.readString(file));
            while (insert.find()) {
                if (OWN.containsKey(insert.group(1)) && !file.endsWith("schema.sql") && !Files.readString(file).contains("announcement")) {
                    moves++;
                    Set<String> forgotten = columns(insert.group(1));
                    forgotten.removeAll(List.of(insert.group(2).trim().split("\\s*,\\s*")));
                    forgotten.removeAll(OWN.get(insert.group(1)));
                    forgotten.forEach(column -> problems.add(file.getFileName() + " writes no " + column + " into " + insert.group(1)));
                }
            }
        }

        assertThat(problems).as("columns that are lost").isEmpty();
        assertThat(moves).as("statements that move messages").isGreaterThanOrEqualTo(5);
    }

    private static Set<String> columns(String table) throws IOException {
        String schema = Files.readString(SQL.resolve("schema.sql"));
        String definition = schema.substring(schema.indexOf("CREATE TABLE IF NOT EXISTS " + table + " ("));
        return Pattern.compile("(?m)^  ([a-z_]+) +(?:bigint|uuid|text|smallint|bytea|jsonb|timestamptz|boolean|integer)\\b").matcher(
                definition.substring(0, definition.indexOf("\n);"))).results().map(column -> column.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Java refuses version ff and ids of zeros, which W3C forbids too; else what it lets through the database takes. */
    @Test
    void traceparentHasOnePattern() throws IOException {
        Set<String> patterns = new TreeSet<>();
        for (Path file : Stream.concat(files(SQL, ".sql").stream(), files(MAIN.resolve("java"), ".java").stream()).toList()) {
            for (String line : Files.readAllLines(file)) {
                Matcher quoted = Pattern.compile("[\"']([^\"']*0-9a-f[^\"']*\\{32}-[^\"']*)[\"']").matcher(line);
                while (quoted.find()) {
                    patterns.add(quoted.group(1).replaceAll("[(][?]![^)]*[)]|[\\^$]", ""));
                }
            }
        }

        assertThat(patterns).containsExactly("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    }

    /** What is sent along and is in no receiver's allow-list would be lost on the way, unseen. */
    @Test
    void headersThatTravelAreHandedOver() throws IOException {
        Set<String> travelling = new TreeSet<>();
        for (Path file : files(Java.root().resolve("routes"), ".camel.yaml")) {
            Pattern.compile("outboxHeaders: (.*)").matcher(Files.readString(file)).results().forEach(list -> travelling.addAll(List.of(list.group(1).split(","))));
        }
        String shipped = Files.readString(Java.root().resolve("src/main/resources/META-INF/reliable-routes.properties"));
        Matcher allowed = Pattern.compile("(?m)^inbox\\.headers=(.*)").matcher(shipped);

        assertThat(allowed.find()).isTrue();
        assertThat(travelling).isNotEmpty().isSubsetOf(allowed.group(1).split(","));
    }

    @Test
    void shardHasOneHash() throws IOException {
        List<String> hashes = new ArrayList<>();
        for (Path file : files(SQL, ".sql")) {
            Pattern.compile("hashtext\\([^\n]*& 63").matcher(Files.readString(file)).results().forEach(hash -> hashes.add(file.getFileName().toString()));
        }

        assertThat(hashes).as("files that know which shard a message is in").containsExactly("schema.sql");
    }

    @Test
    void startKnowsEveryFileOfTheVocabulary() throws IOException {
        Path camel = MAIN.resolve("resources/camel");

        assertThat(named("VocabularyFiles.java", "STEMS = List.of\\(([^)]+)")).isEqualTo(stems(camel, ".camel.yaml"));
    }

    private static Set<String> named(String file, String list) throws IOException {
        Matcher names = Pattern.compile(list).matcher(Files.readString(MAIN.resolve("java/io/reliableroutes/start").resolve(file)));
        assertThat(names.find()).as("list in " + file).isTrue();
        return Pattern.compile("\"([a-z-]+)\"").matcher(names.group(1)).results().map(name -> name.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> stems(Path folder, String ending) throws IOException {
        return files(folder, ending).stream().map(file -> file.getFileName().toString().replace(ending, "")).collect(Collectors.toCollection(TreeSet::new));
    }

    /** What a page has users run, and what runs as one Integration, has all that its routes call, and an explicit list has nothing else. */
    @Test
    void listOfFilesIsAllThatTheyCall() throws IOException {
        List<List<String>> lists = new ArrayList<>();
        for (String page : List.of("README.md", "docs/xa.md", "docs/operations.md")) {
            Page.of(page).found("(?s)camelw run ((?:[\\w*.-]+\\.camel\\.yaml[\\s\\\\]+)+)").forEach(files -> lists.add(List.of(files.trim().split("[\\s\\\\]+"))));
        }
        for (JsonNode application : new ObjectMapper(new YAMLFactory()).readTree(Java.root().resolve("k8s/applications.yaml").toFile()).get("applications")) {
            lists.add(Stream.of(application.get("routes").asText().split(", *")).map(name -> name + ".camel.yaml").toList());
        }

        for (List<String> list : lists) {
            Set<String> files = list.stream().flatMap(name -> Routes.files(name.replace(".", "\\.").replace("*", ".*")).stream()).collect(Collectors.toCollection(TreeSet::new));
            Set<String> called = files.stream().flatMap(file -> Routes.called(file, files).stream()).collect(Collectors.toCollection(TreeSet::new));

            assertThat(files).as("files that run together: " + list).isEqualTo(called);
        }
        assertThat(lists).hasSizeGreaterThan(15);
        assertThat(lists.stream().filter(list -> list.get(0).startsWith("xa-transfer")).map(TreeSet::new)).allMatch(Routes.called("xa-transfer.camel.yaml")::equals);
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }
}
