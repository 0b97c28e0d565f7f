package model;

import java.util.List;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Broken statements of the inbox are caught by the model, each by a history that is shrunk. */
@PropertyDefaults(tries = 5000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
class BrokenInboxIsCaughtIT {

    @Property
    @Caught
    void retryFreesTheLastOfTheKey(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("finish-inbox-retry", "  ORDER BY n.id\n", "  ORDER BY n.id DESC\n"));
    }

    @Tag("soak")
    @Property
    @Caught("waits behind nobody")
    void messageDoesNotWaitForARetryOfItsKey(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("lock-parked-inbox-key", "FOR SHARE\n", ""));
    }

    @Property
    @Caught("waits behind nobody")
    void retryFreesNobody(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("finish-inbox-retry", "SET behind = false", "SET behind = true"));
    }

    @Example
    void replayFreesWhoWaitsForAnother() {
        Statements broken = new Statements().edit("finish-inbox-retry", "WHERE d.replayed AND ", "WHERE false AND ");
        assertThatThrownBy(() -> InboxHistory.play(broken, InboxKeepsItsModelIT.REPLAY_BESIDE_A_PARKED_MESSAGE)).isInstanceOf(Violation.class)
                .hasMessageContaining("message 3 of key k1 is handled before message 2 of key k1");
    }

    @Property
    @Caught
    void retryDoesNotLockItsMessage(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("claim-inbox-retry", "FOR UPDATE SKIP LOCKED\n", ""));
    }

    private static void run(List<Move> history, Statements broken) throws Exception {
        Shortest.play(history, moves -> InboxHistory.play(broken, moves));
    }

    @Provide
    Arbitrary<List<Move>> histories() {
        return Histories.ofInbox();
    }
}
