package model;

import java.util.List;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;

/** Broken statements of the outbox are caught by the model, each by a history that is shrunk. */
@PropertyDefaults(tries = 5000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
class BrokenOutboxIsCaughtIT {

    /** As in the first release: one message of a closed destination waits for it, and the others behind that message, whatever their keys. */
    @Property
    @Caught("waits behind nobody")
    void followersOfAClosedDestinationWaitBehindItsFirstMessage(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("hold-outbox-messages", "SELECT h.id, h.message, h.reason\n", """
                SELECT h.id, h.message, CASE WHEN row_number() OVER (ORDER BY h.id) = 1
                  AND NOT EXISTS (SELECT 1 FROM outbox_parked c WHERE c.reason = 'CLOSED') THEN h.reason ELSE 'BEHIND' END AS reason
                """));
    }

    @Property
    @Caught
    void relayDoesNotLockShards(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("lock-outbox-shards", "  FOR NO KEY UPDATE SKIP LOCKED\n", ""));
    }

    @Tag("soak")
    @Property
    @Caught
    void retryDoesNotLockShards(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("lock-due-outbox-shards", "  FOR NO KEY UPDATE SKIP LOCKED\n", ""));
    }

    @Tag("soak")
    @Property
    @Caught
    void messageWaitsForLaterOnesOfItsKeyToo(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("claim-outbox-batch", " AND p.id < b.id", ""));
    }

    @Property
    @Caught("waits behind nobody")
    void finishedMessageReleasesNoFollower(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().replace("release-outbox-followers", "SELECT 1"));
    }

    @Property
    @Caught
    void lastFollowerIsReleasedFirst(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("release-outbox-followers", "    ORDER BY n.id\n", "    ORDER BY n.id DESC\n"));
    }

    @Tag("soak")
    @Property
    @Caught
    void frontierDoesNotAskWhoWrites(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("list-outbox-writers", "l.mode = 'RowExclusiveLock'", "false"));
    }

    private static void run(List<Move> history, Statements broken) throws Exception {
        Shortest.play(history, moves -> OutboxHistory.play(broken, false, moves));
    }

    @Provide
    Arbitrary<List<Move>> histories() {
        return Histories.ofOutbox();
    }
}
