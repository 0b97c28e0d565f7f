package example;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import harness.Database;
import harness.Java;
import harness.Ports;
import harness.RouteProcess;
import harness.Routes;
import harness.Servers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a user of {@code ./camelw run} sees when his start fails: why, and nothing else. */
class FailedStartSaysWhyIT {

    private static final Database BANK_A = Servers.database("schema.sql", "example-bank-a.sql");

    @TempDir
    private Path folder;

    /** @param lines that are printed at most; a refusal is one, and another may say that the start waits for a server */
    private record Mistake(String name, int lines, String words, Consumer<FailedStartSaysWhyIT> make) {

        @Override
        public String toString() {
            return name;
        }
    }

    private final Map<String, String> settings = new TreeMap<>(Map.of("database.bank-a.url", BANK_A.url(), "database.bank-a.user", "postgres", "check.wait", "1s",
            "kafka.brokers", Servers.kafka().brokers(), "CAMELW_JAVA_OPTS", Java.SHORT_LIVED + " -Xmx256m"));
    private final List<String> options = new ArrayList<>(List.of("application.properties", "--logging-color=false", "--port=" + Ports.free()));

    static Stream<Mistake> mistakes() {
        return Stream.of(
                new Mistake("broker is down", 2, "Kafka at localhost:1 does not answer within check.wait (1s): ",
                        start -> start.settings.putAll(Map.of("kafka.brokers", "localhost:1", "check.broker", "refuse"))),
                new Mistake("database is down", 2, "database of bankA does not answer within check.wait (1s): ",
                        start -> start.settings.put("database.bank-a.url", "jdbc:postgresql://localhost:1/bank_a")),
                new Mistake("database does not know the user", 1, "database of bankA refuses the connection: FATAL: role \"nobody\" does not exist",
                        start -> start.settings.put("database.bank-a.user", "nobody")),
                new Mistake("tables are missing", 1, " has no table alert_window: ",
                        start -> start.settings.put("database.bank-a.url", Servers.database().url())),
                new Mistake("parameter is mistyped", 1, "outboxKye is no parameter of the Kamelet outbox-sink",
                        start -> start.edit("bank-a-record-settled.camel.yaml", text -> text.replace("outboxKey", "outboxKye"))),
                new Mistake("setting is no duration", 1, "check.wait (soon) is no duration", start -> start.settings.put("check.wait", "soon")),
                new Mistake("key of YAML is mistyped", 5, "in file:bank-a-show.camel.yaml, line ",
                        start -> start.edit("bank-a-show.camel.yaml", text -> text.replace("- setBody:", "- setBodi:"))),
                new Mistake("file is missing", 2, "Source file 'bank-z.camel.yaml' does not exist", start -> start.options.add("bank-z.camel.yaml")),
                new Mistake("file of a called route is forgotten", 1, "calls direct:bank-a-book-transfer, which no route reads",
                        start -> start.delete("bank-a-book-transfer.camel.yaml")),
                new Mistake("file is ignored by Camel JBang", 3, "bank-a-relay.camel.yaml would be ignored: Camel JBang takes a file for one of routes by lines like - route: "
                        + "or - beans:, and nothing in this one would run. Add the line - beans: [] to it, or leave it out.",
                        start -> start.edit("bank-a-relay.camel.yaml", text -> text.replace("- beans: []", ""))),
                new Mistake("pack is forgotten", 4, "application.properties does not name the pack, so its templates and Kamelets are not there: add the line "
                        + "camel.jbang.dependencies=mvn:io.reliableroutes:… ",
                        start -> start.edit("application.properties", text -> text.replaceAll("(?m).*io\\.reliableroutes.*\\n", ""))),
                new Mistake("template is mistyped", 4, "bank-a-relay.camel.yaml names outbox-rely, which is no template of the pack",
                        start -> start.edit("bank-a-relay.camel.yaml", text -> text.replace("Ref: outbox-relay", "Ref: outbox-rely"))),
                new Mistake("Kamelet is mistyped", 1, "is no Kamelet: nothing could be written by it. Write outbox-sink",
                        start -> start.edit("bank-a-record-settled.camel.yaml", text -> text.replace("kamelet:outbox-sink", "kamelet:outbox-snk"))),
                new Mistake("settings are forgotten", 3, "add application.properties, which names the pack too",
                        start -> start.options.remove("application.properties")));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void startThatFailsSaysWhyAndNothingElse(Mistake mistake) throws IOException {
        copyRoutes();
        mistake.make.accept(this);

        String output = failedStart();

        assertThat(output).contains(mistake.words).doesNotContain("\tat ", "Exception");
        assertThat(output.lines()).as(output).hasSizeLessThanOrEqualTo(mistake.lines);
    }

    @Test
    void portThatIsInUseRefusesTheStart() throws IOException {
        copyRoutes();
        try (ServerSocket other = new ServerSocket(0)) {
            options.set(2, "--port=" + other.getLocalPort());

            String output = failedStart();

            // before it stand the pack's own warnings, of topics that are not there
            assertThat(output.lines().reduce((first, last) -> last)).get().asString()
                    .startsWith("the HTTP server cannot listen on 0.0.0.0:" + other.getLocalPort() + " (");
        }
    }

    @Test
    void wholeLogIsShownToWhoAsksForIt() throws IOException {
        copyRoutes();
        edit("bank-a-show.camel.yaml", text -> text.replace("- setBody:", "- setBodi:"));
        options.add("--logging-level=info");

        assertThat(failedStart()).contains("Unknown node id: setBodi", "\tat ", "Apache Camel (JBang) ");
    }

    @Test
    void startThatSucceedsLogsWhatHappenedMeanwhile() throws IOException {
        copyRoutes();

        try (RouteProcess bank = camelw().start().awaitStarted()) {
            assertThat(bank.log()).contains(" is starting", "Started bank-a-request-transfer", ") started in ");
        }
    }

    @Test
    void helpNeedsNeitherABuildNorJava() throws IOException, InterruptedException {
        for (String file : List.of("camelw", ".mvn/camelw/help.txt")) {
            Files.createDirectories(folder.resolve(file).getParent());
            Files.copy(Java.root().resolve(file), folder.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
        ProcessBuilder builder = new ProcessBuilder("./camelw", "--help").directory(folder.toFile());
        builder.environment().put("JAVA_HOME", "/nowhere");
        Process help = builder.redirectErrorStream(true).start();

        assertThat(new String(help.getInputStream().readAllBytes())).contains("camelw run bank-a-*.camel.yaml application.properties", "--logging-level=info");
        assertThat(help.waitFor(3, TimeUnit.MINUTES)).isTrue();
        assertThat(help.exitValue()).isZero();
        assertThat(folder.resolve("target")).doesNotExist();
    }

    private String failedStart() {
        try (RouteProcess bank = camelw().start()) {
            assertThat(bank.awaitExit()).as(bank.log()).isEqualTo(1);
            return bank.log();
        }
    }

    private RouteProcess camelw() {
        List<String> command = new ArrayList<>(List.of(Java.root().resolve("camelw").toString(), "run"));
        Routes.files("bank-a-.*").stream().filter(file -> Files.exists(folder.resolve(file))).forEach(command::add);
        command.addAll(options);
        return RouteProcess.of(command, folder, folder.resolve("log"), settings);
    }

    private void copyRoutes() throws IOException {
        for (String file : Routes.files("bank-a-.*")) {
            Files.copy(Java.root().resolve("routes").resolve(file), folder.resolve(file));
        }
        Files.copy(Java.root().resolve("routes/application.properties"), folder.resolve("application.properties"));
    }

    private void edit(String file, UnaryOperator<String> change) {
        try {
            String text = Files.readString(folder.resolve(file));
            assertThat(change.apply(text)).as("what the test changes in " + file).isNotEqualTo(text);
            Files.writeString(folder.resolve(file), change.apply(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void delete(String file) {
        try {
            Files.delete(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
