package xa;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

import harness.RouteProcess;
import harness.Servers;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** An XA process that could lose money does not start, and says why. XaSettingsTest has the values that are wrong in themselves. */
class StartIsRefusedIT {

    @TempDir
    private Path folder;

    @Test
    void secondLiveProcessWithTheSameNodeIdentifierIsRefusedAndTheNextStartIsNot() {
        try (XaFixture xa = new XaFixture(folder)) {
            xa.settings.put("check.wait", "2s");
            String store = xa.settings.get("xa.object-store");
            try (RouteProcess first = xa.transfers().start().awaitStarted()) {
                xa.settings.put("xa.object-store", "file:" + folder.resolve("other-store"));
                assertRefused(xa.transfers(), "xa.node-identifier (bank-a-1) is in use by another live process at jdbc:postgresql:");

                assertRefused(RouteProcess.camelMain(xa.log(), xa.settings, "xa-notify.camel.yaml", "notifier-tell-customer.camel.yaml", "profile=xa"),
                        "xa.node-identifier (bank-a-1) is in use by another live process at the JMS broker");

                xa.settings.put("xa.object-store", store);
                assertRefused(xa.transfers(), "is in use by another live process: each would recover the other's transactions");
                first.kill();
            }

            xa.transfers().start().awaitStarted().close();
        }
    }

    @Test
    void databaseThatCannotPrepareAndMissingSettingsAreRefused() throws IOException {
        try (XaFixture xa = new XaFixture(folder); EmbeddedPostgres unprepared = EmbeddedPostgres.builder().setPGStartupWait(Duration.ofSeconds(60)).start()) {
            String url = unprepared.getJdbcUrl("postgres", "postgres").replaceFirst("\\?.*", "");
            new harness.Database(url).apply("schema.sql", "example-bank-b.sql");
            xa.settings.put("database.bank-b.url", url);
            assertRefused(xa.transfers(), "max_prepared_transactions (0) of data source bankB is less than its pool-size (10): PostgreSQL would refuse");

            xa.settings.put("database.bank-b.url", Servers.database("schema.sql", "example-bank-b.sql").url());
            xa.settings.put("database.bank-b.pool-size", "101");
            assertRefused(xa.transfers(), "max_prepared_transactions (100) of data source bankB is less than its pool-size (101)");

            assertRefused(xa.transfers("camel.component.jms.transactionManager=#class:org.springframework.jms.connection.JmsTransactionManager"),
                    "route xa-transfer-inbox: camel.component.jms.transactionManager (org.springframework.jms.connection.JmsTransactionManager) is no "
                    + "io.reliableroutes.jms.XaJmsTransactionManager");

            xa.settings.put("inbox.immediate-attempts", "0");
            assertRefused(xa.transfers(), "inbox of xa-transfer: immediate-attempts (0) is less than 1: no message would be tried at all");

            xa.settings.remove("xa.node-identifier");
            assertRefused(xa.transfers(), "xa.node-identifier () is not set");
        }
    }

    private static void assertRefused(RouteProcess process, String message) {
        try (process) {
            assertThat(process.start().awaitExit()).as(process.log()).isNotZero();
            assertThat(process.log()).contains(message);
        }
    }
}
