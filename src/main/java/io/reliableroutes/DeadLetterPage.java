package io.reliableroutes;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Reads a request for a page of open dead letters: parameters {@code consumer}, {@code after} (an id) and {@code limit}, each optional. */
public class DeadLetterPage {

    private static final int LIMIT = 1_000;

    /**
     * @param  exchange                with the query's parameters as headers, not null
     * @return                         parameters of {@code list-dead-letters.sql}, not null
     * @throws InvalidMessageException if one is there twice or cannot be read; the message begins with its name
     */
    public Map<String, Object> read(Exchange exchange) {
        Message request = exchange.getMessage();
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("consumer", text(request, "consumer"));
        parameters.put("after", number(request, "after", 0, Long.MAX_VALUE, 0));
        parameters.put("limit", number(request, "limit", 1, LIMIT, LIMIT));
        return parameters;
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

    private static String text(Message request, String name) {
        Object value = request.getHeader(name);
        refuse(value != null && !(value instanceof String), name + " (" + value + ") is there twice", "Ask once for each");
        String text = (String) value;
        refuse(text != null && !DatabaseText.UTF8.holds(text), name + " has a character that PostgreSQL does not store (NUL, or half of a pair)", "Leave it out");
        return text == null || text.isEmpty() ? null : text;
    }

    private static long number(Message request, String name, long least, long most, long usual) {
        String text = text(request, name);
        if (text == null) {
            return usual;
        }
        try {
            long number = Long.parseLong(text);
            refuse(number < least || number > most, name + " (" + number + ") is not between " + least + " and " + most, "Correct it");
            return number;
        } catch (NumberFormatException e) {
            throw new InvalidMessageException(name + " (" + text + ") is no number: nothing is listed. Write for example " + name + "=" + usual + ".");
        }
    }

    private static void refuse(boolean wrong, String problem, String fix) {
        if (wrong) {
            throw new InvalidMessageException(problem + ": nothing is listed. " + fix + ".");
        }
    }
}
