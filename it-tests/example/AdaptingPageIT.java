package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import harness.Java;
import harness.Kafka;
import harness.Ports;
import harness.RouteProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static example.AdaptedService.PAGE;
import static harness.ReceivingBank.await;
import static org.assertj.core.api.Assertions.assertThat;

/** The files and the commands of docs/adapting.md, as they stand there, in a folder of their own, under Camel JBang and in three kinds of Maven project. */
@Timeout(600)
class AdaptingPageIT {

    private static final String SLF4J = "<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>2.0.17</version></dependency>";

    @TempDir
    private static Path folder;
    private static Kafka kafka;

    private final AdaptedService audit = new AdaptedService(kafka);

    @BeforeAll
    static void startKafka() {
        kafka = new Kafka(folder.resolve("kafka")).start();
        AdaptedService.createTopics(kafka);
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
    void serviceWorksUnderCamelJbang() throws IOException {
        Path project = Files.createDirectory(folder.resolve("jbang"));
        PAGE.writeFiles(project);

        try (RouteProcess service = jbang(project)) {
            audit.works("jbang", service);
        }
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
        Path project = project("main", "", bom("org.apache.camel", "camel-bom", "4.18.0"), dependencies("camel-main") + SLF4J, """
                <plugin><artifactId>maven-dependency-plugin</artifactId><version>3.9.0</version></plugin>""");
        write(project, "src/main/java/Application.java", PAGE.found("```java\n([^`]+)```").get(0));

        works(project, List.of("compile", "dependency:build-classpath", "-Dmdep.outputFile=target/classpath"), "sh", "-c",
                "exec java -cp target/classes:$(cat target/classpath) Application");
    }

    @Test
    void serviceWorksAsAProjectOfSpringBoot() throws IOException {
        Path project = project("spring", """
                <parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>3.5.10</version><relativePath/></parent>""",
                "", dependencies("spring-boot"), """
                <plugin><groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId></plugin>""");
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
        Path project = project("quarkus", "", bom("io.quarkus.platform", "quarkus-bom", "3.31.2") + bom("io.quarkus.platform", "quarkus-camel-bom", "3.31.2"),
                dependencies("quarkus"), """
                <plugin><groupId>io.quarkus</groupId><artifactId>quarkus-maven-plugin</artifactId><version>3.31.2</version><extensions>true</extensions>
                  <executions><execution><goals><goal>build</goal></goals></execution></executions></plugin>""");

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
    private Path project(String name, String parent, String boms, String dependencies, String plugin) throws IOException {
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
        write(project, "pom.xml", """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  %s
                  <groupId>example</groupId>
                  <artifactId>audit</artifactId>
                  <version>1.0</version>
                  <properties>
                    <maven.compiler.release>17</maven.compiler.release>
                    <java.version>17</java.version>
                    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
                  </properties>
                  <dependencyManagement><dependencies>%s</dependencies></dependencyManagement>
                  <dependencies>%s</dependencies>
                  <build><plugins>%s</plugins></build>
                </project>
                """.formatted(parent, boms, dependencies, plugin));
        return project;
    }

    private static String bom(String group, String artifact, String version) {
        return "<dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version><type>pom</type><scope>import</scope></dependency>"
                .formatted(group, artifact, version);
    }

    /** The page's block of dependencies with this word. */
    private static String dependencies(String word) {
        return PAGE.found("```xml\n([^`]+)```").stream().filter(block -> block.contains(word)).findFirst().orElseThrow();
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
        audit.settings.put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m");
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
