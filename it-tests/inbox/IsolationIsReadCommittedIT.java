package inbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

import harness.Routes;
import io.reliableroutes.database.LocalDataSource;
import io.reliableroutes.database.LocalTransactions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The pack's statements that wait for a lock want to see what it guarded: READ COMMITTED, whatever the database's default is. */
class IsolationIsReadCommittedIT {

    private static final String[] ISOLATIONS = {"repeatable read", "serializable"};

    @Test
    void contentionUsesUpNoAttemptWhereTheDefaultIsRepeatableRead() {
        AnyHandler any = new AnyHandler();
        any.settings.put("inbox.outage-delay", "100ms");
        any.database.update("ALTER DATABASE " + any.database.url().replaceFirst(".*/", "") + " SET default_transaction_isolation = 'repeatable read'");
        any.database.update("CREATE TABLE counter (n integer)");
        any.database.update("INSERT INTO counter VALUES (0)");
        // each message changes one row: who has waited for it would see that it is another's
        any.database.update("""
                CREATE FUNCTION count_effect() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN UPDATE counter SET n = n + 1; PERFORM pg_sleep(0.001); RETURN NEW; END $$;
                CREATE TRIGGER count_effect BEFORE INSERT ON effect FOR EACH ROW EXECUTE FUNCTION count_effect()""");
        for (int i = 1; i <= 100; i++) {
            any.send("k" + i, "m-" + i, "good");
        }

        try (Contention contention = new Contention(any); Routes routes = any.start()) {
            AnyHandler.await().untilAsserted(() -> assertThat(any.database.count("effect")).isEqualTo(100));
        }

        assertThat(any.database.count("inbox_parked")).isZero();
        assertThat(any.database.count("dead_letter")).isZero();
    }

    @Test
    void everyConnectionOfThePackIsReadCommitted() throws SQLException {
        AnyHandler any = new AnyHandler();
        for (String isolation : ISOLATIONS) {
            any.database.update("ALTER DATABASE " + any.database.url().replaceFirst(".*/", "") + " SET default_transaction_isolation = '" + isolation + "'");
            try (LocalDataSource source = new LocalDataSource()) {
                source.setUrl(any.database.url());
                source.setUser("postgres");
                source.setTransactionManager(LocalTransactions.transactionManager(60));
                try (Connection connection = source.getConnection()) {
                    assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
                }
            }
        }
        assertThat(any.database.rows("SHOW transaction_isolation")).containsExactly(Map.of("transaction_isolation", "serializable"));
    }

    /** Somebody else who changes the row all the time. */
    private static final class Contention implements AutoCloseable {

        private final Thread thread;
        private volatile boolean ended;

        Contention(AnyHandler any) {
            thread = new Thread(() -> {
                while (!ended) {
                    try {
                        any.database.update("UPDATE counter SET n = n");
                    } catch (IllegalStateException e) {
                        // this one has the database's default, and has lost against a handler
                    }
                }
            });
            thread.start();
        }

        @Override
        public void close() {
            ended = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
