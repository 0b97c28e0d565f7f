package half;

import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Java;
import harness.Routes;
import harness.Servers;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.util.ObjectHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Who uses the barrier is refused at start where it is missing, and needs nothing else of the pack in that database. */
class DatabaseWithoutABarrierIsRefusedIT {

    private final Database database = Servers.database();
    private String user = "postgres";

    @Test
    void tableIsMissed() {
        assertRefused(" has no table message_barrier: no transaction would pass the barrier, and no check-back could be answered. "
                + "Apply sql/postgresql/barrier.sql to this database.");

        database.apply("barrier.sql");
        start().close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "DROP COLUMN message_id                                     | column message_barrier.message_id of type uuid",
        "DROP COLUMN decision                                       | column message_barrier.decision of type text",
        "DROP COLUMN decided_at                                     | column message_barrier.decided_at of type timestamptz",
        "ALTER COLUMN message_id TYPE text                          | column message_barrier.message_id of type uuid",
        "DROP CONSTRAINT message_barrier_pkey                       | unique index message_barrier_pkey",
        "DROP CONSTRAINT message_barrier_pkey, ADD PRIMARY KEY (message_id, decision) | unique index message_barrier_pkey"})
    void partOfItIsMissed(String change, String told) {
        database.apply("barrier.sql").update("ALTER TABLE message_barrier " + change);

        assertRefused(" has no " + told + ": no transaction would pass the barrier");
    }

    @Test
    void rightIsMissed() {
        user = Servers.name("producer").replace('.', '_');
        database.apply("barrier.sql").update("CREATE ROLE " + user + " LOGIN");
        for (String right : List.of("INSERT", "SELECT", "UPDATE")) {
            database.update("GRANT INSERT, SELECT, UPDATE ON message_barrier TO " + user);
            database.update("REVOKE " + right + " ON message_barrier FROM " + user);

            assertRefused("role " + user + " of data source bankA may not " + right + " in message_barrier: no transaction would pass the barrier, or no check-back "
                    + "could be answered. GRANT SELECT, INSERT, UPDATE ON message_barrier TO " + user + ".");
        }
    }

    /** An answer to a check-back updates a row that is there. */
    @Test
    void publicationWithoutReplicaIdentityIsTold() {
        database.apply("barrier.sql").update("CREATE PUBLICATION everything FOR ALL TABLES");
        start().close();
        database.update("ALTER TABLE message_barrier REPLICA IDENTITY NOTHING");

        assertRefused("publishes tables without a replica identity: message_barrier (publication everything)");
    }

    private Routes start() {
        return Routes.start(Map.of("database.bank-a.url", database.url(), "database.bank-a.user", user), Java.root().resolve("it-tests/half/barrier.camel.yaml").toString());
    }

    private void assertRefused(String message) {
        Throwable refusal = catchThrowable(() -> start().close());

        assertThat(refusal).as("it starts").isNotNull();
        ConfigurationException reason = ObjectHelper.getException(ConfigurationException.class, refusal);
        assertThat(reason).as("%s", refusal).isNotNull();
        assertThat(reason.getMessage()).contains(message).endsWith(".");
    }
}
