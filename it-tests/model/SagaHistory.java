package model;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A history of sagas: the shipped statements in sessions of two orchestrators, a starter and a time-out, and participants beside them whose
 * answers come in any order, twice, late or never.
 */
final class SagaHistory {

    private static final String[] STEPS = {"{\"name\":\"a\",\"destination\":\"x\"}", "{\"name\":\"b\",\"destination\":\"y\"}", "{\"name\":\"c\",\"destination\":\"z\"}"};
    private static final List<Integer> PIVOTS = Arrays.asList(null, 2, null, 1, null, 3);
    private static final List<String> MODELS = List.of("SAGA", "SAGA", "TCC", "SAGA", "TCC", "SAGA");
    private static final int MOST_SAGAS = 6;
    private static final int ROUNDS = 300;

    private static List<Session> sessions;

    private final Statements statements;
    private final ModelDatabase database = ModelDatabase.get();
    private final SagaModel model = new SagaModel();
    private Instant now = Instant.parse("2027-01-01T00:00:00Z");
    private int steps;

    /**
     * Plays a history. One at a time.
     *
     * @return the number of steps
     */
    static int play(Statements statements, List<Move> moves) throws Exception {
        synchronized (ModelDatabase.class) {
            return new SagaHistory(statements).run(moves);
        }
    }

    private SagaHistory(Statements statements) throws Exception {
        this.statements = statements;
        if (sessions == null) {
            sessions = new ArrayList<>();
            for (String name : List.of("orchestrator 1", "orchestrator 2", "starter", "time-out")) {
                sessions.add(new Session(name));
            }
        }
        for (Session session : sessions) {
            session.crash();
        }
        database.empty();
    }

    private int run(List<Move> moves) throws Exception {
        for (Move move : moves) {
            play(move);
            settle();
        }
        quiesce();
        return steps;
    }

    private void play(Move move) throws Exception {
        Session session = sessions.get(move.who() % 4);
        switch (move.kind()) {
            case PRODUCE -> {
                List<SagaModel.Saga> asked = model.asked();
                if (!asked.isEmpty()) {
                    model.handle(asked.get(move.what() % asked.size()), move.how() % 5 == 0, move.how() % 7 == 6);
                }
            }
            case STEP -> step(session, move);
            case RUN -> {
                do {
                    step(session, move);
                    settle();
                } while (!session.idle() && !session.waits());
            }
            case CRASH -> session.crash();
            case PASS -> now = now.plus(Duration.ofSeconds(move.what() % 2 == 0 ? 40 : 5));
            case REPEAT -> {
                if (!model.delivered.isEmpty()) {
                    model.answers.add(model.delivered.get((move.what() * 20 + move.how()) % model.delivered.size()));
                }
            }
            case REPLAY -> model.replay(move.what());
            default -> throw new IllegalArgumentException(move.toString());
        }
    }

    private void step(Session session, Move move) throws Exception {
        if (session.waits()) {
            return;
        }
        if (session.idle()) {
            Session.Step first = switch (sessions.indexOf(session)) {
                case 2 -> start(session, move);
                case 3 -> timeOut(session);
                default -> answer(session, move.what());
            };
            if (first == null) {
                return;
            }
            ModelDatabase.begin(session.connection, now, steps % 100 / 100.0);
            session.begin(first);
        }
        steps++;
        session.step();
    }

    /** A new saga, or now and then one that is there. */
    private Session.Step start(Session session, Move move) {
        int number = move.how() % 4 == 0 ? move.what() % MOST_SAGAS : model.sagas.size();
        if (number >= MOST_SAGAS) {
            return null;
        }
        String id = "s" + number;
        SagaModel.Saga saga = new SagaModel.Saga(id, number == 4 ? 1 : 3, PIVOTS.get(number), MODELS.get(number));
        return () -> {
            Map<String, Object> parameters = new HashMap<>(Map.of("saga_id", id, "saga_name", "transfer", "message_key", "k", "data", "{\"n\": 1}", "steps",
                    Stream.of(STEPS).limit(saga.steps).collect(Collectors.joining(",", "[", "]")), "model", saga.model(), "step_timeout", 30_000L));
            parameters.put("pivot", saga.pivot);
            boolean started = statements.run(session.connection, "start-saga", parameters::get).get(0).get("started").equals(1L);
            return commit(session, () -> {
                Violation.require(started != model.sagas.containsKey(id), id + " is started " + (started ? "twice" : "by nobody"));
                model.sagas.putIfAbsent(id, saga);
            });
        };
    }

    private Session.Step timeOut(Session session) {
        return () -> {
            statements.run(session.connection, "time-out-sagas", Map.of("sagaName", (Object) "transfer")::get);
            return commit(session, () -> { });
        };
    }

    /** An answer of those on their way, whichever. The inbox has it once; behind a crash it comes again. */
    private Session.Step answer(Session session, int which) {
        if (model.answers.isEmpty()) {
            return null;
        }
        SagaModel.Answer answer = model.answers.get(which % model.answers.size());
        return () -> {
            Map<String, Object> parameters = new HashMap<>(Map.of("sagaId", answer.saga(), "saga", "transfer", "step", answer.step(), "action", answer.action(), "answer",
                    answer.answer()));
            parameters.put("reason", answer.answer().equals("REFUSED") ? "NO" : null);
            String outcome = (String) statements.run(session.connection, "advance-saga", parameters::get).get(0).get("outcome");
            return commit(session, () -> {
                Violation.require(!outcome.startsWith("UN"), answer + " is of no saga");
                model.answers.remove(answer);
                model.delivered.add(answer);
            });
        };
    }

    private interface Then {
        void run() throws Exception;
    }

    private Session.Step commit(Session session, Then then) {
        return () -> {
            session.connection.commit();
            then.run();
            publish();
            return null;
        };
    }

    /** What is committed is published, in the order of the outbox. */
    private void publish() throws SQLException {
        List<Map<String, Object>> rows = database.rows("""
                WITH sent AS (DELETE FROM outbox_message RETURNING id, headers)
                SELECT headers ->> 'ce_sagaid' AS saga, CAST(headers ->> 'ce_sagastep' AS integer) AS step, headers ->> 'ce_sagaaction' AS action FROM sent ORDER BY id""");
        for (Map<String, Object> row : rows) {
            model.sagas.get(row.get("saga")).published(new SagaModel.Command((String) row.get("saga"), (Integer) row.get("step"), (String) row.get("action")));
        }
    }

    private void settle() throws Exception {
        for (Session session : sessions) {
            if (session.waits()) {
                session.settle();
            }
        }
    }

    /** Nobody refuses or fails any more, everything is delivered and everything is due, until nothing moves. */
    private void quiesce() throws Exception {
        Move any = new Move(Move.Kind.RUN, 0, 0, 1);
        for (int round = 0; round < ROUNDS; round++) {
            boolean moved = false;
            while (sessions.stream().anyMatch(session -> !session.idle())) {
                for (Session session : sessions) {
                    if (!session.idle()) {
                        step(session, any);
                    }
                }
                settle();
            }
            while (!model.dead.isEmpty()) {
                model.replay(0);
                moved = true;
            }
            for (SagaModel.Saga saga : model.asked()) {
                model.handle(saga, false, false);
                moved = true;
            }
            while (!model.answers.isEmpty()) {
                finish(sessions.get(0), answer(sessions.get(0), 0));
                moved = true;
            }
            now = now.plus(Duration.ofMinutes(1));
            finish(sessions.get(3), timeOut(sessions.get(3)));
            if (!moved && model.asked().isEmpty()) {
                break;
            }
        }
        Map<String, Map<Integer, String>> rows = new TreeMap<>();
        database.rows("SELECT saga_id, step, state FROM saga_step ORDER BY saga_id, step").forEach(row -> rows
                .computeIfAbsent((String) row.get("saga_id"), key -> new TreeMap<>()).put(((Number) row.get("step")).intValue(), (String) row.get("state")));
        List<Map<String, Object>> sagas = database.rows("SELECT saga_id, state FROM saga ORDER BY saga_id");
        Violation.require(sagas.size() == model.sagas.size(), model.sagas.keySet() + " were started, and there are " + sagas);
        for (Map<String, Object> row : sagas) {
            model.sagas.get(row.get("saga_id")).ended((String) row.get("state"), rows.getOrDefault(row.get("saga_id"), Map.of()));
        }
    }

    private void finish(Session session, Session.Step first) throws Exception {
        ModelDatabase.begin(session.connection, now, 0);
        session.begin(first);
        while (!session.idle()) {
            steps++;
            session.step();
        }
    }
}
