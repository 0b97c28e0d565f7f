package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/** PostgreSQL, Kafka and Artemis for all tests of a JVM, started once; each test has databases and topics of its own. */
public final class Servers {

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Map<List<String>, String> TEMPLATES = new HashMap<>();
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
                postgres = EmbeddedPostgres.builder().setDataDirectory(folder).setRegisterShutdownHook(false).setPort(Ports.free()).setPGStartupWait(Duration.ofSeconds(60))
                        .setServerConfig("client_connection_check_interval", "500ms")
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

    /** A new database with these files applied, for example {@code schema.sql}; without any, an empty one. */
    public static Database database(String... files) {
        List<String> texts = Database.texts(files);
        return texts.isEmpty() ? copyOf("template1") : copyOf(templateOf(texts));
    }

    private static String templateOf(List<String> texts) {
        synchronized (TEMPLATES) {
            return TEMPLATES.computeIfAbsent(texts, none -> copyOf("template1").applyTexts(texts).url().replaceFirst(".*/", ""));
        }
    }

    /** Of its files: to write them all into the log costs twice as much. */
    private static Database copyOf(String template) {
        String name = "test_" + NUMBER.incrementAndGet();
        new Database(postgresUrl() + "postgres").update("CREATE DATABASE " + name + " TEMPLATE " + template + " STRATEGY FILE_COPY");
        return new Database(postgresUrl() + name);
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
