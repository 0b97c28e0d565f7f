package saga;

import java.io.IOException;
import java.sql.SQLException;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The transfer by TCC: the orchestrator and each bank are killed at tries, confirmations and cancellations; in the soak at all of them. */
class TccTransferSurvivesCrashesIT extends TransferSurvivesCrashes {

    TccTransferSurvivesCrashesIT() throws IOException {
        super("tcc");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            orchestrator | behind | A | UPDATE ON saga           | NEW.state = 'COMPENSATING'                  | REFUSED
            bank A       | before | A | UPDATE ON step_barrier   | NEW.state = 'CONFIRMED'                     | OK
            bank B       | behind | B | UPDATE ON step_barrier   | NEW.state = 'UNDONE'                        | LATE
            orchestrator | outage | A | UPDATE ON saga           | NEW.state = 'CONFIRMING' AND NEW.step = 2   | OK
            """)
    void killed(String victim, String when, String where, String event, String rows, String kind) throws SQLException {
        kill(victim, when, where, event, rows, kind);
    }

    @Tag("soak")
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            orchestrator | before | A | UPDATE ON saga           | NEW.state = 'CONFIRMING' AND NEW.step = 1   | OK
            bank A       | before | A | UPDATE ON step_barrier   | NEW.state = 'UNDONE'                        | REFUSED
            bank B       | before | B | DELETE ON outbox_message | OLD.destination = 'reservation.answered'    | OK
            orchestrator | before | A | INSERT ON saga           | true                                        | OK
            orchestrator | behind | A | UPDATE ON saga           | NEW.state = 'CONFIRMING' AND NEW.step = 1   | OK
            orchestrator | before | A | UPDATE ON saga           | NEW.state = 'CONFIRMING' AND NEW.step = 2   | OK
            orchestrator | before | A | UPDATE ON saga           | NEW.state = 'COMPLETED'                     | OK
            orchestrator | before | A | UPDATE ON saga           | NEW.state = 'COMPENSATING'                  | LATE
            bank A       | behind | A | INSERT ON step_barrier   | NEW.state = 'DONE'                          | OK
            bank B       | before | B | INSERT ON step_barrier   | NEW.state = 'DONE'                          | OK
            bank B       | behind | B | UPDATE ON step_barrier   | NEW.state = 'CONFIRMED'                     | OK
            bank B       | outage | B | UPDATE ON step_barrier   | NEW.state = 'CONFIRMED'                     | OK
            """)
    void killedAtTheOtherSteps(String victim, String when, String where, String event, String rows, String kind) throws SQLException {
        kill(victim, when, where, event, rows, kind);
    }
}
