package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import harness.Java;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The README's first command: the very files of routes/ under the real Camel JBang command line. */
class DemoIT {

    @TempDir
    private Path folder;

    @Test
    void transferAndNotifyHoldsItsInvariants() throws Exception {
        assertHolds("transfers=20 completed=15 rejected=5 notified=20 money=conserved lost=0 duplicate_effects=0 out_of_order=0",
                "--transfers", "20");
    }

    @Test
    void transferAndNotifyHoldsItsInvariantsWhileThingsAreKilled() throws Exception {
        assertHolds("notified=60 money=conserved lost=0 duplicate_effects=0 out_of_order=0", "--transfers", "60", "--chaos");
    }

    @Test
    void transferAndNotifyByXaHoldsTheSameInvariantsWhileThingsAreKilled() throws Exception {
        assertHolds("transfers=50 completed=39 rejected=11 notified=50 money=conserved lost=0 duplicate_effects=0 out_of_order=0",
                "--mode", "xa", "--transfers", "50", "--chaos");
    }

    @Test
    void wrongOptionIsExplained() throws Exception {
        Path log = folder.resolve("demo.log");

        assertThat(demo(log, "--transfers", "many")).isEqualTo(2);

        assertThat(Files.readString(log)).startsWith("--transfers (many) is not a number from 1 to 999999: nothing was started.");
        assertThat(demo(log, "--mode", "both")).isEqualTo(2);
        assertThat(Files.readString(log)).startsWith("--mode (both) is neither outbox nor xa: nothing was started.");
    }

    private void assertHolds(String lastLine, String... options) throws Exception {
        Path log = folder.resolve("demo.log");

        int status = demo(log, options);

        String output = Files.readString(log);
        assertThat(output.strip().lines().reduce((first, second) -> second)).as(output).hasValueSatisfying(line -> assertThat(line).endsWith(lastLine));
        assertThat(status).as(output).isZero();
    }

    private static int demo(Path log, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Java.root().resolve("demo").toString()));
        command.addAll(List.of(options));
        ProcessBuilder builder = Java.withRepository(new ProcessBuilder(command)).redirectErrorStream(true).redirectOutput(log.toFile());
        // this build is up to date: the demo must not start another one inside it
        Files.writeString(Java.target().resolve("demo.built"), "");
        Files.writeString(Java.target().resolve("camelw.installed"), "");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES)).as(Files.readString(log)).isTrue();
            return process.exitValue();
        } finally {
            process.destroy();
        }
    }
}
