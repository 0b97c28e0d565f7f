package databases;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import demo.Bank;
import harness.Database;
import harness.Ports;
import harness.RouteProcess;
import harness.Routes;
import harness.Servers;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.util.ObjectHelper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** PgBouncer in transaction mode between the processes and their database: with prepareThreshold=0 all is as without, and else nothing starts. */
class PoolerIT {

    private final int port = Ports.free();
    private final TwoBanks banks = new TwoBanks().on(Servers.kafka());
    @TempDir
    private Path folder;

    @BeforeEach
    void needPgBouncer() {
        Assumptions.assumeTrue(program() != null, "there is no pgbouncer here, so nobody looks how the pack does behind one: apt-get install pgbouncer");
    }

    @Test
    void transferGoesThroughAPoolerInTransactionMode() throws IOException {
        try (RouteProcess pooler = pooler("transaction")) {
            through("?prepareThreshold=0");
            try (Routes a = banks.startA(); Routes b = banks.startB(); Customers customers = new Customers(banks)) {
                customers.awaitMore(50);
                List<String> taken = customers.awaitCompleted();
                assertThat(banks.bankB().count("ledger_entry")).as(pooler.log()).isEqualTo(taken.size());
            }
            assertThat(banks.bankA().count("incident") + banks.bankA().count("inbox_parked") + banks.bankA().count("dead_letter")).isZero();
        }
    }

    @Test
    void preparedStatementsBehindAPoolerInTransactionModeAreRefused() throws IOException {
        try (RouteProcess pooler = pooler("transaction")) {
            through("");
            assertRefused("is behind a pooler that gives each transaction another session, and prepareThreshold (5) is not 0: statements fail, or are "
                    + "others, that were prepared in another one");
        }
    }

    @Test
    void otherDefaultIsolationBehindAPoolerInTransactionModeIsRefused() throws IOException {
        banks.bankA().update("ALTER DATABASE " + name(banks.bankA()) + " SET default_transaction_isolation = 'repeatable read'");
        try (RouteProcess pooler = pooler("transaction")) {
            through("?prepareThreshold=0");
            assertRefused("and default_transaction_isolation is repeatable read: who waits for a lock would not see what it guarded.");
        }
    }

    @Test
    void poolerInSessionModeIsNoMatter() throws IOException {
        try (RouteProcess pooler = pooler("session")) {
            through("");
            try (Routes a = banks.startA()) {
                assertThat(banks.request("t-1")).isEqualTo(202);
            }
        }
    }

    private void assertRefused(String message) {
        Throwable refusal = catchThrowable(() -> banks.startA().close());

        assertThat(refusal).isNotNull();
        ConfigurationException reason = ObjectHelper.getException(ConfigurationException.class, refusal);
        assertThat(reason).as("%s", refusal).isNotNull();
        assertThat(reason.getMessage()).contains(message).endsWith(".");
    }

    private void through(String options) {
        Bank bank = banks.bank;
        Map.of("bank-a", bank.bankA(), "bank-b", bank.bankB()).forEach((who, database) -> banks.settings.put("database." + who + ".url",
                "jdbc:postgresql://127.0.0.1:" + port + "/" + name(database) + options));
    }

    private static String name(Database database) {
        return database.url().replaceFirst(".*/", "");
    }

    private RouteProcess pooler(String mode) throws IOException {
        Path settings = Files.writeString(folder.resolve("pgbouncer.ini"), """
                [databases]
                * = host=127.0.0.1 port=%d
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                auth_file = %s
                user = nobody
                pool_mode = %s
                default_pool_size = 30
                ignore_startup_parameters = extra_float_digits,search_path
                """.formatted(Servers.postgres().getPort(), port, Files.writeString(folder.resolve("users"), ""), mode)
                // auth_type any takes the user of the database's line
                .replace("* = host", "* = user=postgres host"));
        RouteProcess pooler = RouteProcess.of(List.of(program(), settings.toString()), folder, folder.resolve("pgbouncer.log"), Map.of()).start();
        Awaitility.await("pgbouncer").atMost(Duration.ofMinutes(3)).until(() -> pooler.log().contains("process up"));
        return pooler;
    }

    /** Debian has it in sbin, which is not on everybody's path. */
    private static String program() {
        return Stream.concat(Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin")).map(folder -> Path.of(folder, "pgbouncer"))
                .filter(Files::isExecutable).map(Path::toString).findFirst().orElse(null);
    }
}
