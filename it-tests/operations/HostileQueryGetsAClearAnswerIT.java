package operations;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever is asked, a list of dead letters is a page or a problem with its reason: never a failure, never an empty body. */
class HostileQueryGetsAClearAnswerIT {

    private static final String[] NAMES = {"consumer", "after", "limit", "CONSUMER", "", "consumer%20", "c%6Fnsumer", "ids", "CamelHttpMethod", "CamelSqlQuery", "operator", "%00", "limit[]", "%E2%82"};
    private static final String[] VALUES = {"", "c", "1", "0", "-1", "1000", "1001", "9223372036854775807", "9223372036854775808", "%00", "a%00b", "%ED%A0%80", "%ff", "%", "%4", "%zz", "+", "'", "''--",
            "%27%20OR%201=1", "${body}", "{{database.bank-b.password}}", "%E6%97%A5", "1e3", "NaN", "0x10", "%F0%9F%98%80", "#", "a=b", "%0d%0aX:%20y", "%25%30%30", "x".repeat(1000), "\u00e4", "*", "%2500"};
    private static final String[] BETWEEN = {"&", "&", "&", "&&", ";", "?", "&=&", "&?"};

    private final OperatedBank bank = new OperatedBank();

    @Test
    void answerIsAPageOrAProblem() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        bank.letters(3, "c", "java.lang.A");
        int pages = 0;
        try (Routes routes = bank.start()) {
            for (int i = 0; i < 1_000; i++) {
                String query = query(random);
                String[] answer = get("/dead-letters" + query).split("\r\n\r\n", 2);
                int status = Integer.parseInt(answer[0].split(" ")[1]);

                assertThat(status).as("seed %d: %s: %s", seed, query, answer[0]).isIn(200, 400);
                // what is not encoded Vert.x refuses itself, before any route
                boolean unreadable = query.matches("(?s).*%(?![0-9A-Fa-f]{2}).*");
                if (unreadable && answer[1].equals("Bad Request")) {
                    continue;
                }
                JsonNode body = new ObjectMapper().readTree(answer[1]);
                if (status == 200) {
                    pages++;
                    assertThat(body.isArray()).as("seed %d: %s: %s", seed, query, body).isTrue();
                } else {
                    assertThat(answer[0]).as("seed %d: %s", seed, query).contains("application/problem+json");
                    assertThat(body.at("/status").asInt()).as("seed %d: %s: %s", seed, query, body).isEqualTo(400);
                    assertThat(body.at("/detail").asText()).as("seed %d: %s", seed, query).containsPattern(unreadable ? ": nothing (is listed|was done)[.] " : ": nothing is listed[.] ");
                }
            }
        }

        assertThat(pages).as("pages among the answers, seed %d", seed).isBetween(10, 900);
        assertThat(bank.database.count("dead_letter WHERE ended_at IS NULL")).isEqualTo(3);
    }

    private static String query(Random random) {
        StringBuilder query = new StringBuilder(random.nextInt(10) == 0 ? "" : "?");
        for (int i = random.nextInt(4); i > 0 && !query.isEmpty(); i--) {
            query.append(query.length() > 1 ? BETWEEN[random.nextInt(BETWEEN.length)] : "").append(NAMES[random.nextInt(2) == 0 ? random.nextInt(3) : random.nextInt(NAMES.length)])
                    .append(random.nextInt(8) == 0 ? "" : "=" + VALUES[random.nextInt(VALUES.length)]);
        }
        return query.toString();
    }

    /** Java's own client refuses most of them. The body is one chunk. */
    private String get(String target) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", bank.port()); InputStream in = socket.getInputStream()) {
            socket.getOutputStream().write(("GET " + target + " HTTP/1.0\r\nHost: localhost:" + bank.port() + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?i)\r\n\r\n[0-9a-f]+\r\n", "\r\n\r\n").replaceAll("\r\n0\r\n\r\n$", "");
        }
    }
}
