package relay;

import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import harness.Java;
import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** While a snapshot is open, PostgreSQL keeps the rows that were published: a relay does not look through them again and again. */
class OldSnapshotSlowsNobodyIT {

    private static final int PUBLISHED = 20_000;

    private final RelayFixture outbox = new RelayFixture();

    @Test
    void relayReadsNoMoreOfTheOutboxThanWaits() throws Exception {
        try (Routes relay = Routes.start(outbox.settings(), "bank-a-relay.camel.yaml"); Connection report = outbox.database.connect()) {
            openSnapshot(report);
            outbox.insertMany(PUBLISHED, 1000);
            outbox.awaitEmpty();

            RelayFixture.await().pollInterval(Duration.ofMillis(10)).untilAsserted(() -> assertThat(readInFiveLooks()).isLessThan(100));
            outbox.insert("k", "last");
            outbox.awaitEmpty();
        }
        assertThat(outbox.topic.size()).isEqualTo(PUBLISHED + 1);
    }

    @Test
    void whoHasTakenAnIdAndNotWrittenYetIsAWriter() throws Exception {
        outbox.database.update("""
                CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$;
                CREATE TRIGGER wait BEFORE INSERT ON outbox_message FOR EACH ROW EXECUTE FUNCTION wait()
                """);
        try (Connection holder = outbox.database.connect(); Statement hold = holder.createStatement()) {
            hold.execute("SELECT pg_advisory_lock(1)");
            Thread writer = new Thread(() -> outbox.insert("k", "1"));
            writer.start();
            RelayFixture.await().until(() -> (Boolean) outbox.database.value("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"));

            String writers = Files.readString(Java.root().resolve("src/main/resources/sql/postgresql/list-outbox-writers.sql"));
            assertThat(outbox.database.rows(writers)).singleElement().satisfies(row -> assertThat(row).containsEntry("given", 1L).hasEntrySatisfying("writers",
                    who -> assertThat(who).isNotNull()));
            hold.execute("SELECT pg_advisory_unlock(1)");
            writer.join();
        }
    }

    private static void openSnapshot(Connection report) throws SQLException {
        report.setAutoCommit(false);
        report.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement open = report.createStatement()) {
            open.execute("SELECT count(*) FROM outbox_message");
        }
    }

    /** Pages that are read while the shards are looked at five times; each has rows that were published. */
    private long readInFiveLooks() {
        long looks = statistic("idx_scan") + 5 * 64;
        long read = statistic("heap_blks_hit + heap_blks_read");
        RelayFixture.await().until(() -> statistic("idx_scan") >= looks);
        return statistic("heap_blks_hit + heap_blks_read") - read;
    }

    private long statistic(String name) {
        return (Long) outbox.database.value("SELECT " + name + " FROM pg_stat_all_tables JOIN pg_statio_all_tables USING (relid) WHERE relid = 'outbox_message'::regclass");
    }
}
