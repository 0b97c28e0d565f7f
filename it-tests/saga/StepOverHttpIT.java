package saga;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import harness.Downstream;
import harness.Planted;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A participant that has only HTTP takes part in a saga: each is answered as it has said, and what says nothing waits visibly. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StepOverHttpIT {

    private final List<Downstream.Request> requests = Collections.synchronizedList(new ArrayList<>());
    private Downstream participant;
    private Orders orders;
    private String id = "o-0";
    private volatile Answers answers;

    /** To a command such as {@code UNDO 1}. */
    private interface Answers {
        byte[] to(String command) throws InterruptedException;
    }

    @BeforeAll
    void start() throws IOException {
        participant = new Downstream(0, request -> {
            boolean mine = request.headers().get("ce-sagaid").equals(id);
            if (mine) {
                requests.add(request);
            }
            return mine ? answers.to(command(request)) : Downstream.answer(200, "");
        });
        orders = new Orders(participant.port());
        orders.settings.put("inbox.retry.max-attempts", "2");
        orders.start();
    }

    @AfterAll
    void stop() throws IOException {
        orders.close();
        participant.close();
    }

    @BeforeEach
    void takeTheNext() {
        id = "o-" + (Integer.parseInt(id.substring(2)) + 1);
        requests.clear();
    }

    private void begin(Answers answers) {
        this.answers = answers;
        orders.begin(id);
    }

    private static String command(Downstream.Request request) {
        return request.headers().get("ce-sagaaction") + " " + request.headers().get("ce-sagastep");
    }

    private List<String> commands() {
        return List.copyOf(requests).stream().map(StepOverHttpIT::command).toList();
    }

    private static byte[] refused(String body) {
        return Downstream.answer(409, body, "Content-Type: application/problem+json");
    }

    private long waiting(String table, String how) {
        return orders.database.count(table + " WHERE headers ->> 'ce_sagaid' = '" + id + "' AND " + how);
    }

    @Test
    void commandIsACloudEventInBinaryMode() {
        begin(command -> Downstream.answer(204, ""));

        orders.awaitEnd(id, "COMPLETED");
        assertThat(commands()).containsExactly("DO 1", "DO 2");
        Downstream.Request request = requests.get(0);
        assertThat(request.method() + " " + request.path()).isEqualTo("POST " + Orders.PATH);
        assertThat(request.text()).isEqualTo("{\"item\": \"%s\"}", Planted.PAYLOAD);
        assertThat(request.headers()).containsAllEntriesOf(Map.of("ce-specversion", "1.0", "ce-type", "order.stock", "ce-source", "orders", "ce-saga", "order", "ce-sagaid", id, "ce-sagastepname",
                "stock", "ce-partitionkey", id, "content-type", "application/json", "authorization", "Bearer " + Planted.secret("token"))).containsKeys("ce-id", "ce-time");
        assertThat(request.headers().keySet()).as("nothing else is told").allMatch(name -> name.matches("ce-[a-z]+|content-(type|length)|authorization|host|user-agent|connection|http2-settings|upgrade"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"title": "Conflict", "detail": "OUT_OF_STOCK"} | OUT_OF_STOCK
            {"title": "OUT_OF_STOCK"}                       | OUT_OF_STOCK
            {"title": "OUT_OF_STOCK", "detail": null}       | OUT_OF_STOCK
            {"title": "OUT_OF_STOCK", "detail": 7}          | OUT_OF_STOCK
            {"title": 7, "detail": {"detail": "x"}}         | HTTP 409
            {"detail": "a\\u0000b\\r\\nc  d\\ud800"}        | a b c d
            {"detail": "see http://x/a/b?c=d"}              | see http://x/a/…
            ["detail"]                                      | HTTP 409
            <p>no</p>                                       | HTTP 409
            ''                                              | HTTP 409
            """)
    void refusalIsToldWithItsReasonAndTheStepsBeforeItAreUndone(String body, String reason) {
        begin(command -> command.equals("DO 2") ? refused(body) : Downstream.answer(200, ""));

        orders.awaitEnd(id, "COMPENSATED " + reason);
        assertThat(commands()).containsExactly("DO 1", "DO 2", "UNDO 1");
    }

    @Test
    void reasonIsCutBetweenTwoCharacters() {
        begin(command -> refused("{\"detail\": \"" + "x".repeat(199) + "\ud83d\ude00\"}"));

        orders.awaitEnd(id, "COMPENSATED " + "x".repeat(199));
    }

    @Test
    void secretsOfTheAddressThatAReasonTellsAreTakenOut() {
        begin(command -> refused("{\"detail\": \"no %s here, %s, %s\"}".formatted(Orders.PATH, Planted.secret("query"), Planted.secret("token"))));

        orders.awaitEnd(id, "COMPENSATED no /v1/…?key=… here, …, …");
    }

    @ParameterizedTest
    @CsvSource({"409, 3", "400, 1", "500, 3"})
    void compensationThatFailsIsADeadLetterThatStopsNoOtherSaga(int status, int asked) {
        begin(command -> command.equals("DO 2") ? refused("{\"detail\": \"OUT_OF_STOCK\"}") : command.equals("UNDO 1") ? Downstream.answer(status, "{\"detail\": \"CLOSED\"}") : Downstream.answer(200, ""));

        Journeys.await().until(() -> waiting("dead_letter", "true") == 1);
        assertThat(orders.database.rows("SELECT state, reason FROM saga WHERE saga_id = ?", id).toString()).isEqualTo("[{state=COMPENSATING, reason=OUT_OF_STOCK}]");
        assertThat((String) orders.database.value("SELECT error_message FROM dead_letter WHERE headers ->> 'ce_sagaid' = ?", id)).startsWith("participant warehouse-over-http answers HTTP " + status
                + " to UNDO of saga order " + id + ", step 1" + (status == 409 ? " (CLOSED), which cannot be refused: " : ": "));
        assertThat(commands().stream().filter("UNDO 1"::equals).count()).isGreaterThanOrEqualTo(asked);
        orders.begin("behind-" + id);
        orders.awaitEnd("behind-" + id, "COMPLETED");
    }

    @ParameterizedTest
    @CsvSource({"425", "503"})
    void answerThatNamesATimeIsWaitedFor(int status) {
        begin(command -> Downstream.answer(status, "", "Retry-After: 3600"));

        Journeys.await().until(() -> waiting("inbox_parked", "attempts = 0 AND next_attempt_at > now() + interval '50 minutes'") == 1);
    }

    @Test
    void redirectIsNotFollowedAndAnOutageUsesUpNoAttempt() {
        begin(command -> requests.size() < 6 ? Downstream.answer(307, "", "Location: /elsewhere") : Downstream.answer(200, ""));

        orders.awaitEnd(id, "COMPLETED");
        assertThat(commands()).containsExactly("DO 1", "DO 1", "DO 1", "DO 1", "DO 1", "DO 1", "DO 2");
        assertThat(requests).extracting(Downstream.Request::path).containsOnly(Orders.PATH);
    }

    @Test
    void bodyWithoutAnEndAndAnswerThatDoesNotComeAreWaitedForNoLongerThanTheTimeOut() {
        begin(command -> {
            if (requests.size() == 1) {
                TimeUnit.SECONDS.sleep(20);
            }
            return Downstream.answer(command.equals("DO 2") ? 409 : 200, "{\"detail\":\"" + "x".repeat(10_000_000));
        });

        orders.awaitEnd(id, "COMPENSATED HTTP 409");
        // each as often as its answer, however bad, was late
        assertThat(commands()).startsWith("DO 1", "DO 1");
        assertThat(commands().stream().distinct()).containsExactly("DO 1", "DO 2", "UNDO 1");
    }
}
