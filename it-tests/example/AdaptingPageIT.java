package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Java;
import harness.Kafka;
import harness.Ports;
import harness.RouteProcess;
import harness.Servers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static example.AdaptedService.PAGE;
import static harness.ReceivingBank.await;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The files and the commands of docs/adapting.md, as they stand there, in a folder beside a checkout, under Camel JBang and in three kinds of Maven project.
 * What differs: addresses are those of the test's servers, and some commands are {@link PageShell}'s.
 */
@Timeout(600)
class AdaptingPageIT {

    @TempDir
    private static Path folder;
    private static Kafka kafka;
    private static PageShell shell;
    /** The server's, and that of the page's database. */
    private static String server;

    private AdaptedService audit = new AdaptedService(kafka);

    @BeforeAll
    static void makeWhatThePageMakes() throws IOException {
        kafka = new Kafka(folder.resolve("kafka")).start();
        shell = new PageShell(folder);
        server = Servers.database().url().replaceFirst("jdbc:postgresql://([^/]*)/.*", "$1");
        Path project = Files.createDirectory(folder.resolve("audit"));
        Files.createSymbolicLink(folder.resolve("reliable-routes"), Java.root());
        PAGE.writeFiles(project);
        shell.run(project, here(PAGE.found("```sh\n([^`]+)```").get(0)));
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @Test
    void pageSetsAtMostTwelveProperties() {
        assertThat(PAGE.files().get("application.properties").lines().count()).isLessThanOrEqualTo(12);
    }

    @Test
    void serviceWorksUnderCamelJbang() {
        audit = ofThePage();

        try (RouteProcess service = jbang(folder.resolve("audit"))) {
            audit.works("jbang", service);

            String record = here(PAGE.found("(?s)    (printf .*?parse.key=true)").get(0));
            shell.run(folder, record + "\n" + record);
            audit.record("a-1", "m-last", "jbang-last");
            await().untilAsserted(() -> assertThat(audit.recorded("%")).as(service.log()).contains("t-1", "jbang-last"));
            assertThat(audit.recorded("t-1")).containsExactly("t-1");
        }
    }

    @Test
    void operatorsRoutesLookAfterTheService() {
        audit = ofThePage();
        audit.audit.update("""
                INSERT INTO dead_letter (origin, consumer, message_id, topic, topic_partition, topic_offset, payload, headers, attempts, error_class, error_message, first_failed_at)
                VALUES ('INBOX', 'audit-record-transfer', 'm-dead', 'transfer.completed', 0, 7, 'x', '{}', 53, 'java.lang.A', 'the test says so', now())""");
        String command = here(PAGE.found("(?s)    (DATABASE_AUDIT_URL=.*?--port=)").get(0)) + Ports.free();

        try (RouteProcess operator = RouteProcess.shell(folder.resolve("operate.log"), Map.of("kafka.brokers", kafka.brokers()), "env " + command).start().awaitStarted()) {
            await().untilAsserted(() -> assertThat(operator.log()).contains("ALERT FIRST", "audit-record-transfer"));
        }
    }

    private static String here(String command) {
        return command.replace("localhost:5432", server).replace("localhost:9092", kafka.brokers());
    }

    /** The service with the database and the login of the page. */
    private static AdaptedService ofThePage() {
        AdaptedService audit = new AdaptedService(kafka, new Database("jdbc:postgresql://" + server + "/audit"));
        audit.settings.remove("database.audit.user");
        audit.settings.put("database.audit.password", PAGE.found("DATABASE_AUDIT_PASSWORD=(\\S+) \\S+camelw").get(0));
        return audit;
    }

    @Test
    void otherRetriesAreObeyed() throws IOException {
        Path project = Files.createDirectory(folder.resolve("retries"));
        PAGE.writeFiles(project);
        Files.writeString(project.resolve("application.properties"), PAGE.files().get("application.properties")
                + String.join("\n", PAGE.found("(?m)^    (inbox[.].*=.*)")) + "\n");
        audit.audit.update("CREATE SEQUENCE attempt");
        audit.audit.update("""
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF NEW.transfer_id = 't-bad' AND nextval('attempt') > 0 THEN RAISE EXCEPTION 'refused by the test'; END IF; RETURN NEW; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse()""");

        try (RouteProcess service = jbang(project)) {
            audit.record("a-3", "m-bad", "t-bad");
            audit.record("a-4", "m-empty", "");

            await().untilAsserted(() -> assertThat(audit.audit.rows("SELECT attempts, (next_attempt_at - parked_at)::text AS delay FROM inbox_parked")).as(service.log())
                    .containsExactly(Map.of("attempts", 4, "delay", "00:00:30")));
            await().untilAsserted(() -> assertThat(audit.audit.rows("SELECT attempts, error_class FROM dead_letter WHERE message_id = 'm-empty'")).as(service.log())
                    .containsExactly(Map.of("attempts", 1, "error_class", "org.springframework.dao.DataIntegrityViolationException")));
            // as docs/operations.md tells to hurry it
            await().until(() -> audit.audit.update("UPDATE inbox_parked SET next_attempt_at = now() WHERE next_attempt_at > now()") == 0
                    && audit.audit.count("dead_letter WHERE message_id = 'm-bad'") == 1);
        }

        assertThat(audit.audit.value("SELECT last_value FROM attempt")).isEqualTo(4L + 3);
    }

    @Test
    void serviceWorksAsAProjectOfCamelMain() throws IOException {
        Path project = project("main", poms().get(0));
        write(project, PAGE.found("class `(\\S+)`:").get(0), PAGE.found("```java\n([^`]+)```").get(0));

        works(project, List.of("package"), "sh", "-c", "exec " + PAGE.found("started by `(java [^`]+)`").get(0));
    }

    @Test
    void serviceWorksAsAProjectOfSpringBoot() throws IOException {
        Path project = project("spring", poms().get(1));
        // as start.spring.io makes it
        write(project, "src/main/java/example/Application.java", """
                package example;

                @org.springframework.boot.autoconfigure.SpringBootApplication
                public class Application {
                    public static void main(String[] arguments) {
                        org.springframework.boot.SpringApplication.run(Application.class, arguments);
                    }
                }
                """);

        works(project, List.of("package"), "java", "-jar", "target/audit-1.0.jar");
    }

    @Test
    void serviceWorksAsAProjectOfQuarkus() throws IOException {
        Path project = project("quarkus", """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>example</groupId>
                  <artifactId>audit</artifactId>
                  <version>1.0</version>
                  <properties>
                    <maven.compiler.release>17</maven.compiler.release>
                    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
                  </properties>
                  <dependencyManagement><dependencies>%s</dependencies></dependencyManagement>
                  <dependencies>%s</dependencies>
                  <build><plugins>
                    <plugin><groupId>io.quarkus</groupId><artifactId>quarkus-maven-plugin</artifactId><version>3.31.2</version><extensions>true</extensions>
                      <executions><execution><goals><goal>build</goal></goals></execution></executions></plugin>
                  </plugins></build>
                </project>
                """.formatted(platform("quarkus-bom") + platform("quarkus-camel-bom"), poms().get(2)));

        works(project, List.of("package"), "java", "-jar", "target/quarkus-app/quarkus-run.jar");
    }

    private RouteProcess jbang(Path project) {
        List<String> arguments = List.of(PAGE.found("camelw run (.*)").get(0).replace(" application.properties", "").split(" "));
        long start = System.nanoTime();
        RouteProcess service = RouteProcess.camelJbang(project, project.resolve("log"), audit.settings, Ports.free(), arguments.toArray(String[]::new))
                .start().awaitStarted();
        System.out.printf("%s started after %.1f s%n", project.getFileName(), (System.nanoTime() - start) / 1e9);
        return service;
    }

    /** A Maven project with the page's files and lines where the page wants them. */
    private Path project(String name, String pom) throws IOException {
        Path project = Files.createDirectory(folder.resolve(name));
        List<String> properties = new ArrayList<>(PAGE.files().get("application.properties").lines().filter(line -> !line.startsWith("camel.jbang.")).toList());
        properties.addAll(PAGE.found("(?m)^    (camel.main.routes-include-pattern=.*)"));
        if (!name.equals("main")) {
            properties.addAll(PAGE.found("(?m)^    (" + (name.equals("spring") ? "camel.main.run-controller" : "quarkus[.].*") + "=.*)"));
        }
        write(project, "src/main/resources/application.properties", String.join("\n", properties) + "\n");
        for (Map.Entry<String, String> file : PAGE.files().entrySet()) {
            if (file.getKey().endsWith(".camel.yaml")) {
                write(project, "src/main/resources/routes/" + file.getKey(), file.getValue());
            }
        }
        write(project, "pom.xml", pom);
        return project;
    }

    /** Those of Camel Main and Spring Boot, and the dependencies of Quarkus. */
    private static List<String> poms() {
        return PAGE.found("```xml\n([^`]+)```");
    }

    private static String platform(String artifact) {
        return "<dependency><groupId>io.quarkus.platform</groupId><artifactId>%s</artifactId><version>3.31.2</version><type>pom</type><scope>import</scope></dependency>"
                .formatted(artifact);
    }

    private void works(Path project, List<String> build, String... run) {
        List<String> maven = new ArrayList<>(List.of(Java.root().resolve("mvnw").toString(), "-q", "-B"));
        maven.addAll(build);
        long start = System.nanoTime();
        try (RouteProcess process = RouteProcess.of(maven, project, project.resolve("build.log"), Map.of()).start()) {
            // the first time it downloads what is missing
            await().atMost(Duration.ofMinutes(5)).until(() -> !process.isAlive());
            assertThat(process.awaitExit()).as(process.log()).isZero();
        }
        long built = System.nanoTime();
        audit.settings.put("JAVA_TOOL_OPTIONS", Java.SHORT_LIVED + " -Xmx256m");
        audit.settings.put("quarkus.http.port", "0");
        try (RouteProcess service = RouteProcess.of(List.of(run), project, project.resolve("log"), audit.settings).start().awaitStarted()) {
            System.out.printf("%s built in %.1f s, started after %.1f s%n", project.getFileName(), (built - start) / 1e9, (System.nanoTime() - built) / 1e9);
            audit.works(project.getFileName().toString(), service);
        }
    }

    private static void write(Path project, String file, String text) throws IOException {
        Files.createDirectories(project.resolve(file).getParent());
        Files.writeString(project.resolve(file), text);
    }
}
