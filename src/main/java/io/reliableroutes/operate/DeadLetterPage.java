package io.reliableroutes.operate;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.support.DatabaseText;
import org.apache.camel.util.StringHelper;

/** Reads a request for a page of open dead letters: parameters {@code consumer}, {@code after} (an id) and {@code limit}, each optional. */
public class DeadLetterPage {

    private static final int LIMIT = 1_000;
    private static final List<String> NAMES = List.of("consumer", "after", "limit");

    /**
     * @param  query                   of the request as it was sent: a header of its name is no parameter; null or empty if there is none
     * @return                         parameters of {@code list-dead-letters.sql}, not null
     * @throws InvalidMessageException if one is unknown, there twice or cannot be read; the message begins with its name
     */
    public Map<String, Object> read(String query) {
        Map<String, String> request = new LinkedHashMap<>();
        for (String part : query == null || query.isEmpty() ? new String[0] : query.split("&", -1)) {
            String name = decoded(StringHelper.before(part, "=", part));
            refuse(!NAMES.contains(name), shown(name) + " is no part of a request", "Use " + NAMES);
            refuse(request.put(name, decoded(StringHelper.after(part, "=", ""))) != null, name + " is there twice", "Ask once for each");
        }
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("consumer", text(request, "consumer"));
        parameters.put("after", number(request, "after", 0, Long.MAX_VALUE, 0));
        parameters.put("limit", number(request, "limit", 1, LIMIT, LIMIT));
        return parameters;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new InvalidMessageException(shown(text) + " is not encoded: nothing is listed. Write % as %25.");
        }
    }

    private static String shown(String text) {
        return text.length() > 100 ? text.substring(0, 100) + "…" : text;
    }

    /**
     * @param  page what {@link #read} has made, not null
     * @param  last id of the last letter on that page
     * @return      value of the header {@code Link} to the next one (RFC 8288), not null
     */
    public String link(Map<String, Object> page, long last) {
        String consumer = (String) page.get("consumer");
        return "</dead-letters?after=" + last + "&limit=" + page.get("limit")
                + (consumer == null ? "" : "&consumer=" + URLEncoder.encode(consumer, StandardCharsets.UTF_8)) + ">; rel=\"next\"";
    }

    private static String text(Map<String, String> request, String name) {
        String text = request.get(name);
        refuse(text != null && !DatabaseText.UTF8.holds(text), name + " has a character that PostgreSQL does not store (NUL, or half of a pair)", "Leave it out");
        return text == null || text.isEmpty() ? null : text;
    }

    private static long number(Map<String, String> request, String name, long least, long most, long usual) {
        String text = text(request, name);
        if (text == null) {
            return usual;
        }
        try {
            long number = Long.parseLong(text);
            refuse(number < least || number > most, name + " (" + number + ") is not between " + least + " and " + most, "Correct it");
            return number;
        } catch (NumberFormatException e) {
            throw new InvalidMessageException(name + " (" + shown(text) + ") is no number: nothing is listed. Write for example " + name + "=" + usual + ".");
        }
    }

    private static void refuse(boolean wrong, String problem, String fix) {
        if (wrong) {
            throw new InvalidMessageException(problem + ": nothing is listed. " + fix + ".");
        }
    }
}
