package fuzz;

import java.time.Instant;
import java.util.Map;

/**
 * A message that a transaction has committed to an outbox, as it was then.
 *
 * @param number  in the order in which they were written
 * @param headers texts by name, as PostgreSQL tells them; null for JSON's null
 * @param kinds   {@code string}, {@code number}, {@code object} … by name
 * @param delayed was given a due time
 * @param digest  of the payload
 */
record Fact(long number, String id, String destination, String key, String type, String contentType, Map<String, String> headers, Map<String, String> kinds, String traceparent,
        Instant createdAt, boolean delayed, String digest, long size) {

    boolean isGood() {
        return key != null && (key.startsWith(RowGenerator.GOOD) || key.startsWith("last-"));
    }

    @Override
    public String toString() {
        return "row %d {id=%s, destination=%s, key=%s, type=%s, content_type=%s, headers=%s, payload of %d bytes}".formatted(number, id, Hostile.shortened(destination), Hostile.shortened(key),
                Hostile.shortened(type), Hostile.shortened(contentType), Hostile.shortened(headers), size);
    }
}
