package half;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import harness.Database;
import harness.Java;
import harness.Page;
import harness.Routes;
import harness.Servers;
import io.reliableroutes.InvalidMessageException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What a check-back was told is true for ever: a transaction that comes too late is refused, and one that has committed is never denied. */
class BarrierRefusesLateTransactionsIT {

    private static final String ID = "0d5e0dd1-3c3a-4b0b-8f5c-2f1f5a3e5b11";
    private final Database database = database();
    private final Routes routes = Routes.start(Map.of("database.bank-a.url", database.url(), "database.bank-a.user", "postgres"), Java.root().resolve("it-tests/half/barrier.camel.yaml").toString());
    private final ProducerTemplate template = routes.context().createProducerTemplate();

    /** Of a producer, without any other table of the pack. */
    private static Database database() {
        Database database = Servers.database("barrier.sql", "barrier.sql");
        database.update("CREATE TABLE change (message_id uuid)");
        return database;
    }

    @AfterEach
    void stop() throws Exception {
        template.close();
        routes.close();
    }

    @Test
    void whoCommitsBehindANegativeAnswerIsRefused() {
        assertThat(answer(ID)).isEqualTo(409);

        Exchange change = send("change", ID);

        assertThat(change.getException()).isInstanceOf(InvalidMessageException.class).hasMessageContaining("message " + ID + " does not pass the barrier");
        assertThat(database.count("change")).isZero();
        assertThat(answer(ID)).isEqualTo(409);
    }

    @Test
    void whoHasCommittedIsNeverDenied() {
        assertThat(send("change", ID).getException()).isNull();

        assertThat(List.of(answer(ID), answer(ID))).containsExactly(200, 200);
        assertThat(send("change", ID).getException()).as("twice").isInstanceOf(InvalidMessageException.class);
        assertThat(database.count("change")).isEqualTo(1);
    }

    @Test
    void runningTransactionIsToldAsRunning() throws SQLException {
        for (boolean commits : new boolean[] {true, false}) {
            String id = MessageService.id();
            try (Connection session = database.connect(); Statement statement = session.createStatement()) {
                session.setAutoCommit(false);
                statement.execute("INSERT INTO message_barrier (message_id, decision) VALUES ('" + id + "', 'COMMITTED')");

                assertThat(answer(id)).isEqualTo(425);

                if (commits) {
                    session.commit();
                } else {
                    session.rollback();
                }
            }
            assertThat(answer(id)).isEqualTo(commits ? 200 : 409);
        }
    }

    @Test
    void whoeverComesFirstBothSeeTheSame() {
        int told = 0;
        for (int i = 0; i < 200; i++) {
            String id = MessageService.id();
            // of ten, one answer comes first and one change; of the others whoever does
            CompletableFuture<Integer> first = i % 10 == 0 ? CompletableFuture.supplyAsync(() -> decided(id)) : CompletableFuture.completedFuture(null);
            CompletableFuture<Exchange> change = first.thenApplyAsync(any -> send("change", id));
            CompletableFuture<Integer> answer = i % 10 == 0 ? first : i % 10 == 1 ? change.thenApply(any -> decided(id)) : CompletableFuture.supplyAsync(() -> decided(id));

            boolean changed = change.join().getException() == null;

            assertThat(answer.join()).as("%s, changed: %s", id, changed).isEqualTo(changed ? 200 : 409);
            assertThat(database.count("change WHERE message_id = '" + id + "'")).isEqualTo(changed ? 1 : 0);
            told += changed ? 1 : 0;
        }
        assertThat(told).as("both ways").isBetween(1, 199);
    }

    @Test
    void wrongUseIsRefused() {
        assertThat(send("change-without-transaction", ID).getException()).hasMessageContaining("barrier-action enters outside a transaction in route ");
        assertThat(send("answer-in-transaction", ID).getException()).hasMessageContaining("barrier-action asks in a transaction in route ");
        assertThat(send("answer", "1").getException()).isInstanceOf(InvalidMessageException.class).hasMessageContaining("is no UUID");
        assertThat(database.count("message_barrier")).isZero();
    }

    /** The page's SQL, for those without Camel: as it stands there, beside the Kamelet. */
    @Test
    void sqlOfTheContractDoesTheSame() throws SQLException {
        Matcher statements = Pattern.compile("(?m)^    ((?:CREATE TABLE message_|INSERT INTO message_|SET LOCAL)[^;]*;)").matcher(Page.of("docs/contract.md").text());
        List<String> sql = statements.results().map(found -> found.group(1)).toList();
        assertThat(sql).hasSize(4);
        Database other = Servers.database();
        other.update(sql.get(0) + "CREATE TABLE change (id integer)");

        assertThat(ask(other, sql)).isEqualTo("ROLLED_BACK");
        try (Connection session = other.connect(); Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            statement.execute("INSERT INTO change VALUES (1)");
            assertThat(state(() -> statement.execute(sql.get(1)))).isEqualTo("23505");
            session.rollback();
        }
        assertThat(other.count("change")).isZero();
        other.update("TRUNCATE message_barrier");
        try (Connection session = other.connect(); Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            statement.execute(sql.get(1));
            assertThat(state(() -> ask(other, sql))).isEqualTo("55P03");
            session.commit();
        }
        assertThat(ask(other, sql)).isEqualTo("COMMITTED");
    }

    private static String ask(Database database, List<String> sql) throws SQLException {
        try (Connection session = database.connect(); Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            statement.execute(sql.get(2));
            statement.execute(sql.get(3));
            statement.getResultSet().next();
            String decision = statement.getResultSet().getString(1);
            session.commit();
            return decision;
        }
    }

    private static String state(Attempt attempt) {
        try {
            attempt.run();
            return null;
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    /** While a change holds the barrier for long, nobody can tell. */
    private Integer decided(String id) {
        Integer told;
        do {
            told = answer(id);
        } while (told == 425);
        return told;
    }

    private Integer answer(String id) {
        Exchange answer = send("answer", id);
        assertThat(answer.getException()).isNull();
        return answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }

    private Exchange send(String route, String id) {
        return template.request("direct:" + route, exchange -> exchange.getMessage().setHeader("message", id));
    }

    private interface Attempt {
        void run() throws SQLException;
    }
}
