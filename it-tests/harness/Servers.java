package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/** PostgreSQL, Kafka and Artemis for all tests of a JVM, started once; each test has databases and topics of its own. */
public final class Servers {

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static EmbeddedPostgres postgres;
    private static Kafka kafka;
    private static Artemis artemis;

    private Servers() {
    }

    public static synchronized Kafka kafka() {
        if (kafka == null) {
            SharedClasses.want();
            kafka = new Kafka(temporaryFolder("kafka")).start();
        }
        return kafka;
    }

    public static synchronized EmbeddedPostgres postgres() {
        if (postgres == null) {
            try {
                Path folder = temporaryFolder("postgres");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> discard(folder)));
                // the server notices a killed client even while a CommitGate holds its commit
                postgres = EmbeddedPostgres.builder().setDataDirectory(folder).setRegisterShutdownHook(false).setServerConfig("client_connection_check_interval", "500ms")
                        .setServerConfig("fsync", "off").setServerConfig("full_page_writes", "off").setServerConfig("max_connections", "200")
                        .setServerConfig("max_prepared_transactions", "100")
                        // it starts a process for each database in turn, and here are a hundred
                        .setServerConfig("autovacuum_naptime", "10min").start();
            } catch (IOException e) {
                throw new IllegalStateException("PostgreSQL cannot be started", e);
            }
        }
        return postgres;
    }

    /** By a process of its own: to shut down and delete a hundred databases takes longer than Maven waits for the end of a JVM. */
    private static void discard(Path folder) {
        try {
            new ProcessBuilder("sh", "-c", "pid=$(head -n 1 postmaster.pid) && kill -QUIT $pid && while kill -0 $pid; do sleep 0.1; done; rm -rf \"$PWD\"")
                    .directory(folder.toFile()).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the URLs of all databases there begin with. */
    static String postgresUrl() {
        return postgres().getJdbcUrl("postgres", "postgres").replaceFirst("/postgres[?].*", "/");
    }

    public static synchronized Artemis artemis() {
        if (artemis == null) {
            artemis = new Artemis(temporaryFolder("artemis")).start();
        }
        return artemis;
    }

    /** A new, empty database. */
    public static Database database() {
        String name = "test_" + NUMBER.incrementAndGet();
        String url = postgres().getJdbcUrl("postgres", "postgres").replaceFirst("\\?.*", "");
        new Database(url).update("CREATE DATABASE " + name);
        return new Database(url.replaceFirst("/postgres$", "/" + name));
    }

    /** A name no other test uses, for a topic or a group. */
    public static String name(String stem) {
        return stem + "." + NUMBER.incrementAndGet();
    }

    static Path temporaryFolder(String name) {
        try {
            return Files.createTempDirectory(Java.target(), name);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
