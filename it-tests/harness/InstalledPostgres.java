package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/**
 * A server of a PostgreSQL that is installed on this machine, with its client programs, which the embedded one does not have. A pg_dump
 * refuses a newer server than itself, so server and programs are of one installation.
 */
public final class InstalledPostgres implements AutoCloseable {

    private static final List<String> PROGRAMS = List.of("initdb", "postgres", "pg_dump", "pg_restore");

    private final Path programs;
    private final Path folder;
    private final int port = Ports.free();
    private RouteProcess server;

    private InstalledPostgres(Path programs, Path folder) {
        this.programs = programs;
        this.folder = folder;
    }

    /** The newest installation: the folder of programs that the system property pg.bin names, or one of Debian's; empty if there is none. */
    public static Optional<InstalledPostgres> find(Path folder) {
        try (Stream<Path> debian = Files.isDirectory(Path.of("/usr/lib/postgresql")) ? Files.list(Path.of("/usr/lib/postgresql")) : Stream.empty()) {
            Stream<Path> installed = debian.sorted(Comparator.comparingInt((Path version) -> Integer.parseInt(version.getFileName().toString())).reversed())
                    .map(version -> version.resolve("bin"));
            return Stream.concat(Stream.ofNullable(System.getProperty("pg.bin")).map(Path::of), installed)
                    .filter(bin -> PROGRAMS.stream().allMatch(program -> Files.isExecutable(bin.resolve(program)))).findFirst()
                    .map(bin -> new InstalledPostgres(bin, folder));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public InstalledPostgres start() {
        run(program("initdb", "--pgdata=data", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"));
        server = RouteProcess.of(program("postgres", "-D", "data", "-p", String.valueOf(port), "-c", "fsync=off", "-c", "unix_socket_directories=",
                "-c", "max_connections=200"), folder, folder.resolve("postgres.log"), Map.of()).start();
        Awaitility.await("PostgreSQL of " + programs).atMost(Duration.ofMinutes(3)).until(this::answers);
        return this;
    }

    /** A new, empty database. */
    public Database database(String name) {
        Database all = new Database("jdbc:postgresql://127.0.0.1:" + port + "/postgres");
        all.update("CREATE DATABASE " + name);
        return new Database(all.url().replaceFirst("/postgres$", "/" + name));
    }

    /** A command as a page has it, which finds the programs, and connects to this server. */
    public void shell(String command) {
        run(List.of("sh", "-ec", command));
    }

    private boolean answers() {
        try (Connection connection = DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", "")) {
            return connection.isValid(5);
        } catch (SQLException e) {
            if (!server.isAlive()) {
                throw new IllegalStateException("PostgreSQL has ended:\n" + server.log(), e);
            }
            return false;
        }
    }

    /** PostgreSQL's server refuses to be root. */
    private List<String> program(String name, String... arguments) {
        List<String> command = new ArrayList<>(System.getProperty("user.name").equals("root") ? List.of("unshare", "-U") : List.of());
        command.add(programs.resolve(name).toString());
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    private void run(List<String> command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
            builder.environment().merge("PATH", programs.toString(), (path, first) -> first + ":" + path);
            builder.environment().putAll(Map.of("PGHOST", "127.0.0.1", "PGPORT", String.valueOf(port), "PGUSER", "postgres"));
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " has failed:\n" + output);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(String.join(" ", command), e);
        }
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop();
            server.close();
        }
    }
}
