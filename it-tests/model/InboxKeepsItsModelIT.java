package model;

import java.util.List;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AddLifecycleHook;

import static model.Move.Kind.PRODUCE;
import static model.Move.Kind.REPLAY;
import static model.Move.Kind.RUN;
import static model.Move.Kind.STEP;

/** Whatever receivers, handlers, retries, operators and crashes do in any order, the inbox does what its model does. */
class InboxKeepsItsModelIT {

    static final List<Move> REPLAY_BESIDE_A_PARKED_MESSAGE = List.of(new Move(PRODUCE, 0, 0, 16), new Move(PRODUCE, 0, 1, 13), new Move(RUN, 0, 5, 2),
            new Move(PRODUCE, 3, 1, 16), new Move(STEP, 0, 3, 18), new Move(STEP, 0, 5, 11), new Move(STEP, 0, 4, 1), new Move(REPLAY, 3, 1, 8), new Move(STEP, 0, 3, 13));

    @Property(tries = 1_000_000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    @AddLifecycleHook(Limits.class)
    void noHistoryLosesRepeatsOrReordersAMessage(@ForAll("histories") List<Move> history) throws Exception {
        Shortest.play(history, moves -> Limits.count(InboxHistory.play(new Statements(), moves)));
    }

    /** Found by the histories above: a replay came while an earlier message of its key was parked and not committed, and a later one waited behind that. */
    @Example
    void replayFreesNobodyWhoWaitsForAnother() throws Exception {
        InboxHistory.play(new Statements(), REPLAY_BESIDE_A_PARKED_MESSAGE);
    }

    @Provide
    Arbitrary<List<Move>> histories() {
        return Histories.ofInbox();
    }
}
