package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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

        assertThat(output().strip().lines().reduce("", (first, second) -> second)).as(output()).endsWith(lastLine);
        assertThat(status).as(output()).isZero();
    }

    /** These, and no others, were killed, while some requests were still to end. */
    void assertKilledAtWork(String... what) throws IOException {
        String output = output();
        assertThat(killed(2).keySet()).as(output).containsExactlyInAnyOrder(what);
        assertThat(killed(2)).allSatisfy((killed, left) -> assertThat(left).as("ends left when %s was killed: %s", killed, output).isPositive());
    }

    /** It was killed while some requests were still to be answered. */
    void assertKilledWhileCustomersWait(String what) throws IOException {
        assertThat(killed(1).get(what)).as(output()).isPositive();
    }

    private Map<String, Integer> killed(int group) throws IOException {
        return Pattern.compile("answered (\\d+), ended (\\d+), told \\d+ of (\\d+)\n(?:The .*\n)?kill -9 (.*)").matcher(output()).results()
                .collect(Collectors.toMap(match -> match.group(4), match -> left(match, group), Math::min));
    }

    private static int left(MatchResult match, int group) {
        return Integer.parseInt(match.group(3)) - Integer.parseInt(match.group(group));
    }

    /** Its exit status. */
    int exit(String... options) throws IOException, InterruptedException {
        Process process = start(options);
        try {
            assertThat(process.waitFor(30, TimeUnit.MINUTES)).as(output()).isTrue();
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
