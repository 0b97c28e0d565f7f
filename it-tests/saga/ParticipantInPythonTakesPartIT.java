package saga;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import harness.Database;
import harness.Downstream;
import harness.Http;
import harness.Servers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A warehouse in Python with SQLite, by docs/contract.md and no library: what is taken from it is what sagas have ended with, whenever it is killed. */
class ParticipantInPythonTakesPartIT {

    private static final int ORDERS = 16;
    private static final List<String> ACTIONS = List.of("DO", "UNDO", "TRY", "CONFIRM", "CANCEL");
    private static final int LONGEST = 4;

    private final HttpClient http = HttpClient.newHttpClient();
    private Warehouse warehouse;

    @BeforeAll
    static void findPython() throws InterruptedException {
        Warehouse.findPython();
    }

    @BeforeEach
    void start(@TempDir Path folder) {
        warehouse = new Warehouse(folder).start();
    }

    @AfterEach
    void stop() {
        warehouse.close();
    }

    @Test
    void reservationsOverItEndWhereverItIsKilled() throws IOException {
        sagasOverItEndWhereverItIsKilled("TCC");
    }

    @Tag("soak")
    @Test
    void compensatedStepsOverItEndWhereverItIsKilled() throws IOException {
        sagasOverItEndWhereverItIsKilled("SAGA");
    }

    /** At each tenth command it is killed: before it has got it, over it, or behind its work and before its answer, by turns. */
    private void sagasOverItEndWhereverItIsKilled(String model) throws IOException {
        AtomicInteger commands = new AtomicInteger();
        Random random = new Random(Long.getLong("seed", 4));
        try (Downstream between = new Downstream(0, request -> {
            if (Http.status(warehouse.url()) != 200) {
                // not up again: what is asked of it meanwhile is no command that it could be killed over
                return null;
            }
            switch (commands.incrementAndGet() % 30) {
                case 10 -> warehouse.kill();
                case 20 -> {
                    CompletableFuture.supplyAsync(() -> forward(request));
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(10));
                    warehouse.kill();
                }
                case 0 -> {
                    forward(request);
                    warehouse.kill();
                }
                default -> {
                    return forward(request);
                }
            }
            return null;
        }); Orders orders = new Orders(between.port())) {
            orders.settings.put("participant.model", model);
            orders.start();
            for (int i = 0; i < ORDERS; i++) {
                orders.begin("o-" + i, "{\"stock\": {\"item\": \"nail\", \"quantity\": %d}, \"ship\": {\"item\": \"crate\", \"quantity\": 1}}".formatted(2 + i % 3));
            }
            Journeys.await().untilAsserted(() -> {
                if (!warehouse.isAlive()) {
                    warehouse.start();
                }
                assertThat(orders.database.rows("SELECT * FROM saga WHERE ended_at IS NULL")).isEmpty();
            });

            warehouse.close();
            warehouse.start();
            assertThat(commands.get() / 10).as("kills").isGreaterThanOrEqualTo(3);
            assertBookIsAsSagasHaveEnded(orders.database);
        }
    }

    private byte[] forward(Downstream.Request request) {
        HttpRequest.Builder command = HttpRequest.newBuilder(URI.create(warehouse.url())).POST(BodyPublishers.ofByteArray(request.body()));
        request.headers().forEach((name, value) -> {
            if (name.matches("ce-.*|content-type|authorization")) {
                command.header(name, value);
            }
        });
        try {
            HttpResponse<String> answer = http.send(command.build(), HttpResponse.BodyHandlers.ofString());
            return Downstream.answer(answer.statusCode(), answer.body());
        } catch (IOException e) {
            // it is not up again
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private void assertBookIsAsSagasHaveEnded(Database orders) {
        Map<String, String> ends = orders.rows("SELECT saga_id, state || coalesce(' ' || reason, '') AS told FROM saga").stream()
                .collect(Collectors.toMap(row -> (String) row.get("saga_id"), row -> (String) row.get("told")));
        Map<Object, List<Map<String, Object>>> taken = warehouse.rows("withdrawal").stream().collect(Collectors.groupingBy(row -> row.get("saga_id")));
        ends.forEach((id, end) -> assertThat(taken.getOrDefault(id, List.of())).as("%s is %s", id, end).hasSize(end.equals("COMPLETED") ? 2 : 0));
        assertThat(new TreeSet<>(ends.values())).containsExactly("COMPENSATED OUT_OF_STOCK", "COMPLETED");
        assertThat(warehouse.rows("withdrawal")).as("nothing is reserved any more").allMatch(row -> row.get("state").equals("TAKEN"));
        assertThat(warehouse.rows("withdrawal").stream().filter(row -> row.get("item").equals("crate"))).as("crates, of which there are 12").hasSize(12);
        assertThat(warehouse.rows("work").stream().map(row -> row.get("saga_id") + " " + row.get("step") + " " + row.get("action"))).doesNotHaveDuplicates();
        assertThat(orders.count("dead_letter") + orders.count("inbox_parked") + orders.count("outbox_message") + orders.count("saga_step WHERE ignored_answers > 0")).isZero();
    }

    /** To all sequences of four commands it answers as the barrier of the pack does, and does the same work. */
    @ParameterizedTest
    @ValueSource(ints = {1, 1_000_000})
    void itKeepsTheTableOfTheContract(int quantity) throws Exception {
        Database database = Servers.database("schema.sql");
        byte[] data = "{\"s\": {\"item\": \"nail\", \"quantity\": %d}}".formatted(quantity).getBytes();
        List<String> differences = new ArrayList<>();
        List<String> work = new ArrayList<>();
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            Barrier barrier = new Barrier(connection);
            for (int number = 0; number < Math.pow(ACTIONS.size(), LONGEST); number++) {
                List<String> sequence = new ArrayList<>();
                for (int i = 0, rest = number; i < LONGEST; i++, rest /= ACTIONS.size()) {
                    String action = ACTIONS.get(rest % ACTIONS.size());
                    sequence.add(action);
                    String expected = barrier.take("q-" + number, action, quantity > 1, work);
                    String answer = warehouse.post(headers("q-" + number, "1", action), data);
                    if (!answer.equals(expected)) {
                        differences.add(sequence + " " + answer + ", and the barrier says " + expected);
                    }
                }
            }
            connection.commit();
        }

        assertThat(differences).isEmpty();
        assertThat(warehouse.rows("work").stream().map(row -> row.get("saga_id") + " " + row.get("action"))).containsExactlyInAnyOrderElementsOf(work);
        assertThat(states(warehouse.rows("step_barrier"))).isEqualTo(states(database.rows("SELECT saga_id, state FROM step_barrier")));
    }

    private static Set<String> states(List<Map<String, Object>> rows) {
        return rows.stream().map(row -> row.get("saga_id") + " " + row.get("state")).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, String> headers(String id, String step, String action) {
        return new HashMap<>(Map.of("Content-Type", "application/json", "Authorization", "Bearer " + Warehouse.TOKEN, "ce-specversion", "1.0",
                "ce-saga", "order", "ce-sagaid", id, "ce-sagastep", step, "ce-sagaaction", action, "ce-sagastepname", "s"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ce-sagastep    | 0          | 400
            ce-sagastep    | %D9%A1     | 400
            ce-sagaaction  | do         | 400
            ce-sagaid      | %FF        | 400
            ce-sagastepname | none      | 400
            Authorization  | Bearer x   | 401
            """)
    void whatIsNoCommandIsRefused(String header, String value, String status) throws Exception {
        Map<String, String> headers = headers("o-1", "1", "DO");
        headers.put(header, value);

        assertThat(warehouse.post(headers, "{\"s\": {\"item\": \"nail\", \"quantity\": 1}}".getBytes())).startsWith(status);
        assertThat(warehouse.rows("step_barrier")).isEmpty();
    }

    /** The shipped statements, as step-barrier-action runs them. */
    private static final class Barrier {
        private final Connection connection;
        private final Shipped enter = new Shipped("enter-step.sql");
        private final Shipped refuse = new Shipped("refuse-step.sql");

        Barrier(Connection connection) {
            this.connection = connection;
        }

        /** What a participant that cannot do any work, or can do all, has to answer. */
        String take(String id, String action, boolean poor, List<String> work) throws SQLException {
            Map<String, Object> command = new HashMap<>(Map.of("saga", "order", "sagaId", id, "step", 1, "action", action, "reason", "OUT_OF_STOCK"));
            java.sql.Savepoint before = connection.setSavepoint();
            Map<String, Object> step = enter.run(connection, command);
            if (step.get("work").equals("IMPOSSIBLE")) {
                connection.rollback(before);
                return "409 " + (step.get("was").equals("not there") ? "NOT_THERE" : step.get("was").equals("REFUSED") ? "OUT_OF_STOCK" : step.get("was"));
            }
            if (poor && Set.of("DO", "TRY").contains(step.get("work"))) {
                step = refuse.run(connection, command);
            } else if (!step.get("work").equals("NOTHING")) {
                work.add(id + " " + step.get("work"));
            }
            return step.get("verdict").equals("REFUSED") ? "409 " + step.get("reason") : "204";
        }
    }
}
