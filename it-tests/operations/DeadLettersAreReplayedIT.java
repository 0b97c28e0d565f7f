package operations;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import harness.Ports;
import harness.RouteProcess;
import harness.Routes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Bulk replay and discard: counted first, all or nothing, each letter once, in order for each key, and recorded. */
class DeadLettersAreReplayedIT {

    private static final String CONSUMER = "bank-b-credit-transfer";

    private final OperatedBank bank = new OperatedBank();

    @TempDir
    private Path folder;

    @Test
    void replayIsCountedFirstThenDoneOnceInOrderAndRecorded() {
        bank.letters(100, CONSUMER, "java.lang.A");
        bank.letters(5, CONSUMER, "java.lang.B");
        try (Routes routes = bank.start("bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml")) {
            assertThat(bank.json(bank.get("?consumer=" + CONSUMER))).hasSize(105);
            String filter = "\"consumer\":\"%s\",\"errorClass\":\"java.lang.A\"".formatted(CONSUMER);
            assertThat(bank.post("/replay", "{%s,\"dryRun\":true}".formatted(filter)).get("letters").asInt()).isEqualTo(100);
            assertThat(bank.database.count("inbox_parked")).isZero();
            assertThat(bank.database.count("dead_letter_audit")).isZero();

            String request = "{%s,\"who\":\"ann\",\"reason\":\"bank was down\"}".formatted(filter);
            assertThat(bank.post("/replay", request).get("letters").asInt()).isEqualTo(100);
            assertThat(bank.post("/replay", request).get("detail").asText()).contains("matches no open dead letter. Nothing was done.");
            OperatedBank.await().untilAsserted(() -> assertThat(bank.database.count("ledger_entry")).isEqualTo(100));
        }

        assertThat(bank.database.count("inbox_parked")).isZero();
        for (int key = 0; key < 10; key++) {
            int first = key == 0 ? 10 : key;
            assertThat(bank.database.rows("SELECT transfer_id FROM ledger_entry WHERE from_account = ? ORDER BY id", "a-" + key)
                    .stream().map(row -> row.get("transfer_id"))).as("key %d", key)
                    .containsExactlyElementsOf(IntStream.range(0, 10).<Object>mapToObj(i -> "t-" + (first + 10 * i)).toList());
        }
        assertThat(bank.database.rows("SELECT action, who, reason, letters, filter ->> 'errorClass' AS error FROM dead_letter_audit")).containsExactly(
                Map.of("action", "REPLAY", "who", "ann", "reason", "bank was down", "letters", 100L, "error", "java.lang.A"));
        assertThat(bank.database.count("dead_letter WHERE ended_at IS NULL")).isEqualTo(5);
    }

    @Test
    void requestWithATokenDoesWhatItsDryRunHasCountedOrNothing() {
        bank.letters(10, CONSUMER, "java.lang.A");
        try (Routes routes = bank.start()) {
            String filter = "\"consumer\":\"%s\"".formatted(CONSUMER);
            JsonNode counted = bank.post("/replay", "{%s,\"dryRun\":true}".formatted(filter));
            assertThat(counted.get("letters").asInt()).isEqualTo(10);
            String token = counted.get("token").asText();
            bank.letters(1, CONSUMER, "java.lang.B");
            JsonNode more = bank.post("/replay", request(filter, token));
            assertThat(more.get("status").asInt()).isEqualTo(409);
            assertThat(more.get("detail").asText()).contains("token (" + token + ") is of other letters than the filter picks now (11)").contains("Nothing was done.");
            bank.post("/discard", "{\"ids\":[3],\"who\":\"bob\",\"reason\":\"r\"}");
            assertThat(bank.post("/replay", request(filter, token)).get("status").asInt()).as("as many, but others").isEqualTo(409);
            String now = bank.post("/replay", "{%s,\"dryRun\":true}".formatted(filter)).get("token").asText();
            assertThat(bank.post("/discard", request(filter, now)).get("status").asInt()).as("another action").isEqualTo(409);
            assertThat(bank.database.count("inbox_parked")).isZero();
            assertThat(bank.database.count("dead_letter_audit")).isEqualTo(1);

            assertThat(bank.post("/replay", request(filter, now)).get("letters").asInt()).isEqualTo(10);
            assertThat(bank.post("/replay", request(filter, now)).get("status").asInt()).as("done").isEqualTo(409);
        }

        assertThat(bank.database.count("inbox_parked")).isEqualTo(10);
    }

    @Test
    void limitTakesTheOldestInOrder() {
        bank.letters(30, CONSUMER, "java.lang.A");
        try (Routes routes = bank.start()) {
            String token = bank.post("/replay", "{\"all\":true,\"limit\":7,\"dryRun\":true}").get("token").asText();
            assertThat(token).startsWith("7-");
            bank.letters(1, CONSUMER, "java.lang.A");
            assertThat(bank.post("/replay", request("\"all\":true,\"limit\":7", token)).get("letters").asInt()).as("those behind the limit do not matter").isEqualTo(7);
        }

        assertThat(bank.database.rows("SELECT id FROM dead_letter WHERE ended_at IS NOT NULL ORDER BY id").stream().map(row -> row.get("id"))).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(bank.database.rows("SELECT topic_offset FROM inbox_parked ORDER BY id").stream().map(row -> row.get("topic_offset"))).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(bank.database.value("SELECT filter::text FROM dead_letter_audit")).isEqualTo("{\"all\": true, \"limit\": 7}");
    }

    @Test
    void letterIsLookedAtMendedAndReplayedAndTheAuditHasBothPayloads() {
        bank.letters(2, CONSUMER, "java.lang.A");
        bank.database.update("UPDATE dead_letter SET payload = 'no json' WHERE id = 2");
        try (Routes routes = bank.start("bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml")) {
            JsonNode letter = bank.json(bank.get("/2"));
            assertThat(letter.get("id").asInt()).isEqualTo(2);
            assertThat(letter.get("payload").asText()).isEqualTo("no json");
            assertThat(letter.get("headers").get("ce_id").asText()).isEqualTo(letter.get("messageId").asText());
            String mended = "\"payload\":\"{\\\"transferId\\\":\\\"t-9\\\",\\\"from\\\":\\\"a-2\\\",\\\"to\\\":\\\"b-1\\\",\\\"amount\\\":2.50,\\\"note\\\":\\\"\u00e9\\\"}\"";
            JsonNode counted = bank.post("/replay", "{\"ids\":[2],%s,\"dryRun\":true}".formatted(mended));
            assertThat(bank.database.count("dead_letter_audit")).isZero();
            assertThat(bank.post("/replay", request("\"ids\":[2]," + mended, counted.get("token").asText())).toString()).isEqualTo("{\"action\":\"REPLAY\",\"dryRun\":false,\"letters\":1}");
            OperatedBank.await().untilAsserted(() -> assertThat(bank.booked()).containsExactly("t-9"));
            assertThat(bank.json(bank.get("/2")).get("endedAt").isNull()).isFalse();
        }

        assertThat(bank.database.rows("SELECT convert_from(payload, 'UTF8') AS before, convert_from(replaced_by, 'UTF8') AS after FROM dead_letter_audit")).containsExactly(
                Map.of("before", "no json", "after", "{\"transferId\":\"t-9\",\"from\":\"a-2\",\"to\":\"b-1\",\"amount\":2.50,\"note\":\"\u00e9\"}"));
        assertThat(bank.database.value("SELECT convert_from(payload, 'UTF8') FROM dead_letter WHERE id = 2")).as("the letter itself stays as it was").isEqualTo("no json");
        assertThat(bank.database.count("dead_letter WHERE ended_at IS NULL")).isEqualTo(1);
    }

    @Test
    void payloadThatIsNoTextIsShownAndMendedAsBase64() {
        bank.letters(2, CONSUMER, "java.lang.A");
        bank.database.update("UPDATE dead_letter SET payload = '\\xff00'::bytea WHERE id = 1");
        bank.database.update("UPDATE dead_letter SET payload = NULL WHERE id = 2");
        try (Routes routes = bank.start()) {
            assertThat(bank.json(bank.get("/1")).get("payloadBase64").asText()).isEqualTo("/wA=");
            assertThat(bank.json(bank.get("/2")).get("payload").isNull()).as("a tombstone").isTrue();
            bank.post("/replay", "{\"ids\":[1],\"payloadBase64\":\"AP8=\",\"who\":\"ann\",\"reason\":\"r\"}");
            bank.post("/replay", "{\"ids\":[2],\"payload\":\"\",\"who\":\"ann\",\"reason\":\"r\"}");
            for (String path : List.of("/3", "/x", "/-1", "/1%00", "/9999999999999999999", "/999999999999999999")) {
                assertThat(bank.json(bank.get(path)).get("status").asInt()).as(path).isEqualTo(404);
            }
        }

        assertThat(bank.database.rows("SELECT encode(payload, 'hex') AS payload FROM inbox_parked ORDER BY id").toString()).isEqualTo("[{payload=00ff}, {payload=}]");
        assertThat(bank.database.rows("SELECT coalesce(encode(payload, 'hex'), 'null') AS before, encode(replaced_by, 'hex') AS after FROM dead_letter_audit ORDER BY id").toString())
                .isEqualTo("[{before=ff00, after=00ff}, {before=null, after=}]");
    }

    private static String request(String filter, String token) {
        return "{%s,\"token\":\"%s\",\"who\":\"ann\",\"reason\":\"r\"}".formatted(filter, token);
    }

    @Test
    void replayIsThrottledByDueTimes() {
        bank.letters(100, CONSUMER, "java.lang.A");
        try (Routes routes = bank.start()) {
            bank.post("/replay", "{\"all\":true,\"rate\":10,\"who\":\"ann\",\"reason\":\"r\"}");
        }

        assertThat(bank.database.value("SELECT extract(epoch FROM max(next_attempt_at) - min(next_attempt_at))::numeric(5, 1)::text FROM inbox_parked"))
                .isEqualTo("9.9");
        assertThat(bank.database.count("inbox_parked WHERE NOT behind")).as("one head for each key").isEqualTo(10);
    }

    @Test
    void replayThatIsNotDueYetHoldsNoNewMessageOfItsKeyBack() {
        bank.letters(1, CONSUMER, "java.lang.A");
        try (Routes routes = bank.start()) {
            bank.post("/replay", "{\"all\":true,\"who\":\"ann\",\"reason\":\"r\"}");
        }
        bank.database.update("UPDATE inbox_parked SET next_attempt_at = now() + interval '1 day'");
        bank.topic.send("k1", "{\"transferId\":\"t-new\",\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":1.00}", Map.of("ce_source", "test", "ce_id", "new", "ce_type", "t"));
        try (Routes routes = bank.start("bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml")) {
            OperatedBank.await().untilAsserted(() -> assertThat(bank.database.count("ledger_entry")).isEqualTo(1));
        }
    }

    @Test
    void replayedMessageThatFailsAgainIsADeadLetterAgain() {
        bank.letters(1, CONSUMER, "java.lang.A");
        bank.database.update("UPDATE dead_letter SET payload = 'no json'");
        try (Routes routes = bank.start("bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml")) {
            bank.post("/replay", "{\"ids\":[1],\"who\":\"ann\",\"reason\":\"r\"}");
            OperatedBank.await().untilAsserted(() -> assertThat(bank.database.count("dead_letter WHERE ended_at IS NULL AND attempts = 1")).isEqualTo(1));
        }

        assertThat(bank.database.rows("SELECT status FROM msg_received")).containsExactly(Map.of("status", "DEAD"));
    }

    @Test
    void letterOfTheOutboxIsPublishedAgainWithItsId() {
        String id = "8f14e45f-ceea-467f-a8b4-000000000001";
        bank.database.update("""
                INSERT INTO dead_letter (origin, consumer, message_id, message_key, payload, headers, attempts, error_class, error_message, first_failed_at)
                VALUES ('OUTBOX', 'transfer.completed', ?, 'k', 'body', '{"ce_type": "t", "content-type": "text/plain", "tenant": "x"}', 53, 'e', 'm', now())
                """, id);
        bank.settings.put("outbox.archive", "true");
        bank.settings.put("outbox.destination.transfer.completed", bank.settings.get("outbox.destination.transfer.requested"));
        try (Routes routes = bank.start("bank-b-relay.camel.yaml")) {
            bank.post("/replay", "{\"all\":true,\"who\":\"ann\",\"reason\":\"r\"}");
            OperatedBank.await().untilAsserted(() -> assertThat(bank.database.count("outbox_sent")).isEqualTo(1));
        }

        assertThat(bank.database.rows("SELECT message_id::text, destination, type, content_type, headers::text FROM outbox_sent")).containsExactly(
                Map.of("message_id", id, "destination", "transfer.completed", "type", "t", "content_type", "text/plain", "headers", "{\"tenant\": \"x\"}"));
    }

    @Test
    void discardedLetterIsDoneWithAndStaysVisible() {
        bank.letters(2, CONSUMER, "java.lang.A");
        try (Routes routes = bank.start()) {
            assertThat(bank.post("/discard", "{\"ids\":[1],\"who\":\"bob\",\"reason\":\"paid by hand\"}").get("letters").asInt()).isEqualTo(1);
        }

        assertThat(bank.database.count("inbox_parked")).isZero();
        assertThat(bank.database.rows("SELECT status FROM msg_received")).containsExactly(Map.of("status", "DEAD"), Map.of("status", "DEAD"));
        assertThat(bank.database.rows("SELECT who, reason FROM dead_letter_audit")).containsExactly(Map.of("who", "bob", "reason", "paid by hand"));
    }

    @Test
    void lettersThatAreUnknownOrEndedAreNamedAndNothingIsDone() {
        bank.letters(3, CONSUMER, "java.lang.A");
        try (Routes routes = bank.start()) {
            bank.post("/discard", "{\"ids\":[1],\"who\":\"bob\",\"reason\":\"r\"}");
            JsonNode answer = bank.post("/replay", "{\"ids\":[1,2,3,99],\"who\":\"ann\",\"reason\":\"r\"}");
            assertThat(answer.get("detail").asText()).contains("1 was discarded at ").contains(" by bob")
                    .contains("99 is unknown").contains("Nothing was done.");
        }

        assertThat(bank.database.count("inbox_parked")).isZero();
        assertThat(bank.database.count("dead_letter WHERE ended_at IS NULL")).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                               | the request picks no dead letters
            no json                                          | Unrecognized token
            {"all":true}                                     | who or reason is missing
            {"all":true,"who":"","reason":"r"}               | who ("") is no text
            {"consumer":null,"who":"a","reason":"r"}         | consumer is null
            {"all":false,"who":"a","reason":"r"}             | all (false) is not true
            {"all":true,"dryRun":"true","who":"a","reason":"r"} | dryRun ("true") is neither
            {"consumers":"x"}                                | consumers is no part of a request
            {"ids":["x"],"who":"a","reason":"r"}             | ids has "x", which is no id
            {"since":"monday","who":"a","reason":"r"}        | since (monday) is no instant
            {"all":true,"rate":0,"who":"a","reason":"r"}     | rate (0) is no positive number
            {"consumer":"nobody","who":"a","reason":"r"}     | matches no open dead letter
            """)
    void badRequestIsRefusedWithItsReason(String request, String reason) {
        bank.letters(1, CONSUMER, "java.lang.A");
        try (Routes routes = bank.start()) {
            assertThat(bank.post("/replay", request).get("detail").asText()).contains(reason);
        }

        assertThat(bank.database.count("dead_letter WHERE ended_at IS NULL")).isEqualTo(1);
    }

    @Test
    void openLettersAreListedByPages() {
        bank.letters(5, CONSUMER, "java.lang.A");
        bank.letters(1, "other & more", "java.lang.A");
        try (Routes routes = bank.start()) {
            List<Long> listed = new ArrayList<>();
            String page = "?limit=2";
            while (page != null) {
                HttpResponse<String> answer = bank.get(page);
                bank.json(answer).forEach(letter -> listed.add(letter.get("id").asLong()));
                page = answer.headers().firstValue("Link").map(link -> link.replaceAll("</dead-letters(.*)>; rel=\"next\"", "$1")).orElse(null);
            }
            assertThat(listed).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
            assertThat(bank.json(bank.get(""))).hasSize(6);
            assertThat(bank.json(bank.get("?consumer=other%20%26%20more&limit=1"))).hasSize(1);
            assertThat(bank.get("?consumer=other%20%26%20more&limit=1").headers().firstValue("Link")).contains("</dead-letters?after=6&limit=1&consumer=other+%26+more>; rel=\"next\"");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ?consumer=a%00b            | consumer has a character
            ?consumer=a&consumer=b     | consumer is there twice
            ?limit=0                   | limit (0) is not between 1 and 1000
            ?limit=1&limit=2           | limit is there twice
            ?after=x                   | after (x) is no number
            ?consumers=a               | consumers is no part of a request
            ?&                         | is no part of a request
            ?after=99999999999999999999| after (99999999999999999999) is no number
            """)
    void badPageIsRefusedWithItsReason(String query, String reason) {
        try (Routes routes = bank.start()) {
            HttpResponse<String> answer = bank.get(query);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(bank.json(answer).get("status").asInt()).isEqualTo(400);
            assertThat(bank.json(answer).get("detail").asText()).contains(reason);
        }
    }

    @Test
    void commandReplaysAndEnds() {
        bank.letters(3, CONSUMER, "java.lang.A");
        bank.settings.put("replay.request", "{\"consumer\": \"%s\", \"who\": \"ann\", \"reason\": \"r\"}".formatted(CONSUMER));
        try (RouteProcess command = RouteProcess.camelJbang(folder.resolve("log"), bank.settings, Ports.free(), "replay.camel.yaml",
                "operate-end-letters.camel.yaml", "operate-problem.camel.yaml", "--max-messages=1")) {
            int status = command.start().awaitExit();

            assertThat(status).as(command.log()).isZero();
            assertThat(command.log()).contains("{\"action\":\"REPLAY\",\"dryRun\":false,\"letters\":3}");
        }
        assertThat(bank.database.count("inbox_parked")).isEqualTo(3);
    }
}
