package fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** What a hostile world sends, from one seed: the same seed says the same. */
final class Hostile {

    private static final List<String> TEXTS = List.of("", " ", "null", "0", "-1", "a'b", "a\"b", "\",\"kafka.KEY\":\"x", "'; DELETE FROM outbox_message; --", "${body}",
            "{{tx.policy}}", ":#a", ":?a", "#", "?", "%s", "\\", "\\u0000", "\n", "a\r\nb", "\t", "\u0001", "\u007f", "\u0085", "\u202e", "\ufeff", "\ufffd", "\uffff",
            "\ud83d\ude00", "e\u0301", "\u00e9", "\u00c5ngstr\u00f6m", "\u65e5\u672c", "sha256:", "sha256:00", "../../x", "http://x/?a=b&c", "<a/>", "\ud800\udf48".repeat(100), "null\u2028");
    private static final List<String> NAMES = List.of("kafka.PARTITION_KEY", "kafka.OVERRIDE_TIMESTAMP", "kafka.OVERRIDE_TOPIC", "kafka.KEY", "kafka.key", "CamelKafkaPartitionKey",
            "CamelKafkaOverrideTopic", "CamelKafkaOverrideTimestamp", "CamelKafkaKey", "camelkafkakey", "CamelSqlQuery", "CamelSqlParameters", "CamelRedeliveryCounter",
            "CamelRedeliveryDelay", "org.apache.camel.x", "Long-Running-Action", "ce_id", "CE_ID", "Ce_Source", "ce_time", "ce_specversion", "ce_type", "ce_extension", "Content-Type",
            "content-type", "traceparent", "TRACEPARENT", "tracestate", "dead-letter-topic", "breadcrumbId", "Exchange", "x", "X", "x-tenant", "a.b", "a b", "a=b", "a[0]");

    private final Random random;

    Hostile(long seed) {
        random = new Random(seed);
    }

    Random random() {
        return random;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean once(int in) {
        return random.nextInt(in) == 0;
    }

    @SafeVarargs
    final <T> T oneOf(T... values) {
        return values[random.nextInt(values.length)];
    }

    <T> T oneOf(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    /** A text without lone surrogates: short and odd, or long, also at the bounds that something has. */
    String text() {
        return switch (below(12)) {
            case 0 -> "m".repeat(oneOf(199, 200, 201, 255, 256, 1000, 1001, 4000, 4001));
            case 1 -> "\u00e9".repeat(oneOf(99, 100, 101, 200, 201));
            case 2 -> "\ud83d\ude00".repeat(oneOf(49, 50, 51, 100, 101, 200));
            case 3 -> incompressible(oneOf(100, 2_600, 2_800, 8_100, 20_000));
            case 4, 5 -> oneOf(TEXTS) + oneOf(TEXTS);
            default -> oneOf(TEXTS);
        };
    }

    /** The same, sometimes with a character that PostgreSQL does not take. */
    String textWithNul() {
        return once(6) ? oneOf("\0", "a\0b", "\0" + text()) : text();
    }

    String name() {
        return once(3) ? text() : oneOf(NAMES);
    }

    byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Text or none, as bytes: also what is no UTF-8, and cut in the middle of a character. */
    byte[] rawText() {
        byte[] text = textWithNul().getBytes(StandardCharsets.UTF_8);
        return switch (below(6)) {
            case 0 -> bytes(oneOf(1, 2, 8, 200, 201));
            case 1 -> java.util.Arrays.copyOf(text, Math.max(0, text.length - 1));
            case 2 -> new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80};
            default -> text;
        };
    }

    private String incompressible(int length) {
        StringBuilder text = new StringBuilder(length);
        random.ints(length, 33, 126).forEach(c -> text.append((char) c));
        return text.toString();
    }

    /** A value as a message of a failure tells it: with its length where it is long, and its invisible characters. */
    static String shortened(Object value) {
        if (value == null) {
            return "null";
        }
        byte[] bytes = value instanceof byte[] raw ? raw : null;
        String text = bytes == null ? value.toString() : new String(bytes, StandardCharsets.ISO_8859_1);
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(60).forEach(c -> shown.append(c < 32 || c > 126 ? "\\u{%x}".formatted(c) : Character.toString(c)));
        return text.length() > 60 ? shown + "… (" + text.length() + (bytes == null ? " characters)" : " bytes)") : shown.toString();
    }
}
