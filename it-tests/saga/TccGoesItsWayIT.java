package saga;

import harness.Java;
import harness.Routes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Steps are tried in their order; then all are confirmed, however long that takes, or all are cancelled. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TccGoesItsWayIT {

    private final Journeys journeys = new Journeys();

    @BeforeAll
    void start() {
        journeys.use(Routes.start(journeys.settings, Java.root().resolve("it-tests/saga/trip.camel.yaml").toString()));
    }

    @AfterAll
    void stop() {
        journeys.close();
    }

    private void tried(String id, int step) {
        journeys.answer("trip", id, step, "TRY", "DONE", null);
    }

    private void confirmed(String id, int step) {
        journeys.answer("trip", id, step, "CONFIRM", "CONFIRMED", null);
    }

    private void cancelled(String id, int step) {
        journeys.answer("trip", id, step, "CANCEL", "UNDONE", null);
    }

    @Test
    void allAreConfirmedWhenAllWereTried() {
        assertThat(journeys.begin("trip", "t-1").getException()).isNull();
        tried("t-1", 1);
        journeys.awaitCommands("t-1", "TRY flight", "TRY hotel");
        tried("t-1", 2);
        journeys.awaitCommands("t-1", "TRY flight", "TRY hotel", "CONFIRM flight");
        confirmed("t-1", 1);
        journeys.awaitCommands("t-1", "TRY flight", "TRY hotel", "CONFIRM flight", "CONFIRM hotel");
        assertThat(journeys.steps("t-1")).isEqualTo("[flight CONFIRMED, hotel CONFIRMING]");
        confirmed("t-1", 2);

        journeys.awaitEnded("t-1", "COMPLETED");
        assertThat(journeys.steps("t-1")).isEqualTo("[flight CONFIRMED, hotel CONFIRMED]");
        assertThat(journeys.database.count("saga_step WHERE saga_id = 't-1' AND asked_at <= answered_at AND answered_at <= confirm_asked_at AND confirm_asked_at <= confirmed_at")).isEqualTo(2);
    }

    @Test
    void refusedTryLetsThoseBeforeItBeCancelled() {
        journeys.begin("trip", "t-2");
        tried("t-2", 1);
        journeys.answer("trip", "t-2", 2, "TRY", "REFUSED", "NO_ROOM");
        journeys.awaitCommands("t-2", "TRY flight", "TRY hotel", "CANCEL flight");
        cancelled("t-2", 1);

        journeys.awaitEnded("t-2", "COMPENSATED");
        assertThat(journeys.steps("t-2")).isEqualTo("[flight UNDONE, hotel REFUSED]");
        assertThat(journeys.database.value("SELECT reason FROM ended WHERE saga_id = 't-2'")).isEqualTo("NO_ROOM");
    }

    @Test
    void tryThatTimesOutIsCancelledTooAndItsLateAnswerChangesNothing() {
        journeys.begin("trip", "t-3");
        tried("t-3", 1);
        journeys.awaitCommands("t-3", "TRY flight", "TRY hotel");

        journeys.database.update("UPDATE saga SET due_at = now() WHERE saga_id = 't-3'");
        journeys.awaitCommands("t-3", "TRY flight", "TRY hotel", "CANCEL hotel");
        tried("t-3", 2);
        cancelled("t-3", 2);
        cancelled("t-3", 1);

        journeys.awaitEnded("t-3", "COMPENSATED");
        assertThat(journeys.commands("t-3")).containsExactly("TRY flight", "TRY hotel", "CANCEL hotel", "CANCEL flight");
        assertThat(journeys.database.value("SELECT ignored_answer FROM saga_step WHERE saga_id = 't-3' AND step = 2")).isEqualTo("TRY DONE");
    }

    /** A way back there is not: what is tried is confirmed. */
    @ParameterizedTest
    @CsvSource({"TRY, REFUSED", "TRY, DONE", "CANCEL, UNDONE", "UNDO, UNDONE", "DO, REFUSED"})
    void nothingButConfirmationsMovesAConfirmation(String action, String answer) {
        String id = "t-4-" + action + answer;
        journeys.begin("trip", id);
        tried(id, 1);
        tried(id, 2);
        journeys.awaitCommands(id, "TRY flight", "TRY hotel", "CONFIRM flight");

        journeys.answer("trip", id, 1, action, answer, null);

        Journeys.await().until(() -> journeys.database.count("saga_step WHERE saga_id = '" + id + "' AND ignored_answer = '" + action + " " + answer + "'") == 1);
        assertThat(journeys.state(id)).isEqualTo("CONFIRMING");
        assertThat(journeys.database.count("saga WHERE saga_id = '" + id + "' AND due_at IS NULL")).isEqualTo(1);
    }

    @Test
    void oneStepIsTriedAndConfirmedToo() {
        journeys.begin("walk", "w-1");
        journeys.answer("walk", "w-1", 1, "TRY", "DONE", null);
        journeys.awaitCommands("w-1", "TRY hotel", "CONFIRM hotel");
        assertThat(journeys.database.count("saga_step WHERE saga_id = 'w-1' AND state = 'CONFIRMING' AND answered_at IS NOT NULL")).isEqualTo(1);
        journeys.answer("walk", "w-1", 1, "CONFIRM", "CONFIRMED", null);

        journeys.awaitEnded("w-1", "COMPLETED");
        assertThat(journeys.steps("w-1")).isEqualTo("[hotel CONFIRMED]");
    }
}
