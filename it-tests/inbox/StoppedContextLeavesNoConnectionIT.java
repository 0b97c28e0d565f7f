package inbox;

import harness.Database;
import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StoppedContextLeavesNoConnectionIT {

    private final InboxFixture inbox = new InboxFixture();

    @Test
    void stoppedContextHasClosedItsConnections() {
        inbox.request("m-1", "t-1");
        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-1");
        }

        Database server = new Database(inbox.database.url().replaceFirst("/[^/]*$", "/postgres"));
        InboxFixture.await().untilAsserted(() -> assertThat(server.value("SELECT count(*) FROM pg_stat_activity WHERE datname = ?",
                inbox.database.url().replaceFirst(".*/", ""))).isEqualTo(0L));
    }
}
