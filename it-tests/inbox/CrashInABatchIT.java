package inbox;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import harness.CommitGate;
import harness.RouteProcess;
import harness.Routes;
import harness.TcpProxy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A receiver that is killed, or loses its database, somewhere in a batch: each message has one effect, in order, and no attempt is used up. */
class CrashInABatchIT {

    private static final int MESSAGES = 6;

    private final InboxFixture inbox = new InboxFixture();

    @TempDir
    private Path folder;

    @BeforeEach
    void prepare() {
        // only the inbox knows a message that comes twice
        inbox.database.update("ALTER TABLE ledger_entry DROP CONSTRAINT transfer_is_booked_once");
        IntStream.rangeClosed(1, MESSAGES).forEach(i -> inbox.request("a-" + i % 2, "m-" + i, "t-" + i));
    }

    static Stream<Arguments> steps() {
        return Stream.of(Arguments.of("with the keys", "inbox_message", "NEW.message_id = 'm-6'"),
                Arguments.of("in the first handler", "ledger_entry", "NEW.transfer_id = 't-1'"),
                Arguments.of("between two handlers", "outbox_message", "convert_from(NEW.payload, 'UTF8') LIKE '%t-3%'"),
                Arguments.of("behind the last handler", "outbox_message", "convert_from(NEW.payload, 'UTF8') LIKE '%t-6%'"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("steps")
    void killedBeforeTheCommit(String step, String table, String condition) throws Exception {
        try (Connection hold = hold(table, condition); RouteProcess bank = process()) {
            awaitHeld();
            bank.kill();
        }
        InboxFixture.await().until(() -> held() == 0);
        assertThat(inbox.booked()).isEmpty();

        assertThatTheNextOneGoesOn();
    }

    /** The server gets the commit, and nobody hears of it, Kafka neither. */
    @Test
    void killedAfterTheCommitAndBeforeTheOffset() {
        CommitGate gate = new CommitGate(inbox.database, "INSERT", "ledger_entry");
        try (RouteProcess bank = process()) {
            awaitHeld();
            bank.pause();
            gate.close();
            inbox.awaitBooked(transfers(MESSAGES));
            bank.kill();
        }
        // the position alone knows them
        inbox.database.update("DELETE FROM inbox_message");

        assertThatTheNextOneGoesOn();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("steps")
    void databaseIsLostBeforeTheCommit(String step, String table, String condition) throws Exception {
        try (Connection hold = hold(table, condition); Routes bank = inbox.start()) {
            awaitHeld();
            inbox.database.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'");
            hold.close();
            inbox.awaitBooked(transfers(MESSAGES));
        }
        assertEffects(MESSAGES);
    }

    /** The receiver is told that its commit has failed, and then it has not. */
    @Test
    void connectionIsLostInTheCommit() {
        String server = inbox.database.url();
        // else the server may notice the cut while the gate is shut, and does not commit
        inbox.database.update("ALTER DATABASE " + server.replaceFirst(".*/", "") + " SET client_connection_check_interval = 0");
        try (TcpProxy proxy = new TcpProxy(Integer.parseInt(server.replaceFirst(".*:(\\d+)/.*", "$1")), Duration.ZERO)) {
            inbox.settings.put("database.bank-b.url", server.replaceFirst("//[^/]*/", "//" + proxy.address() + "/"));
            CommitGate gate = new CommitGate(inbox.database, "INSERT", "ledger_entry");
            try (Routes bank = inbox.start()) {
                awaitHeld();
                proxy.cut();
                gate.close();
                inbox.awaitBooked(transfers(MESSAGES));
                inbox.request("a-1", "m-7", "t-7");
                inbox.awaitBooked(transfers(MESSAGES + 1));
            }
        }
        assertEffects(MESSAGES + 1);
    }

    private RouteProcess process() {
        return RouteProcess.camelMain(folder.resolve("bank"), inbox.settings, "bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml").start();
    }

    /** Lets the statement that inserts a row wait until the connection is closed. */
    private Connection hold(String table, String condition) throws SQLException {
        inbox.database.update("""
                CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_advisory_xact_lock_shared(4712); RETURN NULL; END $$;
                CREATE TRIGGER hold AFTER INSERT ON %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION hold()""".formatted(table, condition));
        Connection connection = inbox.database.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(4712)");
        }
        return connection;
    }

    private void awaitHeld() {
        InboxFixture.await().until(() -> held() == 1);
    }

    private long held() {
        return inbox.database.waiting("advisory");
    }

    private void assertThatTheNextOneGoesOn() {
        inbox.request("a-1", "m-7", "t-7");
        try (Routes bank = inbox.start()) {
            inbox.awaitBooked(transfers(MESSAGES + 1));
        }
        assertEffects(MESSAGES + 1);
    }

    private void assertEffects(int messages) {
        inbox.assertEffects(messages);
        assertThat(inbox.database.count("inbox_parked")).as("no attempt was used up").isZero();
        assertThat(inbox.deadLetters()).isEmpty();
    }

    private static String[] transfers(int last) {
        return IntStream.rangeClosed(1, last).mapToObj(i -> "t-" + i).toArray(String[]::new);
    }
}
