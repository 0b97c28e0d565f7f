package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.awaitility.Awaitility;

/** Route files that run in a process of their own, so that it can be killed. Settings go in as environment variables. */
public final class RouteProcess implements AutoCloseable {

    private final Path log;
    private final ProcessBuilder builder;
    private Process process;

    private RouteProcess(List<String> command, Path log, Map<String, String> settings) {
        // an interrupted test leaves no process behind
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        this.log = log;
        this.builder = new ProcessBuilder(command).directory(Java.root().resolve("routes").toFile()).redirectErrorStream(true);
        settings.forEach((key, value) -> builder.environment().put(key.toUpperCase().replace('.', '_').replace('-', '_'), value));
    }

    /** The real command line: {@code camel run file… application.properties}. */
    public static RouteProcess camelJbang(Path log, Map<String, String> settings, int port, String... files) {
        List<String> command = new ArrayList<>(List.of(Java.root().resolve("camelw").toString(), "run"));
        command.addAll(List.of(files));
        command.addAll(List.of("application.properties", "--logging-color=false", "--port=" + port));
        RouteProcess process = new RouteProcess(command, log, settings);
        process.builder.environment().put("CAMELW_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m");
        return process;
    }

    /** Camel Main on the class path of the tests: starts faster. */
    public static RouteProcess camelMain(Path log, Map<String, String> settings, String... files) {
        List<String> command = new ArrayList<>(List.of(Java.executable(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m",
                "-cp", Java.testClasspath(), RunRoutes.class.getName()));
        for (String file : files) {
            command.add(file.contains("=") ? file : "routes/" + file);
        }
        return new RouteProcess(command, log, new LinkedHashMap<>(settings));
    }

    /** Starts it; the routes run later, see {@link #awaitStarted()}. */
    public RouteProcess start() {
        try {
            Files.deleteIfExists(log);
            process = builder.redirectOutput(log.toFile()).start();
            return this;
        } catch (IOException e) {
            throw new IllegalStateException(String.join(" ", builder.command()), e);
        }
    }

    /** Returns when Camel says that it has started. */
    public RouteProcess awaitStarted() {
        Awaitility.await(log.toString()).atMost(Duration.ofSeconds(180)).pollInterval(Duration.ofMillis(100)).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("the process has ended:\n" + log());
            }
            return log().contains(") started in ");
        });
        return this;
    }

    public String log() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** The exit status of a process that is expected to end by itself. */
    public int awaitExit() {
        Awaitility.await(log.toString()).atMost(Duration.ofSeconds(120)).until(() -> !process.isAlive());
        return process.exitValue();
    }

    /** kill -9. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
    }
}
