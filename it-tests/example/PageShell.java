package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import harness.Java;
import harness.RouteProcess;

import static harness.ReceivingBank.await;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A shell for blocks of a page. A machine with a JDK only has none of their commands: {@code psql}, {@code kafka-topics.sh} and
 * {@code kafka-console-producer.sh} are {@link PsqlStandIn}, {@link KafkaTopicsStandIn} and {@link KafkaProducerStandIn}, which do the same by JDBC and
 * by Kafka's clients.
 */
final class PageShell {

    private final Path folder;

    /** @param folder for commands and logs, not null */
    PageShell(Path folder) throws IOException {
        this.folder = folder;
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (Map.Entry<String, Class<?>> standIn : Map.of("psql", PsqlStandIn.class, "kafka-topics.sh", KafkaTopicsStandIn.class,
                "kafka-console-producer.sh", KafkaProducerStandIn.class).entrySet()) {
            Path script = Files.writeString(bin.resolve(standIn.getKey()), "#!/bin/sh\nexec '" + Java.executable() + "' " + Java.SHORT_LIVED + " -Xmx128m -cp '"
                    + Java.testClasspath() + "' " + standIn.getValue().getName() + " \"$@\"\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    /** Runs a block in a folder, to its end; fails if it does. */
    void run(Path place, String block) {
        Path log = folder.resolve("block-" + Integer.toHexString(block.hashCode()) + ".log");
        try (RouteProcess shell = RouteProcess.of(List.of("sh", "-eu", "-c", block), place, log, Map.of("path", folder.resolve("bin") + ":" + System.getenv("PATH"))).start()) {
            // a JVM for each of its commands
            await().atMost(Duration.ofMinutes(4)).until(() -> !shell.isAlive());
            assertThat(shell.awaitExit()).as(shell.log()).isZero();
        }
    }
}
