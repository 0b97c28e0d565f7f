package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/** Route files that run in a process of their own, so that it can be killed. Settings go in as environment variables. */
public final class RouteProcess implements AutoCloseable {

    private final Path log;
    private final ProcessBuilder builder;
    private Process process;
    private int starts;

    private RouteProcess(List<String> command, Path log, Map<String, String> settings) {
        // an interrupted test leaves no process behind
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (process != null) {
                process.destroyForcibly();
            }
        }));
        this.log = log;
        this.builder = new ProcessBuilder(command).directory(Java.root().resolve("routes").toFile()).redirectErrorStream(true);
        for (String database : Planted.DATABASES) {
            // the tests' servers trust everybody
            String password = "database." + database + ".password";
            builder.environment().put(variable(password), Planted.secret(password));
        }
        settings.forEach((key, value) -> builder.environment().put(variable(key), value));
    }

    private static String variable(String setting) {
        return setting.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** The real command line: {@code camel run file… application.properties}. Files are those of routes/, with * for any text, and options. */
    public static RouteProcess camelJbang(Path log, Map<String, String> settings, int port, String... files) {
        return camelJbang(linkedRoutes(log), log, settings, port, files);
    }

    /** The same with the files of another folder. */
    public static RouteProcess camelJbang(Path folder, Path log, Map<String, String> settings, int port, String... files) {
        List<String> command = new ArrayList<>(List.of(Java.root().resolve("camelw").toString(), "run"));
        Arrays.stream(files).forEach(file -> command.addAll(expand(folder, file)));
        command.addAll(List.of("application.properties", "--logging-color=false", "--port=" + port));
        RouteProcess process = new RouteProcess(command, log, settings);
        process.builder.environment().put("CAMELW_JAVA_OPTS", Java.SHORT_LIVED + " -Xmx256m");
        Java.withRepository(process.builder).directory(folder.toFile());
        return process;
    }

    private static List<String> expand(Path folder, String argument) {
        if (argument.startsWith("--") || !argument.contains("*")) {
            return List.of(argument);
        }
        return Routes.files(folder, argument.replace(".", "\\.").replace("*", ".*"));
    }

    /** The folder routes/ for one process: two that start at the same time would remove each other's .camel-jbang from it. */
    private static Path linkedRoutes(Path log) {
        try (Stream<Path> files = Files.list(Java.root().resolve("routes"))) {
            Path folder = Files.createDirectories(log.resolveSibling(log.getFileName() + ".routes"));
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path link = folder.resolve(file.getFileName());
                if (!Files.exists(link)) {
                    Files.createSymbolicLink(link, file);
                }
            }
            return folder;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Camel Main on the class path of the tests: starts faster. */
    public static RouteProcess camelMain(Path log, Map<String, String> settings, String... files) {
        return camelMain(Java.testClasspath(), log, settings, files);
    }

    /** Camel Main on another class path, for example with another version of a component. */
    public static RouteProcess camelMain(String classpath, Path log, Map<String, String> settings, String... files) {
        // a measurement wants the optimizing compiler, a test a quick start
        List<String> command = new ArrayList<>(List.of(Java.executable()));
        command.addAll(List.of(System.getProperty("process.options", Java.SHORT_LIVED + " -Xmx256m").split(" ")));
        command.addAll(SharedClasses.options("routes"));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-cp", classpath, RunRoutes.class.getName()));
        for (String file : files) {
            command.add(file.contains("=") || file.startsWith("/") ? file : "routes/" + file);
        }
        return new RouteProcess(command, log, new LinkedHashMap<>(settings));
    }

    /** A command of a shell, as a page tells it, in a folder that has the files of routes/. It begins with ./camelw or ./mvnw, or starts a program. */
    public static RouteProcess shell(Path log, Map<String, String> settings, String command) {
        List<String> shell = List.of("sh", "-c", "exec " + command.replaceAll("[./]*/(camelw|mvnw) ", Java.root() + "/$1 "));
        return of(shell, linkedRoutes(log), log, settings);
    }

    /** Any command in a folder of its own. */
    public static RouteProcess of(List<String> command, Path folder, Path log, Map<String, String> settings) {
        RouteProcess process = new RouteProcess(command, log, settings);
        Java.withRepository(process.builder).directory(folder.toFile());
        return process;
    }

    /** Another program on the class path of the tests. */
    public static RouteProcess java(Path log, Class<?> program, String... arguments) {
        List<String> command = Java.shortLived("-Xmx64m", "-cp", Java.testClasspath(), program.getName());
        command.addAll(List.of(arguments));
        return new RouteProcess(command, log, Map.of());
    }

    /** Starts it by a command such as {@code ip netns exec name}, which must become the process itself, so that it can be killed. */
    public RouteProcess within(List<String> command) {
        builder.command().addAll(0, command);
        return this;
    }

    /** Starts it; the routes run later, see {@link #awaitStarted()}. The log of an earlier run is kept beside the new one. */
    public RouteProcess start() {
        try {
            if (Files.exists(log)) {
                Files.move(log, log.resolveSibling(log.getFileName() + "." + ++starts), StandardCopyOption.REPLACE_EXISTING);
            }
            process = builder.redirectOutput(log.toFile()).start();
            return this;
        } catch (IOException e) {
            throw new IllegalStateException(String.join(" ", builder.command()), e);
        }
    }

    /** Returns when Camel says that it has started. */
    public RouteProcess awaitStarted() {
        Awaitility.await(log.toString()).atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(100)).until(() -> {
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
        Awaitility.await(log.toString()).atMost(Duration.ofMinutes(3)).until(() -> !process.isAlive());
        return process.exitValue();
    }

    /** kill -9. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** SIGTERM: Camel lets what is in flight end, and Kafka knows at once that its consumers are gone. */
    public void stop() {
        process.destroy();
        awaitExit();
    }

    /** SIGSTOP: it does nothing any more, and all its connections stay open. */
    public void pause() {
        signal("STOP");
    }

    /** SIGCONT: it goes on as if no time had passed. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("SIG" + name + " cannot be sent", e);
        }
    }

    /** Its process id, while it runs. */
    public OptionalLong pid() {
        return isAlive() ? OptionalLong.of(process.pid()) : OptionalLong.empty();
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Ends it, and looks whether it has logged what it should not. */
    @Override
    public void close() {
        if (process != null) {
            kill();
            Planted.check(log.toString(), log());
        }
    }
}
