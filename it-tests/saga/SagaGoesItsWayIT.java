package saga;

import java.util.LinkedHashMap;
import java.util.Map;

import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A saga asks for its steps in order, and undoes them in the other; nothing that is repeated, late or wrong moves it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SagaGoesItsWayIT {

    private final Journeys journeys = new Journeys();

    @BeforeAll
    void start() {
        journeys.start();
    }

    @AfterAll
    void stop() {
        journeys.close();
    }

    @Test
    void stepsAreAskedForInTheirOrderAndTheEndIsToldInItsTransaction() {
        assertThat(journeys.begin("journey", "s-1").getException()).isNull();

        assertThat(journeys.database.rows("SELECT destination, message_key, type, convert_from(payload, 'UTF8') AS body, headers::text FROM outbox_message WHERE message_key = 's-1'").toString())
                .isEqualTo("[{destination=journey.flight, message_key=s-1, type=journey.flight, body={\"to\": \"Rome\"}, headers={\"ce_saga\": \"journey\", \"ce_sagaid\": \"s-1\", "
                        + "\"ce_sagastep\": \"1\", \"ce_sagaaction\": \"DO\", \"ce_sagastepname\": \"flight\"}}]");
        for (int step = 1; step <= 3; step++) {
            journeys.done("journey", "s-1", step);
        }
        journeys.awaitEnded("s-1", "COMPLETED");
        assertThat(journeys.commands("s-1")).containsExactly("DO flight", "DO hotel", "DO car");
        assertThat(journeys.steps("s-1")).isEqualTo("[flight DONE, hotel DONE, car DONE]");
        assertThat(journeys.database.value("SELECT data FROM ended WHERE saga_id = 's-1'")).isEqualTo("{\"to\": \"Rome\"}");
    }

    @Test
    void refusedStepLetsThoseBeforeItBeUndoneInTheOtherOrder() {
        journeys.begin("journey", "s-2");
        journeys.done("journey", "s-2", 1);
        journeys.done("journey", "s-2", 2);
        journeys.answer("journey", "s-2", 3, "DO", "REFUSED", "NO_CAR");
        journeys.awaitCommands("s-2", "DO flight", "DO hotel", "DO car", "UNDO hotel");
        journeys.undone("journey", "s-2", 2);
        journeys.awaitCommands("s-2", "DO flight", "DO hotel", "DO car", "UNDO hotel", "UNDO flight");
        assertThat(journeys.state("s-2")).isEqualTo("COMPENSATING");

        journeys.undone("journey", "s-2", 1);

        journeys.awaitEnded("s-2", "COMPENSATED");
        assertThat(journeys.steps("s-2")).isEqualTo("[flight UNDONE, hotel UNDONE, car REFUSED]");
        assertThat(journeys.database.value("SELECT reason FROM ended WHERE saga_id = 's-2'")).isEqualTo("NO_CAR");
    }

    @Test
    void firstStepThatIsRefusedLeavesNothingToUndo() {
        journeys.begin("journey", "s-3");

        journeys.answer("journey", "s-3", 1, "DO", "REFUSED", null);

        journeys.awaitEnded("s-3", "COMPENSATED");
        assertThat(journeys.commands("s-3")).containsExactly("DO flight");
        assertThat(journeys.database.value("SELECT reason FROM ended WHERE saga_id = 's-3'")).isEqualTo("UNSPECIFIED");
    }

    @Test
    void stepThatTimesOutIsUndoneTooAndItsLateAnswerChangesNothing() {
        journeys.begin("journey", "s-4");
        journeys.done("journey", "s-4", 1);
        journeys.awaitCommands("s-4", "DO flight", "DO hotel");

        journeys.database.update("UPDATE saga SET due_at = now() WHERE saga_id = 's-4'");
        journeys.awaitCommands("s-4", "DO flight", "DO hotel", "UNDO hotel");
        journeys.done("journey", "s-4", 2);
        journeys.awaitTaken();

        assertThat(journeys.commands("s-4")).containsExactly("DO flight", "DO hotel", "UNDO hotel");
        assertThat(journeys.database.rows("SELECT state, reason, ignored_answers, ignored_answer FROM saga_step WHERE saga_id = 's-4' AND step = 2").toString())
                .isEqualTo("[{state=UNDOING, reason=TIMED_OUT, ignored_answers=1, ignored_answer=DO DONE}]");
        journeys.undone("journey", "s-4", 2);
        journeys.undone("journey", "s-4", 1);
        journeys.awaitEnded("s-4", "COMPENSATED");
        assertThat(journeys.database.value("SELECT reason FROM ended WHERE saga_id = 's-4'")).isEqualTo("TIMED_OUT");
    }

    @Test
    void repeatedAnswerChangesNothing() {
        journeys.begin("journey", "s-5");
        journeys.done("journey", "s-5", 1);
        journeys.done("journey", "s-5", 1);
        journeys.undone("journey", "s-5", 2);
        journeys.awaitTaken();

        assertThat(journeys.commands("s-5")).containsExactly("DO flight", "DO hotel");
        assertThat(journeys.database.value("SELECT ignored_answers FROM saga_step WHERE saga_id = 's-5' AND step = 1")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"saga":"journey","sagaId":"nobody","step":1,"action":"DO","answer":"DONE"} | saga journey nobody is not known here: an answer to it has no effect
            {"saga":"journey","sagaId":"s-9","step":1,"action":"DO","answer":"MAYBE"}   | answer (MAYBE) is not DONE|REFUSED|UNDONE|CONFIRMED: the message is no answer to a saga
            {"saga":"journey","sagaId":"s-9","step":1,"action":"UNDO","answer":"DONE"}  | answer (DONE) is none to UNDO
            {"saga":"journey","sagaId":"s-9","step":1,"action":"UNDO","answer":"REFUSED"} | answer (REFUSED) is none to UNDO
            {"saga":"journey","sagaId":"s-9","step":1,"action":"TRY","answer":"UNDONE"} | answer (UNDONE) is none to TRY
            {"saga":"journey","sagaId":"s-9","step":1,"action":"CANCEL","answer":"CONFIRMED"} | answer (CONFIRMED) is none to CANCEL
            {"saga":"journey","sagaId":"s-9","step":0,"action":"DO","answer":"DONE"}    | step (0) is not
            {"saga":"journey","sagaId":"a b","step":1,"action":"DO","answer":"DONE"}    | sagaId (a b) is not
            {"saga":"joumey","sagaId":"s-9","step":1,"action":"DO","answer":"DONE"}     | saga (joumey) is not defined here
            {"saga":"journey","step":1,"action":"DO","answer":"DONE"}                   | sagaId (null) is not
            """)
    void answerThatIsNoneIsADeadLetter(String body, String error) {
        long before = journeys.database.count("dead_letter");

        journeys.send(body);

        Journeys.await().until(() -> journeys.database.count("dead_letter") > before);
        assertThat(journeys.database.rows("SELECT error_message FROM dead_letter ORDER BY id DESC LIMIT 2").toString()).contains(error);
        journeys.awaitTaken();
    }

    @Test
    void whatIsDoneBehindThePivotIsNotUndone() {
        journeys.begin("order", "o-1");
        journeys.done("order", "o-1", 1);
        journeys.done("order", "o-1", 2);
        journeys.awaitCommands("o-1", "DO stock", "DO pay", "DO ship");
        assertThat(journeys.database.count("saga WHERE saga_id = 'o-1' AND due_at IS NULL")).isEqualTo(1);

        journeys.answer("order", "o-1", 3, "DO", "REFUSED", "NO_TRUCK");
        Journeys.await().until(() -> journeys.database.count("saga WHERE saga_id = 'o-1' AND due_at IS NOT NULL AND reason = 'NO_TRUCK'") == 1);
        journeys.database.update("UPDATE saga SET due_at = now() WHERE saga_id = 'o-1'");
        journeys.awaitCommands("o-1", "DO stock", "DO pay", "DO ship", "DO ship");
        assertThat(journeys.database.value("SELECT asks FROM saga_step WHERE saga_id = 'o-1' AND step = 3")).isEqualTo(2);

        journeys.done("order", "o-1", 3);
        journeys.awaitEnded("o-1", "COMPLETED");
        assertThat(journeys.database.count("outbox_message WHERE message_key = 'customer-1'")).isEqualTo(4);
    }

    @Test
    void refusedPivotLetsThoseBeforeItBeUndone() {
        journeys.begin("order", "o-2");
        journeys.done("order", "o-2", 1);
        journeys.answer("order", "o-2", 2, "DO", "REFUSED", "NO_MONEY");
        journeys.awaitCommands("o-2", "DO stock", "DO pay", "UNDO stock");
        journeys.undone("order", "o-2", 1);

        journeys.awaitEnded("o-2", "COMPENSATED");
    }

    @Test
    void startingTwiceHasNoFurtherEffectAndOtherDataAreRefused() {
        journeys.begin("journey", "s-6");
        assertThat(journeys.begin("journey", "s-6", "{ \"to\" :\"Rome\"}", Map.of()).getException()).isNull();

        Exchange other = journeys.begin("journey", "s-6", "{\"to\":\"Oslo\"}", Map.of());

        assertThat(other.getException()).isInstanceOf(InvalidMessageException.class).hasMessageContaining("saga id s-6 is taken by a saga journey with other data");
        assertThat(journeys.begin("order", "s-6").getException()).isInstanceOf(InvalidMessageException.class).hasMessageContaining("saga id s-6 is taken by a saga journey");
        assertThat(journeys.commands("s-6")).containsExactly("DO flight");
        assertThat(journeys.database.count("wish WHERE id = 's-6'")).isEqualTo(2);
    }

    @Test
    void rolledBackStartLeavesNothing() {
        assertThat(journeys.begin("journey", "s-7", "{}", Map.of("fails", true)).getException()).hasMessage("as the test wants it");

        assertThat(journeys.database.count("saga WHERE saga_id = 's-7'")).isZero();
        assertThat(journeys.commands("s-7")).isEmpty();
        assertThat(journeys.database.count("wish WHERE id = 's-7'")).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a b | {}                     | startId (a b) is no id
            ''  | {}                     | startId () is no id
            s-8 | [1]                    | the body is no JSON object, or has a name twice: the saga journey s-8 was not started
            s-8 | {"a":1} {}             | the body is no JSON object
            s-8 | {"a":1, "a":2}         | the body is no JSON object, or has a name twice
            s-8 | {"a":"\\u0000"}        | the body has a character that PostgreSQL does not store
            s-8 | {"a":"\\ud800"}        | the body has a character that PostgreSQL does not store
            """)
    void startThatIsNoneIsRefused(String id, String body, String error) {
        Exchange refused = journeys.begin("journey", id, body, Map.of());

        assertThat(refused.getException()).isInstanceOf(InvalidMessageException.class).hasMessageContaining(error);
        assertThat(journeys.database.count("saga WHERE saga_id = 's-8'")).isZero();
    }

    @Test
    void orderWithAKeyThatIsNotThereIsNotStarted() {
        assertThat(journeys.begin("order-of-nobody", "o-3").getException()).isInstanceOf(ConfigurationException.class).hasMessageContaining("startKey (${header.customer}) of saga order is null or empty");
        assertThat(journeys.begin("order-of-nobody", "o-3", "{}", Map.of("customer", "c")).getException()).isNull();

        assertThat(journeys.database.value("SELECT message_key FROM saga WHERE saga_id = 'o-3'")).isEqualTo("c");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            DO   | DONE    | none      | {"saga":"journey","sagaId":"p-1","step":2,"action":"DO","answer":"DONE"}
            DO   | REFUSED | OVER <4>  | {"saga":"journey","sagaId":"p-1","step":2,"action":"DO","answer":"REFUSED","reason":"OVER <4>"}
            DO   | REFUSED | none      | {"saga":"journey","sagaId":"p-1","step":2,"action":"DO","answer":"REFUSED"}
            UNDO | DONE    | OVER      | {"saga":"journey","sagaId":"p-1","step":2,"action":"UNDO","answer":"UNDONE"}
            TRY  | REFUSED | OVER <4>  | {"saga":"journey","sagaId":"p-1","step":2,"action":"TRY","answer":"REFUSED","reason":"OVER <4>"}
            CONFIRM | DONE | none      | {"saga":"journey","sagaId":"p-1","step":2,"action":"CONFIRM","answer":"CONFIRMED"}
            CANCEL | DONE  | OVER      | {"saga":"journey","sagaId":"p-1","step":2,"action":"CANCEL","answer":"UNDONE"}
            """)
    void participantAnswersByItsOutboxWithTheKeyOfTheCommand(String action, String verdict, String reason, String answer) {
        Map<String, Object> command = command(action);
        command.put("verdict", verdict);
        command.put("reason", reason);

        assertThat(journeys.takePart(command).getException()).isNull();

        assertThat(journeys.database.rows("DELETE FROM outbox_message WHERE message_key = 'participant' RETURNING destination, convert_from(payload, 'UTF8') AS body").toString())
                .isEqualTo("[{destination=journey.answers, body=" + answer + "}]");
    }

    /** It goes on as one line of 200 characters, whole ones. */
    @Test
    void reasonOfAnyTextIsTold() {
        Map<String, Object> command = command("DO");
        command.put("verdict", "REFUSED");
        command.put("reason", "over\nthe\0 limit " + "x".repeat(184) + "\ud83d\ude00\ud83d\ude00");

        assertThat(journeys.takePart(command).getException()).isNull();

        assertThat(journeys.database.value("DELETE FROM outbox_message WHERE message_key = 'participant' RETURNING convert_from(payload, 'UTF8')::jsonb ->> 'reason'"))
                .isEqualTo("over the limit " + "x".repeat(184));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            DO   | MAYBE   | the verdict (MAYBE) on saga journey p-1, step 2 is neither DONE nor REFUSED
            DO   | none    | the verdict (null) on saga journey p-1, step 2 is neither DONE nor REFUSED
            UNDO | REFUSED | the verdict (REFUSED) on UNDO of saga journey p-1, step 2 is not DONE
            CONFIRM | REFUSED | the verdict (REFUSED) on CONFIRM of saga journey p-1, step 2 is not DONE
            none | DONE    | the message has no header ce_sagaaction: it is no command of a saga
            """)
    void answerThatAParticipantCannotGiveIsRefused(String action, String verdict, String error) {
        Map<String, Object> command = command(action);
        command.put("verdict", verdict);

        assertThat(journeys.takePart(command).getException()).isInstanceOf(action == null ? InvalidMessageException.class : ConfigurationException.class).hasMessageContaining(error);
        assertThat(journeys.database.count("outbox_message WHERE message_key = 'participant'")).isZero();
    }

    private static Map<String, Object> command(String action) {
        Map<String, Object> command = new LinkedHashMap<>(Map.of("ce_saga", "journey", "ce_sagaid", "p-1", "ce_sagastep", "2", "ce_partitionkey", "participant"));
        command.put("ce_sagaaction", action);
        return command;
    }
}
