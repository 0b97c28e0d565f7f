package model;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import harness.Database;
import io.reliableroutes.outbox.OutboxJava;

/** A history of one outbox: the shipped statements in sessions of two relays, two outbox-retries and two writers, and the model beside them. */
final class OutboxHistory {

    static final List<String> DESTINATIONS = List.of("wait-1", "wait-2", "skip");
    private static final List<String> KEYS = List.of("k1", "k2", "");
    private static final Map<String, String> SETTINGS = Map.of("outbox.skip.order", "skip", "outbox.immediate-attempts", "1",
            "outbox.retry.first-delay", "1m", "outbox.retry.max-attempts", "1", "outbox.relay.shards-per-batch", "2",
            "outbox.relay.rows-per-shard", "2", "outbox.relay.max-batch-bytes", "25", "outbox.relay.max-request-size", "20",
            "outbox.circuit-delay", "15s");
    private static final int[] SIZES = {5, 15, 10, 15, 5, 21};
    private static final int ROUNDS = 300;

    /** Sessions and Camel contexts are made once. */
    private static Topics broker;
    private static List<Session> sessions;
    private static List<OutboxJava> javas;

    final Topics topics = new Topics();
    final Statements statements;
    final OutboxModel model;
    final boolean archive;
    private final ModelDatabase database = ModelDatabase.get();
    private final List<Relay> relays = new ArrayList<>();
    private final Map<Integer, Integer> sizes = new HashMap<>();
    private final Map<Session, Set<String>> locked = new HashMap<>();
    private final Map<Session, List<Integer>> written = new HashMap<>();
    private final Map<Session, Instant> begun = new HashMap<>();
    private final Set<String> mapped = new HashSet<>(DESTINATIONS);
    private Instant now = Instant.parse("2027-01-01T00:00:00Z");
    private Runnable operated;
    private boolean ended;
    private int steps;
    private int next;

    /**
     * Plays a history. One at a time.
     *
     * @return the number of steps
     */
    static int play(Statements statements, boolean archive, List<Move> moves) throws Exception {
        synchronized (ModelDatabase.class) {
            return new OutboxHistory(statements, archive).run(moves);
        }
    }

    private OutboxHistory(Statements statements, boolean archive) throws Exception {
        this.statements = statements;
        this.archive = archive;
        model = new OutboxModel(database, archive);
        prepare();
        broker = topics;
        for (int i = 0; i < 4; i++) {
            sessions.get(i).crash();
            javas.get(i).start(mapped);
            relays.add(new Relay(sessions.get(i), javas.get(i), i >= 2, this));
        }
        sessions.get(4).crash();
        sessions.get(5).crash();
        operator().crash();
        database.empty();
    }

    private static void prepare() throws SQLException {
        if (sessions == null) {
            sessions = new ArrayList<>();
            javas = new ArrayList<>();
            for (String name : List.of("relay 1", "relay 2", "retry 1", "retry 2", "writer 1", "writer 2", "operator")) {
                sessions.add(new Session(name));
            }
            for (int i = 0; i < 4; i++) {
                javas.add(new OutboxJava(SETTINGS, topic -> broker.problem(topic)));
            }
        }
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
        Session writer = sessions.get(4 + move.who() % 2);
        Relay relay = relays.get(move.who() % 4);
        String destination = DESTINATIONS.get(move.what() % 4 % 3);
        switch (move.kind()) {
            case INSERT -> {
                insert(writer, destination, KEYS.get(move.what() / 4), SIZES[move.how() % 6], move.how() >= 16);
                if (move.who() < 3) {
                    end(writer, true);
                }
            }
            case END -> end(writer, move.what() % 4 > 0);
            case STEP -> {
                for (int i = 0; i <= move.what() % 6; i++) {
                    step(relay);
                    settle();
                }
            }
            case RUN -> run(relay);
            case CRASH -> relay.crash(move.what() % 4);
            case TOPIC -> topic(destination, move.how() % 5);
            case BROKER -> topics.away(move.what() % 3 == 0);
            case PASS -> now = now.plus(List.of(Duration.ofMinutes(2), Duration.ofSeconds(20), Duration.ofMinutes(2), Duration.ofDays(2)).get(move.what() % 4));
            case REPLAY -> end("REPLAY");
            case DISCARD -> end("DISCARD");
            case RETAIN -> retain();
            case DELETE -> delete();
            case RESTART -> operate(this::restart, model::restarted);
            default -> throw new IllegalArgumentException(move.toString());
        }
    }

    /** Who inserts has locked the business row of the key, so nobody else writes a message of it before the end of the transaction. */
    private void insert(Session writer, String destination, String key, int size, boolean delayed) throws Exception {
        Session other = sessions.get(writer == sessions.get(4) ? 5 : 4);
        if (!key.isEmpty() && locked.getOrDefault(other, Set.of()).contains(key)) {
            return;
        }
        if (!begun.containsKey(writer)) {
            begin(writer);
        }
        int n = ++next;
        Instant due = delayed ? now.plusSeconds(30) : null;
        Map<String, Object> row = new HashMap<>();
        row.put("destination", destination);
        row.put("message_key", key);
        row.put("content_type", "text/plain");
        row.put("payload", new byte[size]);
        row.put("headers", "{\"n\": \"" + n + "\"}");
        row.put("due", delayed ? due.toString() : null);
        statements.run(writer.connection, delayed ? "insert-delayed-outbox-message" : "insert-outbox-message", row::get);
        steps++;
        model.messages.put(n, new OutboxModel.Message(n, destination, key.isEmpty() ? null : key, due,
                !delayed && !key.isEmpty() && !destination.equals("skip")));
        sizes.put(n, size);
        written.computeIfAbsent(writer, any -> new ArrayList<>()).add(n);
        locked.computeIfAbsent(writer, any -> new HashSet<>()).add(key);
    }

    private void end(Session writer, boolean commit) throws Exception {
        if (begun.remove(writer) == null) {
            return;
        }
        if (commit) {
            writer.connection.commit();
        } else {
            writer.connection.rollback();
        }
        for (int n : written.getOrDefault(writer, List.of())) {
            model.messages.get(n).committed = commit;
            if (!commit) {
                model.messages.remove(n);
            }
        }
        written.remove(writer);
        locked.remove(writer);
        ended = true;
        settle();
    }

    private void step(Relay relay) throws Exception {
        if (relay.session.waits()) {
            return;
        }
        if (relay.session.idle()) {
            relay.session.begin(relay.poll());
        }
        steps++;
        relay.session.step();
        ended |= relay.session.idle();
    }

    private void run(Relay relay) throws Exception {
        do {
            step(relay);
            settle();
        } while (!relay.session.idle() && !relay.session.waits());
    }

    private void topic(String destination, int how) {
        if (how < 3) {
            topics.set(destination, Topics.State.values()[how]);
        } else if (how == 3 ? mapped.add(destination) : mapped.remove(destination)) {
            // a setting is read when a process starts
            relays.forEach(relay -> relay.java.start(mapped));
        }
    }

    private void end(String action) throws Exception {
        List<OutboxModel.Message> dead = model.messages.values().stream().filter(message -> message.status.equals("DEAD")).toList();
        Map<String, Object> parameters = OutboxJava.allLetters(action);
        operate(() -> statements.run(operator().connection, "end-dead-letters", parameters::get), () -> model.ended(dead, action.equals("REPLAY")));
    }

    private void retain() throws Exception {
        Instant then = now;
        operate(() -> {
            statements.run(operator().connection, "free-orphaned-outbox-keys", name -> null);
            statements.run(operator().connection, "delete-expired", Map.<String, Object>of("most", 1000, "inbox_retention", Duration.ofDays(30).toMillis(),
                    "archive_retention", Duration.ofDays(1).toMillis(), "dead_letter_retention", Duration.ofDays(15).toMillis())::get);
        }, () -> model.retained(then));
    }

    /** Somebody deletes the oldest message that is refused, if nobody has it in hand. */
    private void delete() throws Exception {
        List<Map<String, Object>> gone = new ArrayList<>();
        if (relays.stream().allMatch(relay -> relay.session.idle())) {
            operate(() -> gone.addAll(ask("""
                    DELETE FROM outbox_parked WHERE id = (SELECT min(id) FROM outbox_parked WHERE reason = 'REFUSED') AND reason = 'REFUSED'
                    RETURNING headers ->> 'n' AS n""")), () -> gone.forEach(row -> model.deleted(Integer.parseInt((String) row.get("n")))));
        }
    }

    /** The tables say of a refused message what the statement was told. */
    boolean isParkedAs(String refused) throws SQLException {
        return !database.rows("SELECT 1 FROM outbox_parked p JOIN jsonb_to_recordset('" + refused.replace("'", "''") + "') AS r (message_id uuid, attempts integer) USING (message_id, attempts)")
                .isEmpty();
    }

    /** The ids begin again, as behind a switch-over, unless somebody takes some now. */
    private void restart() throws SQLException {
        try (PreparedStatement statement = operator().connection.prepareStatement("""
                DO $$
                BEGIN
                  SET LOCAL lock_timeout = '1ms';
                  ALTER SEQUENCE outbox_message_id_seq RESTART;
                EXCEPTION WHEN lock_not_available THEN NULL;
                END $$""")) {
            statement.execute();
        }
    }

    private List<Map<String, Object>> ask(String sql) throws SQLException {
        try (PreparedStatement statement = operator().connection.prepareStatement(sql)) {
            return Database.rows(statement.executeQuery());
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private void operate(Work work, Runnable then) throws Exception {
        if (operator().idle()) {
            operated = then;
            begin(operator());
            operator().begin(() -> {
                work.run();
                operator().connection.commit();
                return null;
            });
            steps++;
            operator().step();
            settle();
        }
    }

    private static Session operator() {
        return sessions.get(6);
    }

    /** Who has waited for what is over now goes on. Then the tables are looked at, if a transaction has ended. */
    private void settle() throws Exception {
        for (Relay relay : relays) {
            if (relay.session.waits()) {
                relay.session.settle();
                ended |= relay.session.idle();
            }
        }
        operator().settle();
        if (operator().idle() && operated != null) {
            operated.run();
            operated = null;
            ended = true;
        }
        if (ended) {
            model.check();
            ended = false;
        }
    }

    /** Every writer ends, everything is open and due, and all go on until nothing is left to do. */
    private void quiesce() throws Exception {
        end(sessions.get(4), true);
        end(sessions.get(5), true);
        topics.away(false);
        DESTINATIONS.forEach(destination -> topics.set(destination, Topics.State.OPEN));
        if (mapped.addAll(DESTINATIONS)) {
            relays.forEach(relay -> relay.java.start(mapped));
        }
        for (int round = 0; round < ROUNDS && (!model.isQuiet() || model.orphans); round++) {
            now = now.plus(Duration.ofMinutes(5));
            for (Relay relay : relays) {
                run(relay);
            }
            if (model.orphans) {
                retain();
            }
        }
        for (int round = 0; round < ROUNDS && relays.stream().anyMatch(relay -> !relay.session.idle()); round++) {
            for (Relay relay : relays) {
                if (!relay.session.idle()) {
                    run(relay);
                }
            }
        }
        model.checkQuiet();
    }

    void begin(Session session) throws SQLException {
        begun.put(session, now);
        ModelDatabase.begin(session.connection, now, steps % 100 / 100.0);
    }

    Instant begun(Session session) {
        return begun.get(session);
    }

    Instant now() {
        return now;
    }

    Set<String> mapped() {
        return mapped;
    }

    boolean isLarge(int n) {
        return sizes.get(n) >= 15;
    }

}
