package databases;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import demo.Bank;
import harness.Database;
import harness.InstalledPostgres;
import harness.Page;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** The page about restoring a database, step by step, with its commands where PostgreSQL's programs are installed. */
class RestoreIT {

    private static final Page PAGE = Page.of("docs/restore.md");

    @TempDir
    private Path folder;
    private InstalledPostgres installed;
    private TwoBanks banks;

    @BeforeEach
    void start() {
        installed = InstalledPostgres.find(folder).map(InstalledPostgres::start).orElse(null);
        if (installed == null) {
            LoggerFactory.getLogger(RestoreIT.class).warn("There is no PostgreSQL with its client programs here (apt-get install postgresql, or "
                    + "-Dpg.bin=<folder>): a backup is a copy by CREATE DATABASE … TEMPLATE, and nobody looks whether pg_dump keeps all");
        }
        banks = installed == null ? new TwoBanks() : new TwoBanks(Bank.open(installed.database("bank_a"), installed.database("bank_b"), installed.database("notifier")));
        banks.on(Servers.kafka());
        for (Database database : List.of(banks.bankA(), banks.bankB())) {
            database.apply("roles.sql");
            database.update("REVOKE CONNECT ON DATABASE " + name(database) + " FROM PUBLIC");
        }
    }

    @AfterEach
    void stop() {
        if (installed != null) {
            installed.close();
        }
    }

    @Test
    void restoredReceiverHasItsEffectsAgainAndOthersHaveNone() {
        transfer("t-1");
        backUp(banks.bankB());
        transfer("t-2");
        assertThat(credits()).containsExactly("t-1", "t-2");

        // the whole database is lost here, and damaged below
        server(banks.bankB()).update("DROP DATABASE " + name(banks.bankB()));
        restore(banks.bankB());
        assertThat(credits()).containsExactly("t-1");
        try (Routes b = banks.startB(); Routes a = banks.startA()) {
            TwoBanks.await().untilAsserted(() -> assertThat(credits()).containsExactly("t-1", "t-2"));
            // the answer is sent again under another id
            Topic completed = new Topic(Servers.kafka(), banks.settings.get("outbox.destination.transfer.completed"));
            TwoBanks.await().until(() -> completed.records().size() == 3);
            TwoBanks.await().until(() -> banks.bankA().count("dead_letter") == 1);
        }
        assertThat((String) banks.bankA().value("SELECT error_message FROM dead_letter")).startsWith("transfer t-2 is not pending at bank A");
        banks.bankA().update("DELETE FROM dead_letter");
        assertMoney();
    }

    @Test
    void restoredSenderIsToldWhatItHasPublishedAndTheAnswersFindIt() {
        transfer("t-1");
        // one that waits in the outbox while the backup is made
        try (Routes a = Routes.start(banks.withApi(), sendersOnly())) {
            assertThat(banks.request("t-waits")).isEqualTo(202);
        }
        backUp(banks.bankA());
        transfer("t-2");
        banks.awaitCompleted("t-waits");

        restore(banks.bankA());
        assertThat(banks.bankA().count("transfer")).isEqualTo(2);
        Topic requested = new Topic(Servers.kafka(), banks.settings.get("outbox.destination.transfer.requested"));
        String statement = PAGE.found("(?s)```sql\n(.*?)```").get(0);
        for (String body : requested.bodies()) {
            banks.bankA().update(statement.replace("BODY", body));
        }
        try (Routes a = banks.startA(); Routes b = banks.startB()) {
            List.of("t-1", "t-2", "t-waits").forEach(banks::awaitCompleted);
            TwoBanks.await().until(() -> requested.records().size() == 4);
            TwoBanks.await().until(() -> banks.bankA().count("outbox_message") == 0);
        }
        assertThat(credits()).containsExactlyInAnyOrder("t-1", "t-2", "t-waits");
        assertMoney();
    }

    private String[] sendersOnly() {
        return Arrays.stream(TwoBanks.BANK_A).filter(file -> !file.matches("bank-a-(relay|settle-transfer).camel.yaml")).toArray(String[]::new);
    }

    private void transfer(String id) {
        try (Routes a = banks.startA(); Routes b = banks.startB()) {
            assertThat(banks.request(id)).isEqualTo(202);
            banks.awaitCompleted(id);
        }
    }

    private List<Object> credits() {
        return banks.bankB().rows("SELECT transfer_id FROM ledger_entry ORDER BY transfer_id").stream().map(row -> row.get("transfer_id")).toList();
    }

    /** What is gone from bank A is in bank B: nothing was made or lost, and no transfer is left open. */
    private void assertMoney() {
        assertThat(((Number) banks.bankA().value("SELECT sum(balance)::int FROM account")).intValue()
                + ((Number) banks.bankB().value("SELECT sum(balance)::int FROM account")).intValue()).isEqualTo(Bank.money());
        for (Database database : List.of(banks.bankA(), banks.bankB())) {
            assertThat(database.count("dead_letter") + database.count("inbox_parked")).as("%s", database.rows("SELECT * FROM inbox_parked")).isZero();
        }
    }

    private void backUp(Database database) {
        if (installed != null) {
            command("pg_dump", database);
        } else {
            server(database).update("CREATE DATABASE backup_of_" + name(database) + " TEMPLATE " + name(database));
        }
    }

    private void restore(Database database) {
        if (installed != null) {
            command("pg_restore", database);
            assertThat(database.value("SELECT has_database_privilege('reliable_routes_relay', current_database(), 'CONNECT')")).isEqualTo(false);
            assertThat(database.value("SELECT has_table_privilege('reliable_routes_relay', 'outbox_message', 'DELETE')")).isEqualTo(true);
        } else {
            server(database).update("DROP DATABASE IF EXISTS " + name(database) + " WITH (FORCE)");
            server(database).update("CREATE DATABASE " + name(database) + " TEMPLATE backup_of_" + name(database));
        }
        database.apply("schema.sql");
    }

    /** The page's line that begins with a program's name, for another database than its own. */
    private void command(String program, Database database) {
        installed.shell(PAGE.found("(?m)^ {7}(" + program + " .*)$").get(0).replace("bank_a", name(database)));
    }

    private static Database server(Database database) {
        return new Database(database.url().replaceFirst("/[^/]*$", "/postgres"));
    }

    private static String name(Database database) {
        return database.url().replaceFirst(".*/", "");
    }
}
