package inbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import harness.Downstream;
import harness.FailuresPage;
import harness.Planted;
import harness.Routes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** What a downstream does makes of a message what docs/failures.md says: told by the shipped notifier. */
class DownstreamDecidesIT {

    /** More calls than a message has attempts at once. */
    private static final int PATIENT = 6;

    static Stream<Arguments> answers() throws IOException {
        long seed = Long.getLong("seed", 12);
        Random random = new Random(seed);
        Map<Integer, String> page = FailuresPage.statuses();
        List<Arguments> answers = new ArrayList<>();
        for (String kind : List.of("outage", "permanent", "attempt")) {
            List<Integer> statuses = new ArrayList<>(IntStream.range(100, 600).filter(status -> status / 100 != 2)
                    .filter(status -> page.getOrDefault(status, "attempt").equals(kind)).boxed().toList());
            Collections.shuffle(statuses, random);
            statuses.subList(0, 4).forEach(status -> answers.add(arguments("HTTP " + status + " of seed " + seed, kind, answer(status))));
        }
        Stream.of(401, 404, 503).forEach(status -> answers.add(arguments("HTTP " + status, "outage", answer(status))));
        Stream.of(409, 429, 500).forEach(status -> answers.add(arguments("HTTP " + status, "attempt", answer(status))));
        for (String after : List.of("3600", "0", "Fri, 31 Dec 2100 23:59:59 GMT", "99999999999999999999999")) {
            answers.add(arguments("429, Retry-After: " + after, "wait", answer(429, "Retry-After: " + after)));
        }
        answers.add(arguments("503, Retry-After: 3600", "wait", answer(503, "retry-after: 3600")));
        answers.add(arguments("400, Retry-After: 1", "permanent", answer(400, "Retry-After: 1")));
        answers.add(arguments("429, Retry-After: soon", "attempt", answer(429, "Retry-After: soon")));
        answers.add(arguments("429, Retry-After: -5", "attempt", answer(429, "Retry-After: -5")));
        answers.add(arguments("closes the connection", "outage", (Downstream.Behaviour) request -> null));
        answers.add(arguments("says nothing", "outage", (Downstream.Behaviour) request -> {
            TimeUnit.HOURS.sleep(1);
            return null;
        }));
        bytes(answers, "speaks another protocol", "\u0016\u0003\u0001 no HTTP\n");
        bytes(answers, "closes in the head", "HTTP/1.1 200 OK\r\nContent-Le");
        bytes(answers, "closes in the body", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of");
        bytes(answers, "closes in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100\r\nhalf of");
        bytes(answers, "has no length of a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\nhalf of");
        bytes(answers, "has a wrong status line", "HTTP/1.1 two hundred OK\r\nContent-Length: 0\r\n\r\n");
        bytes(answers, "has a wrong length", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n");
        bytes(answers, "says 100 and closes", "HTTP/1.1 100 Continue\r\n\r\n");
        return answers.stream();
    }

    /** Logs and tables are looked through whenever routes end; the names of endpoints are what management, metrics and consoles show. */
    @Test
    void nameOfACallHasNoSecretOfItsAddress() throws Exception {
        Queue<String> paths = new ConcurrentLinkedQueue<>();
        try (Notifier notifier = new Notifier(request -> {
            paths.add(request.path());
            return Downstream.answer(paths.size() == 1 ? 500 : 204, "");
        })) {
            notifier.settled("a-1", "t-1");
            try (Routes routes = notifier.start()) {
                InboxFixture.await().until(() -> notifier.database.count("notification") == 1);

                assertThat(routes.context().getEndpoints()).hasSizeGreaterThan(5).allSatisfy(endpoint -> Planted.check("an endpoint", endpoint.getEndpointUri()));
            }
        }
        assertThat(paths).as("the whole address is asked").hasSizeGreaterThan(1).containsOnly(Notifier.PATH);
    }

    private static Downstream.Behaviour answer(int status, String... headers) {
        return request -> Downstream.answer(status, "", headers);
    }

    private static void bytes(List<Arguments> answers, String name, String text) {
        answers.add(arguments(name, "outage", (Downstream.Behaviour) request -> text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("answers")
    void answerIs(String name, String kind, Downstream.Behaviour behaviour) throws IOException {
        AtomicInteger calls = new AtomicInteger();
        try (Notifier notifier = new Notifier(request -> {
            calls.incrementAndGet();
            return behaviour.answer(request);
        })) {
            notifier.settled("a-1", "t-1");
            try (Routes routes = notifier.start()) {
                assertBecomes(kind, notifier, calls);
            }
        }
    }

    private static void assertBecomes(String kind, Notifier notifier, AtomicInteger calls) {
        if (kind.equals("outage")) {
            InboxFixture.await().until(() -> calls.get() >= PATIENT);
            assertThat(notifier.database.count("dead_letter") + notifier.database.count("inbox_parked")).isZero();
            return;
        }
        String rows = switch (kind) {
            case "permanent" -> "SELECT attempts FROM dead_letter";
            case "attempt" -> "SELECT attempts FROM inbox_parked";
            default -> "SELECT attempts FROM inbox_parked WHERE next_attempt_at BETWEEN now() - interval '1 minute' AND now() + interval '1 hour'";
        };
        int attempts = switch (kind) {
            case "permanent" -> 1;
            case "attempt" -> 3;
            default -> 0;
        };
        InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.rows(rows)).as(kind).containsExactly(Map.of("attempts", attempts)));
        assertThat(calls.get()).as("calls").isGreaterThanOrEqualTo(Math.max(1, attempts));
        assertThat(notifier.database.count("notification")).isZero();
    }

    @Test
    void targetThatSpeaksNoTlsIsAnOutage() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        try (Notifier notifier = new Notifier(request -> Downstream.answer(204, ""))) {
            notifier.settings.put("notifier.service-url", notifier.settings.get("notifier.service-url").replace("http:", "https:"));
            notifier.settled("a-1", "t-1");
            try (Routes routes = notifier.start()) {
                InboxFixture.await().until(() -> routes.failures() > PATIENT);
            }
            calls.set(PATIENT);
            assertBecomes("outage", notifier, calls);
        }
    }

    @Test
    void addressThatCannotBeReachedIsAnOutage() throws IOException {
        try (Notifier notifier = new Notifier(request -> null)) {
            notifier.settings.put("notifier.service-url", "http://localhost:1" + Notifier.PATH);
            notifier.settled("a-1", "t-1");
            try (Routes routes = notifier.start()) {
                InboxFixture.await().until(() -> routes.failures() > PATIENT);
            }
            assertBecomes("outage", notifier, new AtomicInteger(PATIENT));
        }
    }

    @Test
    void outageThatTheListOfPermanentErrorsNamesIsADeadLetter() throws IOException {
        try (Notifier notifier = new Notifier(request -> null)) {
            notifier.settings.put("notifier.service-url", "http://localhost:1" + Notifier.PATH);
            notifier.settings.put("inbox." + Notifier.CONSUMER + ".permanent-errors", "java.net.ConnectException");
            notifier.settled("a-1", "t-1");
            try (Routes routes = notifier.start()) {
                assertBecomes("permanent", notifier, new AtomicInteger(1));
            }
        }
    }

    @Test
    void answerThatTheCallTakesForASuccessIsOne() throws IOException {
        try (Notifier notifier = new Notifier(request -> Downstream.answer(409, "sent before"))) {
            notifier.settings.put("notifier.ok-statuses", "200-299,409");
            notifier.settled("a-1", "t-1");
            try (Routes routes = notifier.start()) {
                InboxFixture.await().until(() -> notifier.database.count("notification") == 1);
            }
        }
    }
}
