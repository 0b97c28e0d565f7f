package fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;

import harness.Planted;
import saga.Orders;

/** Answers of participants that are slow, broken, something else, or hostile. */
final class ParticipantGenerator {

    /** None that has 200 behind its version: the JDK's client reads three digits. */
    private static final List<String> LINES = List.of("HTTP/1.1 5000 OK", "HTTP/1.1 20 OK", "HTTP/1.1 -200 OK", "HTTP/1.1 abc", "HTTP/1.1", "HTTP/9.9 500 OK", "ICY 200 OK", "200 OK", "SSH-2.0-OpenSSH_9.2",
            "\u0016\u0003\u0001", "<html>200</html>", "", "POST " + Orders.PATH + " HTTP/1.1");
    private static final List<String> HEADERS = List.of("X: y", "Content-Type: text/html; charset=bogus", "Content-Type: application/problem+json; charset=utf-16", "Content-Encoding: gzip", "Set-Cookie: a=b",
            "Location: http://localhost:1/", "Retry-After: soon", "Connection: close", "X-Echo: " + Orders.PATH, "Date: yesterday", "WWW-Authenticate: Basic realm=\"" + Orders.PATH + "\"");
    /** One of these makes it no answer, or none that is understood. */
    private static final List<String> BOMBS = List.of("Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length: x", "Transfer-Encoding: chunked", "no colon", ": empty", "X: " + "y".repeat(2_000_000),
            "X: \u0000", "X: y\r\n".repeat(100_000), "Content-Length: 5\r\nContent-Length: 7");
    private static final List<String> DETAILS = List.of("null", "7", "1e400", "true", "[]", "{\"detail\":\"x\"}", "\"\"", "\" \"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udfff\\ud800\"", "\"a\\ud83d\"",
            "\"\\u2028\\u2029\\u0085\\r\\n\"", "\"${body}\"", "\"{{participant.url}}\"", "\"'; DELETE FROM saga; --\"", "\"" + "x".repeat(1_000_000) + "\"", "\"" + "\ud83d\ude00".repeat(300) + "\"", "\"" + "x".repeat(60_000) + "\"",
            "\"x" + "\ud83d\ude00".repeat(150) + "\"", "[".repeat(5_000), "\"cut", "\"http://localhost" + Orders.PATH + "\"", "\"" + Orders.PATH + "\"", "\"" + Planted.secret("token") + "\"", "\"" + Planted.secret("query") + "\"");

    private final Hostile hostile;

    ParticipantGenerator(Hostile hostile) {
        this.hostile = hostile;
    }

    /** A status that is neither done nor refused, or refused where that is no answer. */
    int otherStatus(boolean refusable) {
        if (!refusable && hostile.once(4)) {
            return 409;
        }
        int status = hostile.once(2) ? hostile.oneOf(100, 301, 302, 307, 308, 400, 401, 404, 408, 410, 422, 425, 429, 500, 502, 503) : 100 + hostile.below(500);
        return status / 100 == 2 || status == 409 ? 500 : status;
    }

    /** Whether docs/failures.md calls it permanent: the command is a dead letter at once. */
    static boolean isPermanent(byte[] answer) {
        return new String(answer, 0, Math.min(answer.length, 20), StandardCharsets.ISO_8859_1).matches("(?s)HTTP/1.1 (400|413|414|416|422|431|451).*");
    }

    /** Says what it says, with whatever beside. */
    byte[] whole(int status, int elsewhere) {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + (hostile.once(4) ? " " + Orders.PATH : hostile.once(4) ? "" : " Told") + "\r\n");
        for (int i = hostile.below(3); i > 0; i--) {
            head.append(hostile.oneOf(HEADERS)).append("\r\n");
        }
        if (status / 100 == 3) {
            head.append("Location: ").append(hostile.oneOf(Orders.PATH, "http://localhost:" + elsewhere + "/", "//localhost:" + elsewhere)).append("\r\n");
        }
        if (hostile.once(4) && status > 400) {
            head.append("Retry-After: ").append(hostile.oneOf("0", "1", "-1", "soon", "Fri, 31 Dec 1999 23:59:59 GMT")).append("\r\n");
        }
        byte[] body = status < 200 || status == 204 || status == 304 ? new byte[0] : body();
        return joined(head + "Content-Length: " + body.length + "\r\n\r\n", body);
    }

    /** Null closes the connection; it may begin as the truth does, and break off. */
    byte[] none(int truth) {
        return switch (hostile.below(5)) {
            case 0 -> null;
            case 1 -> (hostile.oneOf(LINES) + "\r\n\r\n").getBytes(StandardCharsets.UTF_8);
            case 2 -> ("HTTP/1.1 " + truth + " Told\r\n" + hostile.oneOf(BOMBS) + "\r\n\r\nnone").getBytes(StandardCharsets.UTF_8);
            case 3 -> {
                byte[] whole = whole(truth, 1);
                yield Arrays.copyOf(whole, hostile.below(Math.min(60, whole.length)));
            }
            default -> joined("HTTP/1.1 " + truth + " Told\r\nContent-Length: " + hostile.oneOf(50_000_000, 1_000) + "\r\n\r\n", hostile.bytes(900));
        };
    }

    private byte[] body() {
        String text = "{\"title\":" + hostile.oneOf(DETAILS) + ",\"detail\":" + hostile.oneOf(DETAILS) + (hostile.once(5) ? "" : "}");
        return switch (hostile.below(8)) {
            case 0 -> new byte[0];
            case 1 -> hostile.bytes(hostile.oneOf(1, 100, 3_000_000));
            case 2 -> gzip(text);
            case 3 -> text.getBytes(hostile.oneOf(StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16));
            default -> text.getBytes(StandardCharsets.UTF_8);
        };
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zipped = new GZIPOutputStream(bytes)) {
            zipped.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] joined(String head, byte[] body) {
        byte[] start = head.getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = Arrays.copyOf(start, start.length + body.length);
        System.arraycopy(body, 0, all, start.length, body.length);
        return all;
    }
}
