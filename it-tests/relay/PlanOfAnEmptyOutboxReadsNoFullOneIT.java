package relay;

import java.util.Map;

import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** PostgreSQL keeps the plan of a statement that is used often: one that was made for an empty outbox would read all of a full one, poll by poll. */
class PlanOfAnEmptyOutboxReadsNoFullOneIT {

    /** So often the driver parses a statement anew, and then so often the server plans it anew. */
    private static final int UNTIL_A_PLAN_IS_KEPT = 5 + 5;
    private static final int BACKLOG = 20_000;
    /** Some statements of a batch may well read all that waits; with kept plans one does so for each row. */
    private static final long ENOUGH = 500L * BACKLOG;

    private final RelayFixture outbox = new RelayFixture();

    @Test
    void backlogThatNobodyHasAnalysedIsReadByItsIndex() {
        outbox.database.update("ALTER TABLE outbox_message SET (autovacuum_enabled = false)");
        outbox.database.update("VACUUM ANALYZE outbox_message");
        Map<String, String> settings = outbox.settings();
        settings.put("outbox.relay.rows-per-shard", "10");
        try (Routes relay = Routes.start(settings, "bank-a-relay.camel.yaml")) {
            for (int i = 0; i < UNTIL_A_PLAN_IS_KEPT + 5; i++) {
                outbox.insert("k" + i, "first");
                outbox.awaitEmpty();
            }
            assertThat(outbox.database.value("SELECT reltuples::bigint FROM pg_class WHERE relname = 'outbox_message'")).isEqualTo(0L);
            long before = read();

            outbox.insertMany(BACKLOG, 1000);
            outbox.awaitEmpty();

            assertThat(read() - before).as("rows read one after the other").isLessThan(ENOUGH);
        }
    }

    private long read() {
        outbox.database.value("SELECT pg_stat_clear_snapshot()::text");
        return (Long) outbox.database.value("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'outbox_message'");
    }
}
