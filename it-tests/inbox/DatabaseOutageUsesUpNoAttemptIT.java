package inbox;

import harness.Database;
import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DatabaseOutageUsesUpNoAttemptIT {

    private final InboxFixture inbox = new InboxFixture();

    @Test
    void databaseOutageUsesUpNoAttemptAndIsNoDeadLetter() {
        inbox.request("m-1", "t-1");
        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-1");

            // when it is back, it goes away again for more rounds than there are attempts
            inbox.outage("nextval('attempt') < 6");
            try (Database.Outage outage = inbox.database.outage()) {
                inbox.request("m-2", "t-2");
                InboxFixture.await().until(() -> bank.failures() > 0);
            }

            inbox.awaitBooked("t-1", "t-2");
        }
        inbox.assertEffects(2);
        assertThat(inbox.attempts()).isEqualTo(6);
        assertThat(inbox.database.count("dead_letter")).isZero();
    }
}
