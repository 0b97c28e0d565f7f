package fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import half.MessageService;
import harness.Downstream;
import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Check-backs are answered as broken programs, other protocols and attackers do: what does not say 200 or 409 decides nothing, and none is asked for ever.
 * Always the same answers, or others by {@code ./mvnw verify -Danswers=2000 -Dseed=7}.
 */
class NoAnswerDecidesWronglyIT {

    private static final List<Integer> STATUSES = List.of(200, 409, 425, 200, 409, 201, 202, 204, 206, 299, 301, 302, 303, 307, 308, 400, 401, 404, 410, 429, 500, 503, 599);
    private static final List<String> LINES = List.of("HTTP/1.1 2000 OK", "HTTP/1.1 20 OK", "HTTP/1.1 -200 OK", "HTTP/1.1 +200 OK", "HTTP/1.1 0200 OK", "HTTP/1.1 2\u0660\u0660 OK", "HTTP/1.1  200 OK",
            "HTTP/1.1 abc", "HTTP/1.1", "HTTP/2 200", "HTTP/9.9 200 OK", "http/1.1 200 OK", "ICY 200 OK", "200 OK", " HTTP/1.1 200 OK", "HTTP/1.1\t200 OK", "SSH-2.0-OpenSSH_9.2", "+OK", "\u0015\u0003\u0003",
            "<html>200</html>", "{\"status\":200}", "");
    private static final List<String> HEADERS = List.of("Location: http://localhost:1/", "Location: ftp://x", "Location:", "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length: x",
            "Content-Length: 5\r\nContent-Length: 7", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Connection: upgrade\r\nUpgrade: h2c", "no colon", ": empty", "X: " + "y".repeat(400_000),
            "X: \u0000", "Retry-After: 99999999999", "WWW-Authenticate: Basic realm=\"x\"", "Set-Cookie: a=b", " folded", "HTTP/1.1 200 OK");

    private final MessageService service = new MessageService();
    private final Map<String, Answer> answers = new LinkedHashMap<>();

    @Test
    void onlyWhatSaysSoDecides() throws IOException {
        long seed = Long.getLong("seed", 6);
        Hostile hostile = new Hostile(seed);
        Violations violations = new Violations();
        Map<String, Integer> seen = new TreeMap<>();
        service.settings.put("half.check-back.first-delay", "1h");
        // a server that many connect to at once lets some of them wait
        service.settings.put("half.check-back.batch", "20");
        service.settings.put("half.check-back.max-attempts", "3");
        service.settings.put("half.check-back.timeout", "2s");
        service.settings.put("half.check-back.delay", "2500ms");
        for (int i = 0; i < Integer.getInteger("answers", 300); i++) {
            answers.put(MessageService.id(), answer(hostile));
        }
        try (Downstream producer = new Downstream(0, request -> answers.get(request.path().substring(1)).bytes()); Routes routes = service.start()) {
            answers.keySet().forEach(id -> {
                Map<String, Object> message = MessageService.message(id, null, producer.port());
                message.put("checkBack", "http://localhost:" + producer.port() + "/" + id);
                service.prepare(message);
            });
            assertThat(service.database.count("half_message")).isEqualTo(answers.size());
            service.database.update("UPDATE half_message SET next_check_at = now()");

            String left = Progress.await(() -> service.database.rows("SELECT id, attempts, last_answer FROM half_message WHERE state = 'PREPARED' OR waiting"));
            if (left != null) {
                violations.add("asked for ever", left);
            }
            service.database.rows("SELECT id::text AS id, state, last_answer FROM half_message").forEach(row -> {
                Answer answer = answers.get((String) row.get("id"));
                String state = (String) row.get("state");
                seen.merge(state, 1, Integer::sum);
                if (answer.right() == null ? state.equals("COMMITTED") && !answer.says(200) || state.equals("ROLLED_BACK") && !answer.says(409) : !state.equals(answer.right())) {
                    violations.add("is " + state + " by another answer", row.get("last_answer") + " of " + Hostile.shortened(answer.bytes()));
                }
                if (row.get("last_answer") == null) {
                    violations.add("nobody can see what was answered", Hostile.shortened(answer.bytes()));
                }
            });
        }
        assertThat(violations.lines()).as("seed=%d", seed).isEmpty();
        assertThat(seen).as("seed=%d", seed).containsOnlyKeys("COMMITTED", "ROLLED_BACK", "DEAD");
    }

    /** Every third one is well formed. */
    private static Answer answer(Hostile hostile) {
        int status = hostile.oneOf(STATUSES);
        if (hostile.once(3)) {
            return new Answer(Downstream.answer(status, "x".repeat(hostile.below(50))), status == 200 ? "COMMITTED" : status == 409 ? "ROLLED_BACK" : "DEAD");
        }
        String line = hostile.once(3) ? hostile.oneOf(LINES) : "HTTP/1.1 " + status + " Told";
        StringBuilder text = new StringBuilder(hostile.once(8) ? hostile.oneOf("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                "HTTP/1.1 102 Processing\r\n\r\n".repeat(500), "\r\n") : "");
        text.append(line).append(hostile.once(10) ? "\n" : "\r\n");
        for (int i = hostile.below(3); i > 0; i--) {
            text.append(hostile.oneOf(HEADERS)).append("\r\n");
        }
        byte[] bytes = (text + "\r\n" + "b".repeat(hostile.below(100))).getBytes(StandardCharsets.UTF_8);
        if (hostile.once(6)) {
            bytes[hostile.below(Math.min(60, bytes.length))] = (byte) hostile.below(256);
        }
        return new Answer(hostile.once(6) ? Arrays.copyOf(bytes, hostile.below(bytes.length)) : bytes, null);
    }

    /** @param right the state that it has to lead to, null if it may not decide */
    private record Answer(byte[] bytes, String right) {

        /** Whether some line of it says so, as an answer of HTTP does; the JDK's client reads three digits, whatever stands around them. */
        boolean says(int status) {
            return new String(bytes, StandardCharsets.ISO_8859_1).lines().anyMatch(line -> line.matches("HTTP/1\\.[0-9]." + status + ".*"));
        }
    }
}
