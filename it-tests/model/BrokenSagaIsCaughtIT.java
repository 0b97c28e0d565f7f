package model;

import java.util.List;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Broken statements of sagas are caught by the model, each by a history that is shrunk. */
@PropertyDefaults(tries = 5000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
class BrokenSagaIsCaughtIT {

    @Property
    @Caught
    void lateAnswerGoesOn(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("advance-saga", "s.state = 'RUNNING' AND a.action = 'DO' AND", "a.action = 'DO' AND"));
    }

    @Property
    @Caught
    void stepThatTimedOutIsNotUndone(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("time-out-sagas", "      asked_at = now(), due_at = NULL\n",
                "      asked_at = now(), due_at = NULL, step = CASE WHEN s.step > s.pivot THEN s.step ELSE greatest(s.step - 1, 1) END\n"));
    }

    @Property
    @Caught
    void answerDecidesByWhatItHasSeenBeforeItWaited(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("advance-saga", "  WHERE s.saga_id = a.saga_id AND s.saga_name = a.saga_name AND s.step = a.step\n", """
                  JOIN saga seen ON seen.saga_id = a.saga_id AND seen.saga_name = a.saga_name AND seen.step = a.step
                  WHERE s.saga_id = a.saga_id
                """).edit("advance-saga", "(s.state = 'RUNNING' AND a.action", "(seen.state = 'RUNNING' AND a.action")
                .edit("advance-saga", "OR s.state = 'COMPENSATING' AND a.action", "OR seen.state = 'COMPENSATING' AND a.action"));
    }

    @Property
    @Caught
    void sagaIsStartedTwice(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("start-saga", "DO NOTHING", "DO UPDATE SET state = 'RUNNING', step = 1, ended_at = NULL"));
    }

    @Property
    @Caught
    void compensationBeginsBehindTheRefusedStepsPredecessor(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("advance-saga", "THEN s.step ELSE greatest(s.step - 1, 1) END",
                "THEN s.step WHEN a.answer = 'REFUSED' THEN greatest(s.step - 2, 1) ELSE greatest(s.step - 1, 1) END"));
    }

    @Property
    @Caught("nothing moves any more")
    void refusedStepBehindThePivotIsNotAskedForAgain(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("advance-saga", "\n                      OR a.answer = 'REFUSED' AND s.step > s.pivot THEN", " THEN"));
    }

    private static void run(List<Move> history, Statements broken) throws Exception {
        Shortest.play(history, moves -> SagaHistory.play(broken, moves));
    }

    @Provide
    Arbitrary<List<Move>> histories() {
        return Histories.ofSagas();
    }
}
