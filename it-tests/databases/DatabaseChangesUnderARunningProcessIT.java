package databases;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import demo.Bank;
import harness.Database;
import harness.Postgres;
import harness.Routes;
import harness.Servers;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A password is changed, a primary is demoted and another one promoted: nothing is lost, no attempt is used up, and nobody restarts anything. */
class DatabaseChangesUnderARunningProcessIT {

    @TempDir
    private Path folder;
    private Postgres postgres;
    private TwoBanks banks;

    @BeforeEach
    void startTwoBanks() {
        postgres = new Postgres(folder.resolve("data")).start();
        for (String name : new String[] {"bank_a", "bank_b", "notifier"}) {
            server().update("CREATE DATABASE " + name);
        }
        banks = new TwoBanks(Bank.open(postgres.database("bank_a"), postgres.database("bank_b"), postgres.database("notifier"))).on(Servers.kafka());
    }

    @AfterEach
    void stop() {
        postgres.close();
    }

    @Test
    void passwordThatIsAFileIsChangedWhileTransfersRun() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "first\n");
        server().update("CREATE ROLE app LOGIN SUPERUSER PASSWORD 'first'");
        Path access = Path.of((String) server().value("SHOW hba_file"));
        Files.writeString(access, "host all app all scram-sha-256\n" + Files.readString(access));
        server().rows("SELECT pg_reload_conf()");
        banks.settings.put("database.bank-a.user", "app");
        banks.settings.put("database.bank-a.password", "file:" + secret);

        try (Routes a = banks.startA(); Routes b = banks.startB(); Customers customers = new Customers(banks)) {
            customers.awaitMore(5);
            server().update("ALTER ROLE app PASSWORD 'second'");
            cut("bank_a");
            customers.awaitRefusal();
            TwoBanks.await().untilAsserted(() -> assertThat(notReady(a)).containsExactly("reliable-routes-database-bankA"));
            assertThat(notReady(b)).isEmpty();

            Files.writeString(secret, "second\n");
            customers.awaitMore(5);
            TwoBanks.await().untilAsserted(() -> assertThat(notReady(a)).isEmpty());
            assertNothingIsLost(customers.awaitCompleted());
        }
    }

    @Test
    void primaryThatWasAStandbyForAWhileIsFoundAgain() {
        try (Routes a = banks.startA(); Routes b = banks.startB(); Customers customers = new Customers(banks)) {
            customers.awaitMore(5);
            server().update("ALTER DATABASE bank_a SET default_transaction_read_only = on");
            cut("bank_a");
            customers.awaitRefusal();
            TwoBanks.await().untilAsserted(() -> assertThat(notReady(a)).containsExactly("reliable-routes-database-bankA"));
            // a session that is read-only stays so, as one of a pool that has found a standby
            List<Map<String, Object>> standby = sessions();
            server().update("ALTER DATABASE bank_a RESET default_transaction_read_only");
            customers.awaitMore(5);
            TwoBanks.await().untilAsserted(() -> assertThat(notReady(a)).isEmpty());
            TwoBanks.await().untilAsserted(() -> assertThat(sessions()).noneMatch(standby::contains));
            assertNothingIsLost(customers.awaitCompleted());
        }
    }

    /** It would hear nothing there, and wait for its next poll each time. */
    @Test
    void relayListensToAPrimaryOnly() {
        try (Routes relay = Routes.start(banks.settings, "bank-a-relay.camel.yaml")) {
            TwoBanks.await().untilAsserted(() -> assertThat(listening()).hasSize(1));
            server().update("ALTER DATABASE bank_a SET default_transaction_read_only = on");
            long before = opened();
            server().rows("SELECT pg_terminate_backend(?)", listening().get(0).get("pid"));
            TwoBanks.await().untilAsserted(() -> assertThat(opened()).as("sessions").isGreaterThan(before + 2));
            assertThat(listening()).isEmpty();

            server().update("ALTER DATABASE bank_a RESET default_transaction_read_only");
            TwoBanks.await().untilAsserted(() -> assertThat(listening()).hasSize(1));
        }
    }

    private List<Map<String, Object>> listening() {
        return server().rows("SELECT pid FROM pg_stat_activity WHERE datname = 'bank_a' AND query LIKE 'LISTEN %'");
    }

    private long opened() {
        return ((Number) server().value("SELECT sessions FROM pg_stat_database WHERE datname = 'bank_a'")).longValue();
    }

    private List<Map<String, Object>> sessions() {
        return server().rows("SELECT pid FROM pg_stat_activity WHERE datname = 'bank_a' AND application_name = 'reliable-routes'");
    }

    private void assertNothingIsLost(List<String> taken) {
        assertThat(banks.bankB().rows("SELECT transfer_id FROM ledger_entry").stream().map(row -> row.get("transfer_id")))
                .containsAll(List.copyOf(taken)).doesNotHaveDuplicates();
        for (Database database : List.of(banks.bankA(), banks.bankB())) {
            assertThat(database.rows("SELECT attempts, error_message FROM inbox_parked UNION ALL SELECT attempts, error_message FROM outbox_parked "
                    + "UNION ALL SELECT attempts, error_message FROM dead_letter")).as("attempts used up").isEmpty();
        }
    }

    private static List<String> notReady(Routes routes) {
        assertThat(HealthCheckHelper.invokeLiveness(routes.context())).noneMatch(result -> result.getState() == HealthCheck.State.DOWN);
        return HealthCheckHelper.invokeReadiness(routes.context()).stream().filter(result -> result.getState() == HealthCheck.State.DOWN)
                .map(result -> result.getCheck().getId()).toList();
    }

    private Database server() {
        return postgres.database("postgres");
    }

    private void cut(String database) {
        server().rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ? AND backend_type = 'client backend'", database);
    }
}
