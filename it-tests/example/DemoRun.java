package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import harness.Java;

import static org.assertj.core.api.Assertions.assertThat;

/** The command {@code ./demo}, with its output in a file. */
record DemoRun(Path folder) {

    Path log() {
        return folder.resolve("demo.log");
    }

    String output() throws IOException {
        return Files.readString(log());
    }

    /** It ends well and with this line. */
    void assertHolds(String lastLine, String... options) throws Exception {
        int status = exit(options);

        assertThat(output().strip().lines().reduce((first, second) -> second)).as(output()).hasValueSatisfying(line -> assertThat(line).endsWith(lastLine));
        assertThat(status).as(output()).isZero();
    }

    /** Its exit status. */
    int exit(String... options) throws IOException, InterruptedException {
        Process process = start(options);
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES)).as(output()).isTrue();
            return process.exitValue();
        } finally {
            process.destroy();
        }
    }

    Process start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(Java.root().resolve("demo").toString()));
        command.addAll(List.of(options));
        ProcessBuilder builder = Java.withRepository(new ProcessBuilder(command)).redirectErrorStream(true).redirectOutput(log().toFile());
        // this build is up to date: the demo must not start another one inside it
        Files.writeString(Java.target().resolve("demo.built"), "");
        Files.writeString(Java.target().resolve("camelw.installed"), "");
        return builder.start();
    }
}
