package inbox;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import harness.Downstream;
import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A receiver waits with a failed message, for as long as that helps, and goes on with the others. */
class ReceiverPausesIT {

    private final Set<String> bad = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    @Test
    void messageThatAloneAlwaysTimesOutIsParkedAndStopsNobody() throws IOException {
        bad.add("t-1");
        AtomicInteger calls = new AtomicInteger();
        try (Notifier notifier = new Notifier(request -> {
            if (bad.contains(request.headers().get("idempotency-key"))) {
                calls.incrementAndGet();
                TimeUnit.HOURS.sleep(1);
            }
            return Downstream.answer(204, "");
        })) {
            notifier.settings.put("inbox.outage-patience", "1s");
            notifier.settings.put("inbox.retry.first-delay", "100ms");
            notifier.settings.put("inbox.retry.delay", "100ms");
            IntStream.rangeClosed(1, 5).forEach(i -> notifier.settled("a-" + i, "t-" + i));
            try (Routes routes = notifier.start()) {
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification")).isEqualTo(4));
                InboxFixture.await().until(() -> notifier.database.count("incident WHERE kind = 'OUTAGE' AND error_message LIKE 'message t-1 %'") == 1);
                int known = calls.get();
                InboxFixture.await().until(() -> calls.get() > known + 3);
                assertThat(notifier.database.rows("SELECT message_id, attempts FROM inbox_parked").toString()).isEqualTo("[{message_id=t-1, attempts=3}]");

                bad.clear();
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification")).isEqualTo(5));
            }
            assertThat(notifier.database.count("dead_letter")).isZero();
        }
    }

    @Test
    void parkedMessageThatAnOutageMeetsIsToldAndIsAskedForAtItsDelay() throws IOException {
        closed.set(true);
        try (Notifier notifier = new Notifier(request -> Downstream.answer(closed.get() ? 404 : 204, ""))) {
            notifier.settings.put("inbox.outage-patience", "500ms");
            notifier.settings.put("inbox.retry.first-delay", "100ms");
            notifier.settled("a-1", "t-1");
            try (Routes routes = notifier.start()) {
                InboxFixture.await().until(() -> notifier.database.count("inbox_parked WHERE next_attempt_at > now() + interval '30 seconds'") == 1);
                notifier.database.update("UPDATE incident SET ended_at = now()");
                notifier.database.update("UPDATE inbox_parked SET next_attempt_at = now()");
                InboxFixture.await().until(() -> notifier.open("OUTAGE") == 1
                        && notifier.database.count("inbox_parked WHERE next_attempt_at > now() + interval '30 seconds'") == 1);

                closed.set(false);
                notifier.database.update("UPDATE inbox_parked SET next_attempt_at = now()");
                InboxFixture.await().until(() -> notifier.database.count("notification") == 1);
            }
        }
    }

    @Test
    void retryAfterIsTheDueTimeAndOtherKeysGoOn() throws IOException {
        bad.add("t-1");
        try (Notifier notifier = new Notifier(request -> bad.contains(request.headers().get("idempotency-key"))
                ? Downstream.answer(503, "", "Retry-After: 600") : Downstream.answer(204, ""))) {
            notifier.settled("a-1", "t-1");
            notifier.settled("a-1", "t-2");
            notifier.settled("a-2", "t-3");
            try (Routes routes = notifier.start()) {
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification")).isOne());
                assertThat(notifier.database.rows("""
                        SELECT message_id FROM inbox_parked
                        WHERE attempts = 0 AND (behind OR next_attempt_at BETWEEN now() + interval '9 minutes' AND now() + interval '10 minutes') ORDER BY 1"""))
                        .extracting(row -> row.get("message_id")).isEqualTo(List.of("t-1", "t-2"));

                // asked before its time, it is told the same again, and has used up nothing
                notifier.database.update("UPDATE inbox_parked SET next_attempt_at = now() WHERE message_id = 't-1'");
                InboxFixture.await().until(() -> notifier.database.count("inbox_parked WHERE message_id = 't-1' AND next_attempt_at > now()") == 1);
                assertThat(notifier.database.count("inbox_parked WHERE attempts > 0")).isZero();

                bad.clear();
                notifier.database.update("UPDATE inbox_parked SET next_attempt_at = now() WHERE message_id = 't-1'");
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification")).isEqualTo(3));
            }
            assertThat(notifier.database.count("dead_letter")).isZero();
        }
    }

    @Test
    void brakeHoldsTheBacklogUntilADeploymentIsMended() throws IOException {
        closed.set(true);
        try (Notifier notifier = braking()) {
            try (Routes routes = notifier.start()) {
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.open("BRAKE")).isOne());
                int known = routes.failures();
                InboxFixture.await().until(() -> routes.failures() > known + 3);
                assertThat(notifier.database.count("dead_letter")).isEqualTo(3);

                closed.set(false);
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification")).isEqualTo(17));
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.open("BRAKE")).isZero());
            }
            assertThat(notifier.database.count("dead_letter")).isEqualTo(3);
        }
    }

    @Test
    void brakeIsLetGoOnCommand() throws IOException {
        closed.set(true);
        try (Notifier notifier = braking(); Routes routes = notifier.start()) {
            for (int letters = 3; letters <= 9; letters += 3) {
                int expected = letters;
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.open("BRAKE")).isOne());
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("dead_letter")).isEqualTo(expected));
                notifier.database.update("UPDATE incident SET ended_at = now() WHERE kind = 'BRAKE'");
            }
        }
    }

    @Test
    void brakeGoesOnByItselfInSteps() throws IOException {
        closed.set(true);
        try (Notifier notifier = braking()) {
            notifier.settings.put("inbox.brake-delay", "500ms");
            try (Routes routes = notifier.start()) {
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("dead_letter")).isGreaterThanOrEqualTo(6));
                assertThat(notifier.open("BRAKE")).isOne();
            }
        }
    }

    @Test
    void brakeDoesNotCountOneKeyTwiceNorFailuresWithSuccessesBetween() throws IOException {
        try (Notifier notifier = new Notifier(request -> Downstream.answer(request.text().contains("\"bad\"") ? 400 : 204, ""))) {
            notifier.settings.put("inbox.brake", "3");
            notifier.settings.put("inbox.brake-delay", "1h");
            for (int i = 1; i <= 12; i++) {
                notifier.settled(i % 3 == 0 ? "good" : "bad", "t-" + i);
            }
            for (int i = 13; i <= 20; i++) {
                notifier.settled("bad", "t-" + i);
            }
            try (Routes routes = notifier.start()) {
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("dead_letter")).isEqualTo(16));
            }
            assertThat(notifier.database.count("notification")).isEqualTo(4);
            assertThat(notifier.database.count("incident")).isZero();
        }
    }

    /** Twenty events of as many accounts, and a brake after three. */
    private Notifier braking() throws IOException {
        Notifier notifier = new Notifier(request -> Downstream.answer(closed.get() ? 400 : 204, ""));
        notifier.settings.put("inbox.brake", "3");
        notifier.settings.put("inbox.brake-delay", "1h");
        IntStream.rangeClosed(1, 20).forEach(i -> notifier.settled("a-" + i, "t-" + i));
        return notifier;
    }
}
