package inbox;

import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A record without a body is a dead letter, or its handler gets it as it is, first and in retries. */
class TombstoneIsRefusedOrHandledIT {

    private final AnyHandler any = new AnyHandler();

    @Test
    void tombstoneIsADeadLetterUnlessItsConsumerHandlesThem() {
        any.send("k", "m-1", null);
        any.send("k", "m-2", "good");

        try (Routes routes = any.start()) {
            any.awaitReceived("m-1 DEAD", "m-2 HANDLED");
        }

        assertThat(any.database.value("SELECT error_message FROM dead_letter").toString()).startsWith("message m-1 has no body: ")
                .contains("inbox.any.tombstones=handle");
    }

    @Test
    void handlerGetsNoBodyWhereItWantsTombstones() {
        any.settings.put("inbox.any.tombstones", "handle");
        any.send("k", "m-1", null);

        try (Routes routes = any.start()) {
            any.awaitReceived("m-1 HANDLED");
        }

        assertThat(any.effects()).containsExactly("(none)");
        assertThat(AnyHandler.CALLS).singleElement().asString().startsWith("null {");
    }

    @Test
    void tombstoneThatWaitsBehindAParkedMessageStaysOne() {
        any.settings.put("inbox.any.tombstones", "handle");
        any.settings.put("inbox.retry.max-attempts", "1");
        any.send("k", "m-1", "fail");
        any.send("k", "m-2", null);
        any.send("other", "m-3", "good");

        try (Routes routes = any.start()) {
            any.awaitReceived("m-1 RETRYING", "m-2 PENDING", "m-3 HANDLED");
            any.database.update("UPDATE inbox_parked SET next_attempt_at = now()");
            any.awaitReceived("m-1 DEAD", "m-2 HANDLED");
        }

        assertThat(any.effects()).containsExactly("good", "(none)");
    }
}
