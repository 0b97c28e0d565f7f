package operations;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.operate.DeadLetterRequest;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A request that says anything wrong does nothing: no part of it is left out, for without it the rest might pick every letter. */
class RequestToEndLettersIsStrictTest {

    /** Parts of good requests, as JSON. */
    private static final Map<String, List<String>> GOOD = new LinkedHashMap<>(Map.of("ids", List.of("[1]", "[3,9223372036854775807]"), "consumer", List.of("\"c\"", "\"\u65e5\u672c\""),
            "errorClass", List.of("\"java.io.IOException\""), "since", List.of("\"2027-01-31T08:00:00Z\""), "until", List.of("\"2027-02-01T00:00:00+02:00\""),
            "dryRun", List.of("true", "false"), "rate", List.of("100", "0.5", "1e3"), "limit", List.of("1", "9223372036854775807"), "who", List.of("\"ann\""), "reason", List.of("\"INC-7\"")));
    /** What none of them may be. */
    private static final List<String> BAD = List.of("null", "[]", "{}", "[[1]]", "[null]", "[1,\"2\"]", "[0]", "[-1]", "[1.5]", "[1e400]", "[9223372036854775808]", "\"\"", "\" \"",
            "\"a\\u0000\"", "\"\\ud800\"", "{\"a\":1}", "-1", "0", "1e-400", "1e999999999", "\"" + "x".repeat(1001) + "\"", "[true]");
    private static final Map<String, List<String>> BAD_TOO = new LinkedHashMap<>(Map.of("ids", List.of("1", "\"1\"", "true", "[" + "1,".repeat(10_000) + "1]"), "consumer", List.of("1", "true", "[\"c\"]"),
            "errorClass", List.of("1", "false"), "since", List.of("\"monday\"", "\"2027-02-30T00:00:00Z\"", "\"2027-01-31\"", "\"-2027-01-31T08:00:00Z\"", "\"+99999-01-31T08:00:00Z\"", "1"),
            "until", List.of("\"0001-01-01T00:00:00Z\"", "\"2027-01-31T07:59:59Z\"", "true"), "dryRun", List.of("\"true\"", "\"false\"", "1"), "rate", List.of("\"100\"", "true", "NaN", "1000001"),
            "who", List.of("1", "true"), "reason", List.of("1", "false"), "all", List.of("false", "\"true\"", "1", "true")));

    static {
        BAD_TOO.put("limit", List.of("true", "\"1\"", "2.0"));
        BAD_TOO.put("token", List.of("1", "\"1-0123456789abcdef\"", "\"x-0123456789abcdef0123456789abcdef\""));
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void goodRequestPicksWhatItSays(@ForAll("good") Map<String, String> request) throws JsonProcessingException {
        Map<String, Object> parameters = new DeadLetterRequest().read(text(request), "REPLAY", null);

        for (String filter : List.of("ids", "consumer", "since", "until", "rate", "limit")) {
            assertThat(parameters.get(filter) != null).as("%s of %s", filter, request).isEqualTo(request.containsKey(filter));
        }
        assertThat(parameters.get("error_class") != null).isEqualTo(request.containsKey("errorClass"));
        assertThat(parameters.get("dry_run")).isEqualTo("true".equals(request.get("dryRun")));
    }

    @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
    void requestWithOneBadPartIsRefusedWithItsName(@ForAll("good") Map<String, String> request, @ForAll("bad") Map.Entry<String, String> bad) {
        Map<String, String> broken = new LinkedHashMap<>(Map.of("since", "\"2027-01-31T08:00:00Z\""));
        broken.putAll(request);
        broken.put(bad.getKey(), bad.getValue());

        assertThatThrownBy(() -> new DeadLetterRequest().read(text(broken), "DISCARD", null)).as("%s", broken)
                .satisfies(refusal -> assertThat(refusal).isInstanceOfAny(InvalidMessageException.class, JsonProcessingException.class))
                .satisfies(refusal -> assertThat(refusal instanceof JsonProcessingException || refusal.getMessage().contains(bad.getKey())).as(refusal.getMessage()).isTrue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"payload\":1", "\"payload\":null", "\"payload\":{\"a\":1}", "\"payload\":\"\\ud800\"", "\"payloadBase64\":1", "\"payloadBase64\":\"a\"",
            "\"payloadBase64\":\"-_\"", "\"payload\":\"a\",\"payloadBase64\":\"AA==\"", "\"payload\":\"a\",\"payload\":\"b\"", "\"payload\":\"a\",\"consumer\":\"c\""})
    void badPayloadIsRefusedAndSoIsAGoodOneForAnythingButOneLetterThatIsReplayed(String bad) throws JsonProcessingException {
        String request = "{\"ids\":[%s],\"who\":\"ann\",\"reason\":\"r\",%s}";
        String good = "\"payload\":\"a\"";

        assertThat((byte[]) new DeadLetterRequest().read(request.formatted("1", good), "REPLAY", null).get("payload")).asString().isEqualTo("a");
        for (String text : List.of(request.formatted("1", bad), request.formatted("1,2", good))) {
            assertThatThrownBy(() -> new DeadLetterRequest().read(text, "REPLAY", null)).isInstanceOfAny(InvalidMessageException.class, JsonProcessingException.class)
                    .hasMessageContaining("payload");
        }
        assertThatThrownBy(() -> new DeadLetterRequest().read(request.formatted("1", good), "DISCARD", null)).isInstanceOf(InvalidMessageException.class).hasMessageContaining("payload");
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void requestThatIsNoneIsRefused(@ForAll("good") Map<String, String> request, @ForAll("spoiled") String spoiled) {
        String text = text(request);
        String broken = spoiled.replace("…", text).replace("^", text.substring(0, text.length() - 1)).replace("~", text.substring(1, text.length() - 1));

        assertThatThrownBy(() -> new DeadLetterRequest().read(broken, "REPLAY", null)).as(broken).isInstanceOfAny(InvalidMessageException.class, JsonProcessingException.class);
    }

    @Provide
    Arbitrary<Map<String, String>> good() {
        return Combinators.combine(Arbitraries.subsetOf("ids", "consumer", "errorClass", "since", "until"), Arbitraries.subsetOf("rate", "dryRun", "limit"), Arbitraries.randoms()).as((filters, others, random) -> {
            List<String> names = new ArrayList<>(filters);
            names.addAll(others);
            names.addAll(List.of("who", "reason"));
            if (filters.isEmpty()) {
                names.add("ids");
            }
            Map<String, String> request = new LinkedHashMap<>();
            names.forEach(name -> request.put(name, GOOD.get(name).get(random.nextInt(GOOD.get(name).size()))));
            return request;
        });
    }

    @Provide
    Arbitrary<Map.Entry<String, String>> bad() {
        List<String> names = new ArrayList<>(GOOD.keySet());
        names.addAll(List.of("all", "token", "Consumer", "id", "where"));
        return Arbitraries.of(names).flatMap(name -> {
            List<String> values = new ArrayList<>(BAD);
            values.addAll(BAD_TOO.getOrDefault(name, List.of()));
            return Arbitraries.of(values).map(value -> Map.entry(name, value));
        });
    }

    @Provide
    Arbitrary<String> spoiled() {
        return Arbitraries.of("[…]", "… …", "…x", "\"…\"", "^", "^,}", "{\"who\":\"a\",~}", "{~,\"reason\":\"b\"}", "null", "true", "1", "[]", "{}", "", " ", "{\"dryRun\":true}",
                "{\"who\":\"a\",\"reason\":\"b\"}");
    }

    private static String text(Map<String, String> request) {
        List<String> parts = new ArrayList<>();
        request.forEach((name, value) -> parts.add("\"" + name + "\":" + value));
        return "{" + String.join(",", parts) + "}";
    }
}
