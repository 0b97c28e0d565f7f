package inbox;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import harness.Java;
import harness.ReceivingBank;
import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A handler of lists gets the messages of a poll at once; what fails in a list, or waits for its key, ends as it would without. */
class HandlerTakesAListIT {

    private static final int MESSAGES = 120;
    /** What each payload of the generator was, by its message. */
    private final Map<String, byte[]> sent = new LinkedHashMap<>();
    private final ReceivingBank bank = new ReceivingBank();

    HandlerTakesAListIT() {
        bank.database.update("CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY, message_id text NOT NULL UNIQUE, message_key text, data jsonb, payload bytea, place integer)");
        bank.settings.put("inbox.immediate-delay", "10ms");
        bank.settings.put("inbox.outage-delay", "200ms");
        bank.settings.put("inbox.retry.first-delay", "1h");
        bank.settings.put("inbox.dead-letter-topic", "false");
    }

    @Test
    void waitingMessagesAreHandledInOrderInAFewLists() {
        IntStream.rangeClosed(1, MESSAGES).forEach(i -> bank.request("a-" + i % 3, "m-" + i, "t-" + i));

        try (Routes routes = start()) {
            awaitEffects(MESSAGES);
        }

        assertThat(column("message_id", "true")).containsExactlyElementsOf(IntStream.rangeClosed(1, MESSAGES).mapToObj(i -> "m-" + i).toList());
        assertThat(column("data ->> 'transferId'", "place IS NOT NULL")).hasSizeGreaterThan(MESSAGES - 10).startsWith("t-1", "t-2");
        assertThat(column("DISTINCT xmin::text", "true")).hasSizeLessThan(MESSAGES / 10);
        assertThat(bank.database.value("SELECT max(position) FROM inbox_position")).isEqualTo(MESSAGES - 1L);
    }

    @Test
    void oneThatFailsEndsAsItWouldAloneAndTheOthersHaveTheirEffect() {
        bank.database.update("ALTER TABLE effect ADD CONSTRAINT refused CHECK (message_id <> 'm-7')");
        bank.settings.put("inbox.list.retry.max-attempts", "0");
        IntStream.rangeClosed(1, 20).forEach(i -> bank.request("a-" + i, "m-" + i, "t-" + i));

        try (Routes routes = start()) {
            awaitEffects(19);
            ReceivingBank.await().until(() -> bank.database.count("dead_letter") == 1);
        }

        assertThat(bank.database.value("SELECT message_id FROM dead_letter")).isEqualTo("m-7");
        assertThat(column("message_id", "true")).doesNotContain("m-7").doesNotHaveDuplicates();
    }

    @Test
    void messageWhoseKeyIsHeldWaitsAndTheOthersAreAList() {
        bank.database.update("ALTER TABLE effect ADD CONSTRAINT refused CHECK (message_id <> 'm-1')");
        bank.request("held", "m-1", "t-1");
        try (Routes routes = start()) {
            ReceivingBank.await().until(() -> bank.database.count("inbox_parked") == 1);
        }
        bank.request("other", "m-2", "t-2");
        bank.request("held", "m-3", "t-3");
        bank.request("other", "m-4", "t-4");

        try (Routes routes = start()) {
            awaitEffects(2);
        }

        assertThat(column("message_id || ' ' || place", "true")).containsExactly("m-2 1", "m-4 2");
        assertThat(bank.database.rows("SELECT message_id, behind FROM inbox_parked ORDER BY id"))
                .containsExactly(Map.of("message_id", "m-1", "behind", false), Map.of("message_id", "m-3", "behind", true));
    }

    @Test
    void messagesThatAreKnownAreInNoList() {
        IntStream.rangeClosed(1, 3).forEach(i -> bank.request("a-1", "m-" + i, "t-" + i));
        IntStream.rangeClosed(1, 3).forEach(i -> bank.request("a-1", "m-" + i, "t-" + i));
        try (Routes routes = start()) {
            awaitEffects(3);
            bank.request("a-1", "m-1", "t-1");
            bank.request("a-1", "m-2", "t-2");
            ReceivingBank.await().until(() -> bank.database.value("SELECT max(position) FROM inbox_position").equals(7L));
        }

        assertThat(column("message_id", "true")).containsExactly("m-1", "m-2", "m-3");
        assertThat(bank.database.count("dead_letter") + bank.database.count("inbox_parked")).isZero();
    }

    /** Whatever the bytes are, the list tells them as they came, or the message ends as it would alone. */
    @Test
    void payloadsOfAnyKindComeAsTheyWere() {
        long seed = Long.getLong("seed", 5);
        // some are no jsonb, and their lists fail
        bank.settings.put("inbox.list.batch-size", "5");
        Random random = new Random(seed);
        for (int i = 0; i < 150; i++) {
            byte[] payload = payload(random);
            Map<String, byte[]> headers = new LinkedHashMap<>();
            ReceivingBank.headers("m-" + i).forEach((name, value) -> headers.put(name, value.getBytes(StandardCharsets.UTF_8)));
            List<String> types = List.of("application/json", "application/json; charset=utf-8", "application/vnd.bank+json", "text/plain", "", "json", "/");
            headers.put("content-type", types.get(random.nextInt(types.size())).getBytes(StandardCharsets.UTF_8));
            if (random.nextInt(4) == 0) {
                headers.put(List.of("ce_data", "ce_data_base64", "ce_partitionkey", "ce_", "traceparent").get(random.nextInt(5)), payload);
            }
            sent.put("m-" + i, payload);
            bank.topic.sendRaw(random.nextInt(3) == 0 ? null : "k-" + random.nextInt(5), payload, List.copyOf(headers.entrySet()));
        }

        try (Routes routes = start()) {
            ReceivingBank.await().untilAsserted(() -> assertThat(bank.database.value("SELECT coalesce(max(position), -1) FROM inbox_position")).isEqualTo(149L));
        }

        List<String> differences = new ArrayList<>();
        for (Map<String, Object> row : bank.database.rows("SELECT message_id, payload, data IS NOT NULL AS told FROM effect")) {
            byte[] payload = sent.get(row.get("message_id"));
            boolean same = Boolean.TRUE.equals(row.get("told"))
                    ? bank.database.count("effect WHERE message_id = '" + row.get("message_id") + "' AND data = CAST(convert_from(decode('" + hex(payload) + "', 'hex'), 'UTF8') AS jsonb)") == 1
                    : Arrays.equals(payload, (byte[]) row.get("payload"));
            if (!same) {
                differences.add(row.get("message_id") + " " + hex(payload));
            }
        }
        assertThat(differences).as("payloads of seed %d", seed).isEmpty();
        assertThat(bank.database.count("effect")).isEqualTo(150);
        assertThat(column("count(*)::text", "place IS NOT NULL AND data IS NOT NULL").get(0)).as("told as JSON in a list").isNotEqualTo("0");
        assertThat(column("count(*)::text", "place IS NOT NULL AND data IS NULL").get(0)).as("told as bytes in a list").isNotEqualTo("0");
        assertThat(bank.database.count("dead_letter") + bank.database.count("inbox_parked")).isZero();
    }

    private static byte[] payload(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> "{\"amount\":1.10,\"huge\":12345678901234567890.123456789012345678900}".getBytes(StandardCharsets.UTF_8);
            case 1 -> "null".getBytes(StandardCharsets.UTF_8);
            case 2 -> " [1, {\"a\": \"\\u00e9\\ud83d\\ude00 \\\" ]\"}]\n".getBytes(StandardCharsets.UTF_8);
            case 3 -> ("[".repeat(random.nextInt(3_000)) + "1").getBytes(StandardCharsets.UTF_8);
            case 4 -> {
                int depth = 1 + random.nextInt(1_500);
                yield ("[".repeat(depth) + "]".repeat(depth)).getBytes(StandardCharsets.UTF_8);
            }
            case 5 -> "{\"a\":1} {\"b\":2}".getBytes(StandardCharsets.UTF_8);
            case 6 -> "{\"a\":1}],\"id\":\"m-1".getBytes(StandardCharsets.UTF_8);
            case 7 -> "{\"a\":1}".getBytes(Charset.forName("UTF-16"));
            case 8 -> random.nextInt(8) == 0 ? "{\"a\":\"\\u0000\"}".getBytes(StandardCharsets.UTF_8) : "\uFEFF{}".getBytes(StandardCharsets.UTF_8);
            case 9 -> new byte[random.nextInt(2)];
            case 10 -> {
                byte[] bytes = new byte[random.nextInt(64)];
                random.nextBytes(bytes);
                yield bytes;
            }
            default -> ("{\"n\":" + List.of("NaN", "1e999999", "-0", "01", "1.", "9".repeat(2_000)).get(random.nextInt(6)) + "}").getBytes(StandardCharsets.UTF_8);
        };
    }

    private Routes start() {
        return Routes.start(bank.settings, Java.root().resolve("it-tests/inbox/list-handler.camel.yaml").toString());
    }

    private void awaitEffects(int number) {
        ReceivingBank.await().untilAsserted(() -> assertThat(bank.database.count("effect")).as("dead: %s", bank.database.rows("SELECT message_id, error_message FROM dead_letter")).isEqualTo(number));
    }

    private List<Object> column(String expression, String condition) {
        return bank.database.rows("SELECT " + expression + " AS it FROM effect WHERE " + condition + (expression.matches("(DISTINCT|count).*") ? "" : " ORDER BY id"))
                .stream().map(row -> row.get("it")).toList();
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
