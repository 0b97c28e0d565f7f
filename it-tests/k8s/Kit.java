package k8s;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import harness.Java;

/** An application built as Camel K's operator builds an IntegrationKit: a Quarkus project that consists of dependencies only. */
record Kit(CamelK runtime, Path application) {

    private static final String BUILD_TIME = """
            quarkus.banner.enabled=false
            quarkus.camel.routes-discovery.enabled=false
            quarkus.camel.service.discovery.include-patterns=META-INF/services/org/apache/camel/datatype/converter/*,\
            META-INF/services/org/apache/camel/datatype/transformer/*,META-INF/services/org/apache/camel/transformer/*
            quarkus.class-loading.parent-first-artifacts=org.graalvm.regex:regex
            """;

    /**
     * @param folder       that nobody else builds in: a running pod reads its kit's files when it needs them
     * @param dependencies of one Integration or of several, as their manifests have them
     */
    static Kit build(CamelK runtime, Path folder, String name, Collection<String> dependencies) {
        try {
            Path project = folder.resolve("kits").resolve(name);
            Files.createDirectories(project.resolve("src/main/resources"));
            Files.writeString(project.resolve("src/main/resources/application.properties"), BUILD_TIME);
            Files.writeString(project.resolve("pom.xml"), pom(runtime, dependencies));
            List<String> command = List.of(Java.root().resolve("mvnw").toString(), "-B", "-ntp", "-q", "-f", project.resolve("pom.xml").toString(),
                    "clean", "package");
            Path log = project.resolve("build.log");
            long start = System.nanoTime();
            Process maven = Java.withRepository(new ProcessBuilder(command)).redirectErrorStream(true).redirectOutput(log.toFile()).start();
            Runtime.getRuntime().addShutdownHook(new Thread(maven::destroy));
            if (!maven.waitFor(Duration.ofMinutes(15).toSeconds(), TimeUnit.SECONDS) || maven.exitValue() != 0) {
                maven.destroy();
                throw new IllegalStateException("the kit " + project + " cannot be built:\n" + Files.readString(log));
            }
            System.out.printf("%s: kit of %s built in %d s%n", runtime, name, Duration.ofNanos(System.nanoTime() - start).toSeconds());
            return new Kit(runtime, project.resolve("target/quarkus-app"));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pom(CamelK runtime, Collection<String> dependencies) {
        Collection<String> all = new TreeSet<>(dependencies);
        // what the operator adds: the loader of YAML, and what the traits health and prometheus ask for
        all.addAll(List.of("camel:core", "camel:yaml-dsl", "camel:microprofile-health", "camel:micrometer",
                "mvn:io.quarkus:quarkus-micrometer-registry-prometheus"));
        String boms = bom("io.quarkus.platform", "quarkus-camel-bom", runtime.quarkus) + bom("io.quarkus.platform", "quarkus-bom", runtime.quarkus);
        return """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>org.apache.camel.k.integration</groupId>
                  <artifactId>camel-k-integration</artifactId>
                  <version>1</version>
                  <properties>
                    <quarkus.package.jar.type>fast-jar</quarkus.package.jar.type>
                    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
                  </properties>
                  <dependencyManagement><dependencies>%s</dependencies></dependencyManagement>
                  <dependencies>%s</dependencies>
                  <build><plugins><plugin>
                    <groupId>io.quarkus</groupId><artifactId>quarkus-maven-plugin</artifactId><version>%s</version><extensions>true</extensions>
                    <executions><execution><goals><goal>build</goal></goals></execution></executions>
                  </plugin></plugins></build>
                </project>
                """.formatted(boms, all.stream().map(runtime::dependency).flatMap(String::lines).distinct().collect(Collectors.joining("\n")), runtime.quarkus);
    }

    private static String bom(String group, String artifact, String version) {
        return "<dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version><type>pom</type><scope>import</scope></dependency>\n"
                .formatted(group, artifact, version);
    }
}
