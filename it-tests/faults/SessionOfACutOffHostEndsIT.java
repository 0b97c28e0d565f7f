package faults;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import harness.Database;
import harness.Postgres;
import harness.RouteProcess;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * With the settings of docs/operations.md PostgreSQL ends each kind of session that a host leaves behind when it is cut off. Only a
 * network of its own shows that: a proxy would answer the server's probes.
 */
class SessionOfACutOffHostEndsIT {

    /** Neither a statement's end nor a default of Linux is as near. */
    private static final Duration BOUND = Duration.ofSeconds(45);
    private static final String IDLE = "0";
    private static final String ANSWERED = "1";
    private static final String WAITING = "2";

    @TempDir
    private Path folder;

    @Test
    void itsLocksAreFreedWhetherItIsIdleOrAnsweredOrWaits() throws SQLException {
        try (Hosts hosts = Hosts.create()) {
            assumeThat(hosts).isInstanceOf(Namespaces.class);
            try (Postgres postgres = new Postgres(folder.resolve("postgres"), hosts.postgresSettings(folder)).start();
                    Connection gate = postgres.database("postgres").connect()) {
                assertLocksAreFreed(hosts, postgres, gate);
            }
        }
    }

    private void assertLocksAreFreed(Hosts hosts, Postgres postgres, Connection gate) throws SQLException {
        Database database = postgres.database("postgres");
        database.update("CREATE TABLE held AS SELECT id FROM generate_series(0, 2) AS id");
        gate.createStatement().execute("SELECT pg_advisory_lock(" + ANSWERED + "), pg_advisory_lock(" + WAITING + ")");
        String url = "jdbc:postgresql://" + hosts.database(1, postgres.port()) + "/postgres?ApplicationName=host";
        List<RouteProcess> sessions = Stream.of(IDLE, ANSWERED, WAITING).map(id -> RouteProcess.java(folder.resolve(id + ".log"),
                LockingSession.class, url, id).within(hosts.command(1)).start()).toList();
        try {
            Awaitility.await("sessions").atMost(Duration.ofMinutes(3)).until(() -> (Long) database.value("""
                    SELECT count(*) FROM pg_stat_activity WHERE application_name = 'host'
                    AND (wait_event = 'advisory' OR state = 'idle in transaction' AND query LIKE '%id = 0 FOR UPDATE')""") == 3);

            hosts.cutOff(1);
            // its answer goes out and is never acknowledged
            gate.createStatement().execute("SELECT pg_advisory_unlock(" + ANSWERED + ")");

            assertThat(free(database)).isEmpty();
            Awaitility.await("locks of the host").atMost(BOUND).untilAsserted(() -> assertThat(free(database)).containsExactly(0, 1, 2));
        } finally {
            sessions.forEach(RouteProcess::close);
        }
    }

    private static List<Object> free(Database database) {
        return database.rows("SELECT id FROM held ORDER BY id FOR UPDATE SKIP LOCKED").stream().map(row -> row.get("id")).toList();
    }
}
