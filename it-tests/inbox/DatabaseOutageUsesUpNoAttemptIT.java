package inbox;

import harness.Database;
import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DatabaseOutageUsesUpNoAttemptIT {

    private final InboxFixture inbox = new InboxFixture();

    @Test
    void databaseOutageUsesUpNoAttemptAndIsNoDeadLetter() {
        String name = inbox.database.url().replaceFirst(".*/", "");
        Database server = new Database(inbox.database.url().replaceFirst("/[^/]*$", "/postgres"));
        inbox.request("m-1", "t-1");
        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-1");

            // when it is back, it goes away again for more rounds than there are attempts
            inbox.outage("nextval('attempt') < 6");
            server.update("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
            server.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?", name);
            inbox.request("m-2", "t-2");
            InboxFixture.await().until(() -> bank.failures() > 0);
            server.update("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");

            inbox.awaitBooked("t-1", "t-2");
        }
        inbox.assertEffects(2);
        assertThat(inbox.attempts()).isEqualTo(6);
        assertThat(inbox.database.count("dead_letter")).isZero();
    }
}
