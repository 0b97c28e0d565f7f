package position;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Servers;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** While a snapshot is open, PostgreSQL keeps every version of a position: a receiver does not look through them for each record. */
class OldSnapshotSlowsNoReceiverIT {

    private final Database database = Servers.database("schema.sql");

    @Test
    void positionIsFoundAmongItsOldVersions() throws Exception {
        database.update("INSERT INTO inbox_position (consumer, topic, topic_partition, topic_id, position) VALUES ('c', 't', 0, 'id', -1), ('c', 't', 1, 'id', 7)");
        try (Connection report = database.connect()) {
            openSnapshot(report);
            move(0, 20_000);
            long read = pages();
            move(20_000, 20_100);

            assertThat(pages() - read).as("pages read for 100 records").isLessThan(2_000);
        }
        assertThat(database.rows("SELECT topic_partition, position FROM inbox_position ORDER BY 1"))
                .isEqualTo(List.of(Map.of("topic_partition", 0, "position", 20_099L), Map.of("topic_partition", 1, "position", 7L)));
    }

    private static void openSnapshot(Connection report) throws SQLException {
        report.setAutoCommit(false);
        report.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement open = report.createStatement()) {
            open.execute("SELECT count(*) FROM inbox_position");
        }
    }

    /** A transaction for each record. */
    private void move(int from, int to) throws SQLException {
        try (Connection receiver = database.connect(); Statement records = receiver.createStatement()) {
            records.execute("""
                    DO $$
                    BEGIN
                      FOR done IN %d .. %d LOOP
                        PERFORM move_inbox_position('c', 't', 0, 'id', done - 1, done);
                        COMMIT;
                      END LOOP;
                      PERFORM pg_stat_force_next_flush();
                    END $$""".formatted(from, to - 1));
        }
    }

    private long pages() {
        return (Long) database.value("SELECT heap_blks_hit + heap_blks_read FROM pg_statio_all_tables WHERE relid = 'inbox_position'::regclass");
    }
}
