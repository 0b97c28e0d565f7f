package saga;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

import harness.Database;
import harness.Java;
import harness.Page;
import harness.Routes;
import harness.Servers;
import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The barrier of participants: each command has its effect once, however often, early or late it comes. */
class StepIsDoneOnceIT {

    private final Database database = Servers.database("schema.sql");
    private final Routes routes;
    private final ProducerTemplate template;

    StepIsDoneOnceIT() {
        database.update("CREATE TABLE work (id bigint GENERATED ALWAYS AS IDENTITY, action text)");
        routes = Routes.start(Map.of("database.bank-a.url", database.url(), "database.bank-a.user", "postgres"), Java.root().resolve("it-tests/saga/step-barrier.camel.yaml").toString());
        template = routes.context().createProducerTemplate();
    }

    @AfterEach
    void stop() throws Exception {
        template.close();
        routes.close();
    }

    private Exchange send(String route, String action, String refusal, Object step) {
        return template.request("direct:" + route, exchange -> {
            Map<String, Object> headers = new HashMap<>(Map.of("ce_saga", "transfer", "ce_sagaid", "t-1", "ce_sagastep", step, "ce_sagaaction", action));
            if (refusal != null) {
                headers.put("refusal", refusal);
            }
            exchange.getMessage().setHeaders(headers);
        });
    }

    private static String answer(Exchange exchange) {
        if (exchange.getException() != null) {
            assertThat(exchange.getException()).isInstanceOf(InvalidMessageException.class).hasMessageContaining("it cannot be done, and nobody was answered");
            return "ERROR";
        }
        Map<?, ?> step = exchange.getVariable("step", Map.class);
        return step.get("verdict").equals("REFUSED") ? "REFUSED " + step.get("reason") : "DONE";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            DO DO                       | DONE, DONE                                | DO             | DONE
            DO UNDO UNDO                | DONE, DONE, DONE                          | DO, UNDO       | UNDONE
            DO UNDO DO UNDO             | DONE, DONE, REFUSED UNDONE, DONE          | DO, UNDO       | UNDONE
            UNDO UNDO DO                | DONE, DONE, REFUSED VOID                  |                | VOID
            DO-poor DO UNDO DO          | REFUSED poor, REFUSED poor, DONE, REFUSED poor | DO        | REFUSED
            TRY TRY CONFIRM CONFIRM TRY | DONE, DONE, DONE, DONE, DONE              | TRY, CONFIRM   | CONFIRMED
            TRY CANCEL CANCEL TRY       | DONE, DONE, DONE, REFUSED UNDONE          | TRY, CANCEL    | UNDONE
            CANCEL TRY CANCEL           | DONE, REFUSED VOID, DONE                  |                | VOID
            CONFIRM TRY                 | ERROR, DONE                               | TRY            | DONE
            TRY CANCEL CONFIRM          | DONE, DONE, ERROR                         | TRY, CANCEL    | UNDONE
            CANCEL CONFIRM              | DONE, ERROR                               |                | VOID
            TRY-poor CONFIRM CANCEL     | REFUSED poor, ERROR, DONE                 | TRY            | REFUSED
            TRY CONFIRM CANCEL CONFIRM  | DONE, DONE, ERROR, DONE                   | TRY, CONFIRM   | CONFIRMED
            """)
    void commandsInAnyOrder(String commands, String answers, String work, String state) {
        List<String> answered = new ArrayList<>();
        for (String command : commands.split(" ")) {
            String[] parts = command.split("-");
            answered.add(answer(send(part(parts[0]), parts[0], parts.length > 1 ? parts[1] : null, 2)));
        }

        assertThat(String.join(", ", answered)).isEqualTo(answers);
        assertThat(String.join(", ", database.rows("SELECT action FROM work ORDER BY id").stream().map(row -> (String) row.get("action")).toList())).isEqualTo(work == null ? "" : work);
        assertThat(database.rows("SELECT state FROM step_barrier").toString()).isEqualTo("[{state=" + state + "}]");
    }

    private static String part(String action) {
        return action.endsWith("DO") ? "part-SAGA" : "part-TCC";
    }

    /** A handler that does not know a command would do nothing, and would answer that it is done. */
    @ParameterizedTest
    @CsvSource({"part-SAGA, TRY", "part-SAGA, CONFIRM", "part-SAGA, CANCEL", "part-TCC, DO", "part-TCC, UNDO"})
    void commandOfTheOtherModelWaitsForAHandlerThatKnowsIt(String route, String action) {
        assertThat(send(route, action, null, 2).getException()).rootCause().isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(action + " of saga transfer comes to enter-" + route.substring("part-".length()) + ", which does not know it");
        assertThat(database.count("step_barrier")).isZero();
    }

    /** The first holds its row until its transaction ends. */
    @Test
    void whoComesMeanwhileWaitsAndHasNoEffect() {
        List<CompletableFuture<String>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(CompletableFuture.supplyAsync(() -> answer(send("part-TCC", "TRY", null, 1))));
        }

        assertThat(all.stream().map(CompletableFuture::join)).containsOnly("DONE");
        assertThat(database.count("work")).isEqualTo(1);
    }

    /** In any language: the second command of a step waits for the transaction of the first, and finds what that has left. */
    @Test
    void sqlOfTheContractDoesTheSame() throws SQLException {
        List<String> sql = Pattern.compile("(?m)^    ((?:CREATE TABLE step_|INSERT INTO step_|SELECT state)[^;]*;)").matcher(Page.of("docs/contract.md").text()).results()
                .map(found -> found.group(1)).toList();
        assertThat(sql).hasSize(3);
        Database other = Servers.database();
        other.update(sql.get(0));
        try (Connection first = other.connect(); Connection second = other.connect(); Statement one = first.createStatement(); Statement two = second.createStatement()) {
            first.setAutoCommit(false);
            assertThat(one.executeUpdate(sql.get(1))).isEqualTo(1);
            one.execute("UPDATE step_barrier SET state = 'DONE'");
            two.execute("SET lock_timeout = '1s'");
            assertThatThrownBy(() -> two.execute(sql.get(1))).hasMessageContaining("lock timeout");
            first.commit();

            second.setAutoCommit(false);
            assertThat(two.executeUpdate(sql.get(1))).isZero();
            try (ResultSet found = two.executeQuery(sql.get(2))) {
                assertThat(found.next()).isTrue();
                assertThat(found.getString("state")).isEqualTo("DONE");
            }
            one.execute("SET lock_timeout = '1s'");
            assertThatThrownBy(() -> one.execute(sql.get(2))).hasMessageContaining("lock timeout");
            first.rollback();
            second.rollback();
        }
    }

    @Test
    void stepsOfAnotherNumberAreOthers() {
        assertThat(answer(send("part-SAGA", "UNDO", null, 1))).isEqualTo("DONE");
        assertThat(answer(send("part-SAGA", "DO", null, 2))).isEqualTo("DONE");
    }

    @ParameterizedTest
    @CsvSource({"0, DO", "1000, DO", "x, DO", "1, do", "1, ABORT"})
    void whatIsNoCommandIsRefused(String step, String action) {
        assertThat(send("part-SAGA", action, null, step).getException()).rootCause().isInstanceOf(InvalidMessageException.class)
                .hasMessageContaining("the message is no command of a saga, nothing was done, and nobody could be answered");
        assertThat(database.count("step_barrier")).isZero();
    }

    @Test
    void outsideATransactionItIsRefused() {
        assertThat(send("part-without-transaction", "DO", null, 1).getException()).rootCause().isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("step-barrier-action is outside a transaction in route");
        assertThat(database.count("step_barrier")).isZero();
    }
}
