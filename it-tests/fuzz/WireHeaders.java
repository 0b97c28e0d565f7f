package fuzz;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.kafka.common.header.Header;

/** What the headers of a record must be, by its row: the pack's own, and the row's, each once and as it is. */
final class WireHeaders {

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    /** A row may not choose these: they say what the pack says, or are not there. */
    private static final Pattern RESERVED = Pattern.compile("ce_.*|content-type|traceparent|kafka\\..*|camel.*|org\\.apache\\.camel.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private WireHeaders() {
    }

    static List<String> problems(Fact fact, Seen record) {
        List<String> problems = new ArrayList<>();
        Map<String, String> own = new LinkedHashMap<>(Map.of("ce_specversion", "1.0", "ce_id", fact.id(), "ce_type", fact.type(), "content-type", fact.contentType()));
        if (fact.traceparent() != null) {
            own.put("traceparent", fact.traceparent());
        }
        own.forEach((name, value) -> {
            if (!value.equals(record.header(name))) {
                problems.add("header " + name + " is " + Hostile.shortened(record.header(name)) + " and not " + Hostile.shortened(value));
            }
        });
        if (!Set.of("bank-a", "bank-b").contains(String.valueOf(record.header("ce_source")))) {
            problems.add("header ce_source is " + Hostile.shortened(record.header("ce_source")));
        }
        checkTime(fact, record.header("ce_time"), problems);
        for (Header header : record.headers()) {
            String name = header.key();
            if (record.headers().stream().filter(other -> other.key().equals(name)).count() > 1) {
                problems.add("header " + Hostile.shortened(name) + " is there twice");
            } else if (!own.containsKey(name) && !Set.of("ce_source", "ce_time").contains(name)
                    && (!fact.headers().containsKey(name) || !isSame(fact.headers().get(name), fact.kinds().get(name), header.value()))) {
                problems.add("header " + Hostile.shortened(name) + " is " + Hostile.shortened(header.value()) + " and the row has " + Hostile.shortened(fact.headers().get(name)));
            }
        }
        fact.headers().forEach((name, value) -> {
            if (value != null && !RESERVED.matcher(name).matches() && record.headers().stream().noneMatch(header -> header.key().equals(name))) {
                problems.add("header " + Hostile.shortened(name) + " of the row is missing");
            }
        });
        return problems;
    }

    private static void checkTime(Fact fact, String time, List<String> problems) {
        try {
            boolean usual = fact.createdAt() != null && fact.createdAt().isAfter(Instant.EPOCH) && fact.createdAt().isBefore(Instant.parse("9999-01-01T00:00:00Z"));
            if (usual && !fact.createdAt().equals(Instant.parse(String.valueOf(time)))) {
                problems.add("header ce_time is " + time + " and not " + fact.createdAt());
            }
        } catch (DateTimeException e) {
            problems.add("header ce_time is no time: " + time);
        }
    }

    private static boolean isSame(String text, String kind, byte[] value) {
        if (text == null || value == null) {
            return text == null && value == null;
        }
        String sent = new String(value, StandardCharsets.UTF_8);
        try {
            return switch (kind) {
                case "number" -> new BigDecimal(text).compareTo(new BigDecimal(sent)) == 0;
                case "object", "array" -> JSON.readTree(text).equals(JSON.readTree(sent));
                default -> text.equals(sent);
            };
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }
}
