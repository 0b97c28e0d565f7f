package databases;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import harness.Database;
import harness.Postgres;
import harness.ReceivingBank;
import harness.Routes;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.util.ObjectHelper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** A start waits for a database that may come, and not for a password or a database that nobody will give it meanwhile. */
@Timeout(120)
class HopelessStartEndsAtOnceIT {

    private static final String[] FILES = {"bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml"};
    private static final String SECRET = "S3cr3tT0ken";

    @TempDir
    private static Path folder;
    private static Postgres server;
    private static Database database;

    private final Map<String, String> settings = new HashMap<>(Map.of("kafka.brokers", "localhost:1"));

    @BeforeAll
    static void startAServerThatWantsPasswords() throws IOException {
        Path data = folder.resolve("data");
        server = new Postgres(data, Map.of("max_connections", "20")).start();
        Database postgres = server.database("postgres");
        postgres.update("CREATE DATABASE bank_b");
        postgres.update("CREATE ROLE bank_b LOGIN SUPERUSER PASSWORD '" + SECRET + "'");
        postgres.update("CREATE ROLE stranger LOGIN PASSWORD '" + SECRET + "'");
        postgres.update("REVOKE CONNECT ON DATABASE bank_b FROM PUBLIC");
        database = server.database("bank_b").apply("schema.sql", "example-bank-b.sql");
        Files.writeString(data.resolve("pg_hba.conf"), "host all postgres 127.0.0.1/32 trust\nhost bank_b bank_b,stranger 127.0.0.1/32 scram-sha-256\n"
                + "host none bank_b 127.0.0.1/32 scram-sha-256\n");
        postgres.update("SELECT pg_reload_conf()");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            jdbc:postgres://localhost:5432/bank_b      | bank_b   |        | database.bank-b.url (jdbc:postgres://localhost:5432/bank_b) is no JDBC URL of PostgreSQL: no route could reach the database of bankB. Write jdbc:postgresql://host:5432/name, and
            postgresql://localhost/bank_b              | bank_b   |        | database.bank-b.url (postgresql://localhost/bank_b) is no JDBC URL of PostgreSQL
            jdbc:mysql://localhost/b?password=SECRET   | bank_b   |        | database.bank-b.url (jdbc:mysql://localhost/b/…) is no JDBC URL of PostgreSQL
            jdbc:postgresql://bank:SECRET@localhost/b  | bank_b   |        | database.bank-b.url (jdbc:postgresql://localhost/b) is no JDBC URL of PostgreSQL
            jdbc:postgresql://localhost:many/b         | bank_b   |        | database.bank-b.url (jdbc:postgresql://…/b) is no JDBC URL of PostgreSQL
            jdbc:postgresql://127.0.0.1:PORT/bank_b    | bank_b   |        | is an empty string. (SQLSTATE 08004). Messages would not move. database.bank-b.password is empty: set it, or correct its URL (jdbc:postgresql://127.0.0.1:PORT/bank_b) or user.
            jdbc:postgresql://127.0.0.1:PORT/bank_b    | bank_b   | guess  | database of bankB refuses the connection: FATAL: password authentication failed for user "bank_b"
            jdbc:postgresql://127.0.0.1:PORT/bank_b    | stranger | SECRET | database of bankB refuses the connection: FATAL: permission denied for database "bank_b"
            jdbc:postgresql://127.0.0.1:PORT/bank_b    | nobody   | guess  | database of bankB refuses the connection: FATAL: no pg_hba.conf entry
            jdbc:postgresql://127.0.0.1:PORT/none      | bank_b   | SECRET | database of bankB refuses the connection: FATAL: database "none" does not exist
            jdbc:postgresql://127.0.0.1:PORT/bank_b?sslmode=require | bank_b | SECRET | database of bankB refuses the connection: The server does not support SSL
            """)
    void whatNoWaitingMendsIsRefusedAtOnce(String url, String user, String password, String message) {
        login(url.replace("PORT", String.valueOf(server.port())).replace("SECRET", SECRET), user, password == null ? "" : password.replace("SECRET", SECRET));
        settings.put("check.wait", "1h");

        assertThat(refusal()).contains(message.replace("PORT", String.valueOf(server.port()))).doesNotContain(SECRET).endsWith(".");
    }

    /** Somebody's own bean in place of the settings. */
    @Test
    void beanWithSuchAUrlIsRefusedAtOnce() {
        login("jdbc:postgresql://127.0.0.1:" + server.port() + "/bank_b", "bank_b", SECRET);
        settings.put("check.wait", "1h");
        settings.put("camel.beans.bankB", "#class:io.reliableroutes.database.LocalDataSource");
        settings.put("camel.beans.bankB.url", "jdbc:postgres://127.0.0.1/bank_b?password=" + SECRET);
        settings.put("camel.beans.bankB.user", "bank_b");

        assertThat(refusal()).contains("data source for jdbc:postgres://127.0.0.1/bank_b/… cannot be set up: that is no JDBC URL of PostgreSQL").doesNotContain(SECRET);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            jdbc:postgresql://nowhere.invalid/bank_b?password=S3cr3tT0ken | : the host is unknown. Messages would not move. Check its URL (jdbc:postgresql://nowhere.invalid/bank_b/…)
            jdbc:postgresql://127.0.0.1:1/bank_b                          | Connection to 127.0.0.1:1 refused.
            """)
    void whatMayComeIsWaitedForAndNamed(String url, String message) {
        login(url, "bank_b", SECRET);
        settings.put("check.wait", "1s");

        assertThat(refusal()).contains("database of bankB does not answer within check.wait (1s): ", message).doesNotContain(SECRET);
    }

    @Test
    void serverWithoutAConnectionLeftIsWaitedFor() {
        login("jdbc:postgresql://127.0.0.1:" + server.port() + "/bank_b", "bank_b", SECRET);
        settings.put("check.wait", "1h");
        database.update("ALTER ROLE bank_b NOSUPERUSER CONNECTION LIMIT 0");
        database.update("GRANT CONNECT ON DATABASE bank_b TO bank_b");

        CompletableFuture<Void> start = CompletableFuture.runAsync(() -> Routes.start(settings, FILES).close());
        ReceivingBank.await().until(() -> start.isDone() || Files.readString(folder.resolve("postgres.log")).split("too many connections for role").length > 2);
        assertThat(start.isDone()).as("given up after the first attempt").isFalse();
        database.update("ALTER ROLE bank_b SUPERUSER CONNECTION LIMIT -1");

        ReceivingBank.await().until(start::isDone);
        assertThat(start).isCompleted();
    }

    private void login(String url, String user, String password) {
        settings.put("database.bank-b.url", url);
        settings.put("database.bank-b.user", user);
        settings.put("database.bank-b.password", password);
    }

    private String refusal() {
        Throwable refusal = catchThrowable(() -> Routes.start(settings, FILES).close());

        assertThat(refusal).isNotNull();
        ConfigurationException reason = ObjectHelper.getException(ConfigurationException.class, refusal);
        assertThat(reason).as("%s", refusal).isNotNull();
        return reason.getMessage();
    }
}
