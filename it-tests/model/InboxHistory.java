package model;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import io.reliableroutes.inbox.InboxJava;
import io.reliableroutes.outbox.OutboxJava;

/** A history of one inbox: the shipped statements in sessions of two receivers and two inbox-retries, and the model beside them. */
final class InboxHistory {

    private static final List<String> KEYS = List.of("k1", "k1", "k2", "");
    private static final Duration REDELIVERY = Duration.ofDays(8);
    private static final Map<String, String> SETTINGS = Map.of("inbox.immediate-attempts", "2", "inbox.retry.first-delay", "1m",
            "inbox.retry.max-attempts", "1");
    private static final int ROUNDS = 300;

    private static List<Session> sessions;
    private static List<InboxJava> javas;

    /** A record of the topic. */
    record Entry(InboxModel.Message message, int partition, long offset, Instant at) {
    }

    final Statements statements;
    final InboxModel model;
    private final ModelDatabase database = ModelDatabase.get();
    private final List<Receiver> receivers = new ArrayList<>();
    private final List<List<Entry>> topic = List.of(new ArrayList<>(), new ArrayList<>());
    /** how often a handler is to fail, and with what */
    private final Map<Integer, int[]> failures = new HashMap<>();
    private final Map<Integer, Instant> produced = new HashMap<>();
    private Runnable operated;
    private boolean ended;
    private Instant now = Instant.parse("2027-01-01T00:00:00Z");
    private int steps;

    /**
     * Plays a history. One at a time.
     *
     * @return the number of steps
     */
    static int play(Statements statements, List<Move> moves) throws Exception {
        synchronized (ModelDatabase.class) {
            return new InboxHistory(statements).run(moves);
        }
    }

    private InboxHistory(Statements statements) throws Exception {
        this.statements = statements;
        model = new InboxModel(database);
        prepare();
        for (int i = 0; i < 4; i++) {
            sessions.get(i).crash();
            receivers.add(new Receiver(sessions.get(i), javas.get(i), this));
        }
        operator().crash();
        database.empty();
        List<Object> first = Arrays.asList(InboxJava.CONSUMER, InboxJava.TOPIC, InboxJava.TOPIC, "{0,1}", "{-1,-1}");
        statements.run(operator().connection, "insert-inbox-positions", first);
        operator().connection.commit();
    }

    private static void prepare() throws SQLException {
        if (sessions == null) {
            sessions = new ArrayList<>();
            javas = new ArrayList<>();
            for (String name : List.of("receiver 1", "receiver 2", "retry 1", "retry 2", "operator")) {
                sessions.add(new Session(name));
                javas.add(new InboxJava(SETTINGS, sessions.get(sessions.size() - 1).connection));
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
        Receiver receiver = receivers.get(move.who() % 4);
        switch (move.kind()) {
            case PRODUCE -> produce(KEYS.get(move.what() / 3), move.how());
            case REPEAT -> repeat(move.what());
            case STEP -> {
                for (int i = 0; i <= move.what() % 4; i++) {
                    step(receiver, move.how() % 8 == 7);
                    settle();
                }
            }
            case RUN -> run(receiver, move.how() % 8 == 7);
            case CRASH -> receiver.crash();
            case PASS -> now = now.plus(List.of(Duration.ofMinutes(2), Duration.ofSeconds(20), Duration.ofMinutes(2), Duration.ofDays(move.how() % 2 == 0 ? 12 : 40)).get(move.what() % 4));
            case REPLAY -> end("REPLAY");
            case DISCARD -> end("DISCARD");
            case DELETE -> delete();
            case RETAIN -> retain();
            default -> throw new IllegalArgumentException(move.toString());
        }
    }

    private void produce(String key, int how) {
        InboxModel.Message message = new InboxModel.Message(model.messages.size() + 1, key.isEmpty() ? null : key);
        model.messages.put(message.n, message);
        produced.put(message.n, now);
        failures.put(message.n, new int[] {how < 8 ? 0 : how < 16 ? how - 7 : 99, how % 5});
        append(message);
    }

    private void append(InboxModel.Message message) {
        int partition = (message.key == null ? 0 : message.key.hashCode()) & 1;
        topic.get(partition).add(new Entry(message, partition, topic.get(partition).size(), now));
    }

    /** The sender has crashed between its send and its commit. */
    private void repeat(int which) {
        List<InboxModel.Message> recent = model.messages.values().stream().filter(message -> produced.get(message.n).isAfter(now.minus(REDELIVERY))).toList();
        if (!recent.isEmpty()) {
            append(recent.get(which % recent.size()));
        }
    }

    /** @param zombie it has another partition than it should: two receivers have the same records for a while */
    private void step(Receiver receiver, boolean zombie) throws Exception {
        if (receiver.session.waits()) {
            return;
        }
        int index = receivers.indexOf(receiver);
        if (receiver.session.idle()) {
            Session.Step first = index >= 2 ? receiver.retry(index == 3) : receiver.receive(index & 1 ^ (zombie ? 1 : 0));
            if (first == null) {
                return;
            }
            receiver.session.begin(first);
        }
        steps++;
        receiver.session.step();
        ended |= receiver.session.idle();
    }

    private void run(Receiver receiver, boolean zombie) throws Exception {
        do {
            step(receiver, zombie);
            settle();
        } while (!receiver.session.idle() && !receiver.session.waits());
    }

    private void end(String action) throws Exception {
        List<InboxModel.Message> dead = model.messages.values().stream().filter(message -> message.status.equals("DEAD")).toList();
        Map<String, Object> parameters = OutboxJava.allLetters(action);
        operate(() -> statements.run(operator().connection, "end-dead-letters", parameters::get), () -> dead.forEach(message -> {
            message.status = action.equals("REPLAY") ? "PENDING" : "DISCARDED";
            message.attempts = action.equals("REPLAY") ? 0 : message.attempts;
            message.ordered = false;
            failures.get(message.n)[0] = 0;
        }));
    }

    /** Somebody deletes a parked message that nobody has claimed. */
    private void delete() throws Exception {
        List<Integer> gone = new ArrayList<>();
        operate(() -> {
            try (PreparedStatement statement = operator().connection.prepareStatement("""
                    DELETE FROM inbox_parked WHERE id = (SELECT id FROM inbox_parked ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING message_id AS n""")) {
                Database.rows(statement.executeQuery()).forEach(row -> gone.add(Integer.parseInt((String) row.get("n"))));
            }
        }, () -> gone.forEach(n -> {
            model.messages.get(n).status = "REMOVED";
            model.orphans = true;
        }));
    }

    /** What is older than a month may be forgotten: nobody sends it again. */
    private void retain() throws Exception {
        boolean late = receivers.stream().anyMatch(receiver -> !receiver.session.idle());
        for (int partition = 0; partition < 2; partition++) {
            late |= topic.get(partition).subList((int) position(partition) + 1, topic.get(partition).size()).stream()
                    .anyMatch(entry -> produced.get(entry.message().n).isBefore(now.minus(REDELIVERY)));
        }
        Instant at = now;
        if (!late) {
            operate(() -> {
                statements.run(operator().connection, "free-orphaned-keys", name -> null);
                statements.run(operator().connection, "delete-expired", Map.<String, Object>of("most", 1000, "inbox_retention", Duration.ofDays(30).toMillis(),
                        "archive_retention", 1L, "dead_letter_retention", Duration.ofDays(15).toMillis())::get);
            }, () -> {
                model.orphans = false;
                for (InboxModel.Message message : model.messages.values()) {
                    message.forgotten |= produced.get(message.n).isBefore(at.minus(Duration.ofDays(30)));
                }
            });
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

    /** Who has waited for what is over now goes on. Then the tables are looked at, if a transaction has ended. */
    private void settle() throws Exception {
        for (Receiver receiver : receivers) {
            if (receiver.session.waits()) {
                receiver.session.settle();
                ended |= receiver.session.idle();
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
            for (int partition = 0; partition < 2; partition++) {
                for (Entry entry : topic.get(partition).subList(0, (int) position(partition) + 1)) {
                    Violation.require(!entry.message().status.equals("NEW"), entry.message() + " was passed over");
                }
            }
            ended = false;
        }
    }

    /** Every handler succeeds, everything is due, and all go on until nothing is left to do. */
    private void quiesce() throws Exception {
        failures.values().forEach(failure -> failure[0] = 0);
        for (int round = 0; round < ROUNDS && (!model.waiting().isEmpty() || model.orphans); round++) {
            now = now.plus(Duration.ofMinutes(5));
            for (Receiver receiver : receivers) {
                run(receiver, false);
            }
            operate(() -> statements.run(operator().connection, "free-orphaned-keys", name -> null), () -> model.orphans = false);
        }
        for (int round = 0; round < ROUNDS && receivers.stream().anyMatch(receiver -> !receiver.session.idle()); round++) {
            for (Receiver receiver : receivers) {
                if (!receiver.session.idle()) {
                    run(receiver, false);
                }
            }
        }
        Violation.require(model.waiting().isEmpty(), "every handler succeeds and everything is due, and there wait: " + model.waiting());
    }

    private static Session operator() {
        return sessions.get(4);
    }

    void begin(Session session) throws SQLException {
        ModelDatabase.begin(session.connection, now, steps % 100 / 100.0);
    }

    /** What the handler does. */
    void effect(Session session, int n) throws SQLException {
        try (PreparedStatement statement = session.connection.prepareStatement("INSERT INTO effect (identity) VALUES (?)")) {
            statement.setString(1, String.valueOf(n));
            statement.executeUpdate();
        }
    }

    /** What the handler fails with, null if it succeeds. */
    Exception failure(int n) {
        int[] failure = failures.get(n);
        return failure[0]-- > 0 ? Receiver.failure(failure[1]) : null;
    }

    /** The stored position, as everybody sees it. */
    long position(int partition) throws SQLException {
        return (Long) database.rows("SELECT position FROM inbox_position WHERE topic_partition = " + partition).get(0).get("position");
    }

    /** A record, null if there is none yet. */
    Entry entry(int partition, long offset) {
        return offset < topic.get(partition).size() ? topic.get(partition).get((int) offset) : null;
    }
}
