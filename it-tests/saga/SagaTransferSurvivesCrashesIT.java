package saga;

import java.io.IOException;
import java.sql.SQLException;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The transfer as a saga: the orchestrator and each bank are killed at their steps; in the soak at all of them. */
class SagaTransferSurvivesCrashesIT extends TransferSurvivesCrashes {

    SagaTransferSurvivesCrashesIT() throws IOException {
        super("saga");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            orchestrator | behind | A | UPDATE ON saga           | NEW.state = 'RUNNING' AND NEW.step = 2      | OK
            orchestrator | before | A | UPDATE ON saga           | NEW.state = 'COMPENSATING'                  | LATE
            bank A       | before | A | UPDATE ON step_barrier   | NEW.state = 'UNDONE'                        | REFUSED
            bank B       | before | B | DELETE ON outbox_message | OLD.destination = 'transfer.answered'       | OK
            """)
    void killed(String victim, String when, String where, String event, String rows, String kind) throws SQLException {
        kill(victim, when, where, event, rows, kind);
    }

    @Tag("soak")
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            orchestrator | before | A | INSERT ON saga           | true                                        | OK
            orchestrator | outage | A | UPDATE ON saga           | NEW.state = 'COMPENSATING'                  | REFUSED
            orchestrator | before | A | UPDATE ON saga           | NEW.state = 'RUNNING' AND NEW.step = 2      | OK
            orchestrator | before | A | UPDATE ON saga           | NEW.state = 'COMPLETED'                     | OK
            orchestrator | behind | A | UPDATE ON saga           | NEW.state = 'COMPENSATING'                  | REFUSED
            orchestrator | before | A | UPDATE ON saga           | NEW.state = 'COMPENSATED'                   | REFUSED
            bank A       | behind | A | INSERT ON step_barrier   | NEW.state = 'DONE'                          | OK
            bank A       | before | A | DELETE ON outbox_message | OLD.destination = 'transfer.debit'          | OK
            bank B       | before | B | INSERT ON step_barrier   | NEW.state = 'DONE'                          | OK
            bank B       | behind | B | UPDATE ON step_barrier   | NEW.state = 'UNDONE'                        | LATE
            """)
    void killedAtTheOtherSteps(String victim, String when, String where, String event, String rows, String kind) throws SQLException {
        kill(victim, when, where, event, rows, kind);
    }
}
