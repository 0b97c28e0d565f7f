package model;

import java.util.List;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;

/** Broken statements of sagas are caught by the model, each by a history that is shrunk. */
@PropertyDefaults(tries = 5000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
class BrokenSagaIsCaughtIT {

    @Property
    @Caught
    void lateAnswerGoesOn(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("advance-saga", "s.state = 'RUNNING' AND a.action = CASE", "a.action = CASE"));
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

    @Tag("soak")
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

    @Tag("soak")
    @Property
    @Caught
    void confirmBeforeAllAreTried(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("advance-saga", "WHEN a.answer = 'DONE' AND s.step = jsonb_array_length(s.steps) AND s.model = 'TCC' THEN 'CONFIRMING'",
                "WHEN a.answer = 'DONE' AND s.step >= jsonb_array_length(s.steps) - 1 AND s.model = 'TCC' THEN 'CONFIRMING'")
                .edit("advance-saga", "WHEN a.answer = 'DONE' AND s.step = jsonb_array_length(s.steps) AND s.model = 'TCC' THEN 1",
                        "WHEN a.answer = 'DONE' AND s.step >= jsonb_array_length(s.steps) - 1 AND s.model = 'TCC' THEN 1"));
    }

    @Property
    @Caught
    void lateRefusalOfATryCancelsWhatIsConfirmed(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("advance-saga", "AND (s.state = 'RUNNING' AND a.action", "AND (s.state IN ('RUNNING', 'CONFIRMING') AND a.action"));
    }

    @Property
    @Caught
    void confirmationTimesOut(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("time-out-sagas", "AND s.due_at <= now()", "AND (s.due_at <= now() OR s.state = 'CONFIRMING')"));
    }

    @Property
    @Caught
    void lastConfirmationIsNotAwaited(@ForAll("histories") List<Move> history) throws Exception {
        run(history, new Statements().edit("advance-saga", "WHEN a.answer = 'CONFIRMED' AND s.step < jsonb_array_length(s.steps) THEN 'CONFIRMING'",
                "WHEN a.answer = 'CONFIRMED' AND s.step < jsonb_array_length(s.steps) - 1 THEN 'CONFIRMING'")
                .edit("advance-saga", "WHEN a.answer IN ('DONE', 'CONFIRMED') AND s.step = jsonb_array_length(s.steps) THEN 'COMPLETED'",
                        "WHEN a.answer IN ('DONE', 'CONFIRMED') AND s.step >= jsonb_array_length(s.steps) - CASE a.answer WHEN 'CONFIRMED' THEN 1 ELSE 0 END THEN 'COMPLETED'")
                .edit("advance-saga", "WHEN a.answer IN ('DONE', 'CONFIRMED') THEN s.step = jsonb_array_length(s.steps) ELSE s.step = 1 END",
                        "WHEN a.answer = 'CONFIRMED' THEN s.step >= jsonb_array_length(s.steps) - 1 WHEN a.answer = 'DONE' THEN s.step = jsonb_array_length(s.steps) ELSE s.step = 1 END"));
    }

    private static void run(List<Move> history, Statements broken) throws Exception {
        Shortest.play(history, moves -> SagaHistory.play(broken, moves));
    }

    @Provide
    Arbitrary<List<Move>> histories() {
        return Histories.ofSagas();
    }
}
