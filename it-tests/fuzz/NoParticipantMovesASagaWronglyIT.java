package fuzz;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import harness.Downstream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import saga.Orders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A participant over HTTP answers as slow, broken and hostile ones do: each saga ends as the book of its participant says, or waits where an operator sees it.
 * Always the same answers, or others by {@code ./mvnw verify -Dsagas=1000 -Dseed=7}, and many by {@code -Psoak}.
 */
class NoParticipantMovesASagaWronglyIT {

    /** Of one command, before the participant does as it should, but for those that it never does. */
    private static final int MOST_BAD_ANSWERS = 3;

    private final Map<String, Step> book = new TreeMap<>();
    private final Map<String, Integer> said = new TreeMap<>();
    private final AtomicInteger strayed = new AtomicInteger();

    @Test
    void someSagas() throws IOException {
        fuzz(Long.getLong("seed", 3), Integer.getInteger("sagas", 40));
    }

    @Test
    @Tag("soak")
    void manySagas() throws IOException {
        fuzz(Long.getLong("seed", System.nanoTime()), Integer.getInteger("sagas", 1_000));
    }

    private void fuzz(long seed, int sagas) throws IOException {
        Violations violations = new Violations();
        Map<String, Integer> ends = new TreeMap<>();
        try (Downstream elsewhere = new Downstream(0, request -> {
            strayed.incrementAndGet();
            return Downstream.answer(200, "");
        }); Downstream participant = new Downstream(0, request -> answer(seed, request, elsewhere.port())); Orders orders = orders(participant.port())) {
            for (int i = 0; i < sagas; i++) {
                orders.begin("o-" + i);
            }
            String left = Progress.await(() -> orders.database.rows("""
                    SELECT saga_id, state, step, asked_at,
                      EXISTS (SELECT FROM dead_letter WHERE headers ->> 'ce_sagaid' = s.saga_id) OR EXISTS (SELECT FROM inbox_parked WHERE headers ->> 'ce_sagaid' = s.saga_id) AS seen
                    FROM saga s WHERE ended_at IS NULL""").stream().filter(saga -> !saga.get("seen").equals(true) || !isNever(saga.get("saga_id"))).toList());
            if (left != null) {
                violations.add("stands still unseen", left + " " + orders.database.rows("SELECT headers, attempts, error_message FROM inbox_parked LIMIT 3"));
            }
            orders.database.rows("SELECT saga_id, state, reason, (SELECT count(*) FROM dead_letter WHERE headers ->> 'ce_sagaid' = saga_id) AS dead FROM saga").forEach(saga -> {
                ends.merge(saga.get("state") + (saga.get("dead").equals(0L) ? "" : " and dead"), 1, Integer::sum);
                check(saga, violations);
            });
            if (orders.database.count("saga_step WHERE ignored_answers > 0") > 0) {
                violations.add("answered twice", orders.database.rows("SELECT * FROM saga_step WHERE ignored_answers > 0 LIMIT 3"));
            }
            if (orders.database.count("dead_letter WHERE error_class NOT LIKE '%.HttpAnswerException'") > 0) {
                violations.add("dead without being told so", orders.database.rows("SELECT error_class, error_message FROM dead_letter LIMIT 3"));
            }
        }
        System.out.println("fuzz: seed=" + seed + " sagas=" + ends + " answers=" + said + " violations=" + violations.count());
        assertThat(violations.lines()).as("seed=%d", seed).isEmpty();
        assertThat(strayed).as("redirects that were followed, seed=%d", seed).hasValue(0);
        assertThat(ends).as("seed=%d", seed).containsKeys("COMPLETED", "COMPENSATED");
        assertThat(String.join(", ", ends.keySet())).as("seed=%d", seed).contains("COMPENSATING", "and dead");
    }

    private static Orders orders(int port) {
        Orders orders = new Orders(port);
        orders.settings.put("participant.timeout", "400ms");
        orders.settings.put("inbox.immediate-attempts", "2");
        orders.settings.put("inbox.retry.max-attempts", "4");
        orders.settings.put("inbox.outage-delay", "20ms");
        orders.settings.put("inbox.outage-patience", "300ms");
        orders.settings.put("inbox.retry.first-delay", "20ms");
        orders.settings.put("inbox.retry.delay", "20ms");
        return orders.start();
    }

    /** What the book says of the two steps of a saga, and how it has ended. */
    private void check(Map<String, Object> saga, Violations violations) {
        Step first;
        Step second;
        synchronized (this) {
            first = book.getOrDefault(saga.get("saga_id") + " 1", new Step(null));
            second = book.getOrDefault(saga.get("saga_id") + " 2", new Step(null));
        }
        String told = saga + ": " + first + ", " + second;
        boolean done = "DONE".equals(first.state) && "DONE".equals(second.state);
        boolean undone = !"DONE".equals(first.state) && !"DONE".equals(second.state);
        if (saga.get("state").equals("COMPLETED") && !done || saga.get("state").equals("COMPENSATED") && !undone) {
            violations.add("has another end than the book", told);
        }
        if (!isNever(saga.get("saga_id")) && saga.get("state").toString().endsWith("ING")) {
            violations.add("has not ended", told);
        }
        String reason = (String) saga.get("reason");
        if (saga.get("state").equals("COMPENSATED") && (reason == null || reason.isBlank() || reason.length() > 200 || reason.equals("UNSPECIFIED"))) {
            violations.add("no reason", told);
        }
    }

    /** Whether a command of the saga has no true answer. */
    private synchronized boolean isNever(Object saga) {
        return book.getOrDefault(saga + " 1", new Step(null)).never || book.getOrDefault(saga + " 2", new Step(null)).never;
    }

    /** The same to the same command of a seed, whatever else goes on meanwhile. */
    private byte[] answer(long seed, Downstream.Request request, int elsewhere) throws InterruptedException {
        String action = request.headers().get("ce-sagaaction");
        String id = request.headers().get("ce-sagaid") + " " + request.headers().get("ce-sagastep");
        boolean late;
        byte[] answer;
        synchronized (this) {
            Step step = book.computeIfAbsent(id, key -> new Step(new Hostile(seed * 1_000_003 + key.hashCode())));
            Hostile hostile = step.hostile;
            ParticipantGenerator generator = new ParticipantGenerator(hostile);
            int bad = step.bad.computeIfAbsent(action, key -> hostile.once(2) ? 0 : hostile.once(action.equals("DO") ? 16 : 2) ? Integer.MAX_VALUE : 1 + hostile.below(MOST_BAD_ANSWERS));
            boolean honest = step.asked.merge(action, 1, Integer::sum) > bad;
            step.never |= bad == Integer.MAX_VALUE;
            boolean refusable = action.equals("DO");
            int kind = honest ? 0 : 1 + hostile.below(4);
            late = kind == 1 && hostile.once(3);
            if (kind == 0 || kind == 2 || hostile.once(2)) {
                step.enter(action);
            }
            int truth = "REFUSED".equals(step.state) && refusable ? 409 : 200;
            answer = switch (kind) {
                case 0 -> generator.whole(truth == 200 ? hostile.oneOf(200, 201, 202, 204, 206, 250, 299) : truth, elsewhere);
                case 1, 2 -> late ? new byte[0] : generator.none(kind == 2 ? truth : 500);
                default -> generator.whole(generator.otherStatus(refusable), elsewhere);
            };
            step.never |= answer != null && ParticipantGenerator.isPermanent(answer);
            said.merge(kind == 0 ? "true" : late ? "late" : kind < 3 ? "none" : "other", 1, Integer::sum);
        }
        if (late) {
            TimeUnit.MILLISECONDS.sleep(800);
        }
        return answer;
    }

    /** What the participant knows of a step. */
    private static final class Step {
        private final Hostile hostile;
        private final Map<String, Integer> asked = new HashMap<>();
        private final Map<String, Integer> bad = new HashMap<>();
        private boolean never;
        private String state;

        Step(Hostile hostile) {
            this.hostile = hostile;
        }

        void enter(String action) {
            if (action.equals("DO") && state == null) {
                state = hostile.once(3) ? "REFUSED" : "DONE";
            } else if (action.equals("UNDO") && !"REFUSED".equals(state)) {
                state = "DONE".equals(state) ? "UNDONE" : state == null ? "VOID" : state;
            }
        }

        @Override
        public String toString() {
            return state + " " + asked + " of " + bad;
        }
    }
}
