import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import harness.Database;
import harness.Java;

/** A process of {@code bench/peers}: one outbox, which sends and relays. */
final class PeerProcess implements AutoCloseable {

    private static final String END = "";

    private final Path folder;
    private final Process process;
    private final PrintStream commands;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    PeerProcess(String peer, Database database, Bench bench, String topic, boolean relays) throws IOException {
        folder = bench.folder;
        String log = relays ? "relay" : "fill";
        Path built = Java.target().resolve("peers").resolve(peer);
        String jars = Files.readString(built.resolve("classpath")).trim();
        // Gruelbox tells of each message at INFO
        process = new ProcessBuilder(Java.executable(), "-Xmx512m", "-Djava.io.tmpdir=" + folder, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp", built.resolve("classes") + ":" + (jars.isEmpty() ? Java.testClasspath() : jars),
                "peers.Main", peer, database.url(), bench.kafka.brokers(), topic, String.valueOf(relays))
                .directory(Java.root().toFile()).redirectError(folder.resolve(log + ".err").toFile()).start();
        commands = new PrintStream(process.getOutputStream(), true);
        Thread reader = new Thread(() -> read(folder.resolve(log + ".log")));
        reader.setDaemon(true);
        reader.start();
    }

    /** Compiles the classes of an outbox, and finds its class path. */
    static void build(String peer) throws IOException, InterruptedException {
        Process maven = Java.withRepository(new ProcessBuilder("./mvnw", "-q", "-B", "-f", "bench/peers/pom.xml", "-Dpeer=" + peer, "process-classes"))
                .directory(Java.root().toFile()).inheritIO().start();
        Bench.check(maven.waitFor() == 0, peer + " is built");
    }

    private void read(Path log) {
        try (BufferedReader lines = process.inputReader(); PrintStream others = new PrintStream(log.toFile())) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("= ")) {
                    answers.add(line.substring(2));
                } else {
                    others.println(line);
                }
            }
            answers.add(END);
        } catch (IOException e) {
            answers.add(END);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void tell(String command) {
        commands.println(command);
    }

    /** What it says when it has done what it was told. */
    String answer() throws InterruptedException {
        String answer = answers.poll(30, TimeUnit.MINUTES);
        Bench.check(answer != null && !answer.equals(END), "the outbox's process answers: see " + folder);
        return answer;
    }

    String ask(String command) throws InterruptedException {
        tell(command);
        return answer();
    }

    @Override
    public void close() throws IOException {
        // the end of its input is the end of its work
        commands.close();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }
}
