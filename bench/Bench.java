import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import harness.Database;
import harness.Java;
import harness.Kafka;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/** PostgreSQL and Kafka for one measurement, with a folder for its logs. */
final class Bench implements AutoCloseable {

    final Path folder = Files.createTempDirectory(Java.target(), "bench");
    final Kafka kafka;
    private final EmbeddedPostgres postgres;
    private int number;

    Bench() throws IOException {
        this(Map.of());
    }

    /** @param settings of postgresql.conf that are not the embedded server's defaults, not null */
    Bench(Map<String, String> settings) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder().setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                .setOutputRedirector(ProcessBuilder.Redirect.DISCARD);
        settings.forEach(builder::setServerConfig);
        postgres = builder.start();
        kafka = new Kafka(folder.resolve("kafka")).start();
    }

    /** A new database with shipped files applied, for example {@code schema.sql}. */
    Database database(String... files) {
        String name = "bench_" + ++number;
        server("postgres").update("CREATE DATABASE " + name);
        return server(name).apply(files);
    }

    void drop(Database database) {
        server("postgres").update("DROP DATABASE " + database.url().replaceFirst(".*/", "") + " WITH (FORCE)");
    }

    private Database server(String name) {
        return new Database("jdbc:postgresql://localhost:" + postgres.getPort() + "/" + name);
    }

    /** A new topic. */
    String topic(int partitions) {
        String name = "bench." + ++number;
        kafka.createTopics(partitions, name);
        return name;
    }

    static void check(boolean holds, String claim) {
        if (!holds) {
            throw new IllegalStateException("does not hold: " + claim);
        }
    }

    @Override
    public void close() throws IOException {
        kafka.close();
        postgres.close();
    }
}
