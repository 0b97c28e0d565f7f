package fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.camel.Exchange;

/**
 * The handler of {@code fuzz-receive.camel.yaml}: does what the first line of the body says, {@code <number> <times> <act>}, that many
 * times, and notes what it was given at each attempt.
 */
public class Saboteur {

    /** What the handler was given, attempt by attempt: header values by name, by digest of the body. */
    private static final Map<String, List<Map<String, Object>>> ATTEMPTS = new ConcurrentHashMap<>();

    /** @return the parameters of the effect's statement */
    public Map<String, Object> effect(Exchange exchange) {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("digest", Seen.digest(body));
        parameters.put("message_id", exchange.getMessage().getHeader("ce_id", String.class));
        Map<String, Object> given = new TreeMap<>(exchange.getMessage().getHeaders());
        attempts((String) parameters.get("digest")).add(given);
        return parameters;
    }

    /** The attempts at a message, in their order. */
    static List<Map<String, Object>> attempts(String digest) {
        return ATTEMPTS.computeIfAbsent(digest, id -> Collections.synchronizedList(new ArrayList<>()));
    }

    static void forget() {
        ATTEMPTS.clear();
    }

    /** Throws what the body says; what only a route can do is put into the variable {@code act}. */
    public void act(Exchange exchange) throws Throwable {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        String[] words = new String(body, StandardCharsets.ISO_8859_1).split("\n", 2)[0].split(" ", 3);
        exchange.setVariable("act", "");
        if (words.length < 3) {
            return;
        }
        int attempt = attempts(Seen.digest(body)).size();
        if (attempt <= Integer.parseInt(words[1])) {
            Sabotage.valueOf(words[2]).run(exchange);
        } else if (words[2].equals("STOP")) {
            exchange.setVariable("act", "stop");
        }
    }
}
