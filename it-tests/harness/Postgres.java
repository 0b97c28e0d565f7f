package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.awaitility.Awaitility;

/** A PostgreSQL server of a test's own, with its data in a folder and always on the same port: it can be stopped and started again. */
public final class Postgres implements AutoCloseable {

    private final Path folder;
    private final int port = Ports.free();
    private final Map<String, String> settings;
    private EmbeddedPostgres server;

    public Postgres(Path folder) {
        this(folder, Map.of());
    }

    /** @param settings of postgresql.conf, beside those that every test has or in their place, not null */
    public Postgres(Path folder, Map<String, String> settings) {
        this.folder = folder;
        this.settings = settings;
    }

    /** Starts the server and returns when it answers. */
    public Postgres start() {
        try {
            Files.createDirectories(folder);
            ProcessBuilder.Redirect log = ProcessBuilder.Redirect.appendTo(folder.resolveSibling("postgres.log").toFile());
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder().setDataDirectory(folder).setCleanDataDirectory(false).setPort(port)
                    // notices a killed client even while a CommitGate holds its commit
                    .setServerConfig("client_connection_check_interval", "500ms")
                    // the embedded server's default forgets what it has committed last when it is stopped at once
                    .setServerConfig("synchronous_commit", "on").setServerConfig("fsync", "off").setServerConfig("max_connections", "200")
                    .setServerConfig("max_prepared_transactions", "100").setPGStartupWait(Duration.ofSeconds(60))
                    .setErrorRedirector(log).setOutputRedirector(log);
            settings.forEach(builder::setServerConfig);
            server = builder.start();
            return this;
        } catch (IOException e) {
            throw new IllegalStateException("PostgreSQL cannot be started in " + folder, e);
        }
    }

    /** Stops it at once (SIGQUIT, {@code pg_ctl stop -m immediate}): sessions are cut, the next start recovers from the log. */
    public void crash() {
        try {
            long pid = Long.parseLong(Files.readAllLines(folder.resolve("postmaster.pid")).get(0).trim());
            new ProcessBuilder("kill", "-QUIT", String.valueOf(pid)).start().waitFor();
            Awaitility.await("end of PostgreSQL").atMost(Duration.ofMinutes(3))
                    .until(() -> ProcessHandle.of(pid).map(process -> !process.isAlive()).orElse(true));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("PostgreSQL cannot be stopped", e);
        }
        close();
    }

    public int port() {
        return port;
    }

    /** A database of this server that is there, or will be. */
    public Database database(String name) {
        return new Database("jdbc:postgresql://127.0.0.1:" + port + "/" + name);
    }

    @Override
    public void close() {
        try {
            if (server != null) {
                server.close();
                server = null;
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
