package fuzz;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import half.MessageService;
import harness.Downstream;
import harness.Routes;
import harness.Topic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hostile requests to the producers' API among good ones: each is refused with its reason and changes nothing, or stored as it says, published as it says,
 * and decided in the end. Always the same ones, or others by {@code ./mvnw verify -Drequests=5000 -Dseed=7}.
 */
class NoHalfMessageIsStoredWronglyIT {

    private static final ObjectMapper STRICT = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    private static final String ANN = "ann:01234567890123456789";
    private static final String BOB = "bob:01234567890123456789";

    private final MessageService service = new MessageService();
    private final Violations violations = new Violations();
    private final Map<Integer, Integer> answers = new TreeMap<>();
    private final Map<String, JsonNode> stored = new LinkedHashMap<>();
    private final Map<String, String> decided = new HashMap<>();
    private final Map<String, String> asked = new ConcurrentHashMap<>();
    private String content = content();

    @Test
    void whatIsRefusedChangesNothingAndWhatIsAcceptedIsStoredAndDecided() throws Exception {
        long seed = Long.getLong("seed", 5);
        int requests = Integer.getInteger("requests", 300);
        service.settings.put("half.logins", ANN + "," + BOB);
        service.settings.put("half.check-back.first-delay", "1h");
        service.settings.put("half.check-back.batch", "10");
        service.settings.put("half.check-back.timeout", "5s");
        service.settings.put("half.check-back.delay", "6s");
        try (Downstream producer = new Downstream(0, this::answer); Routes routes = service.start()) {
            HalfMessageGenerator generator = new HalfMessageGenerator(seed, producer.port());
            for (int i = 0; i < requests; i++) {
                prepare(generator);
                decide(generator);
            }
            service.database.update("UPDATE half_message SET next_check_at = now() WHERE state = 'PREPARED'");
            String left = Progress.await(() -> service.database.rows("SELECT id, state, attempts, last_answer FROM half_message WHERE state = 'PREPARED' OR waiting"));
            if (left != null) {
                violations.add("undecided for ever", left);
            }
            left = Progress.await(() -> service.database.rows("SELECT id FROM outbox_message UNION ALL SELECT id FROM outbox_parked WHERE reason <> 'DELAYED'"));
            if (left != null) {
                violations.add("unpublished for ever", left);
            }
        }
        checkEnds();
        assertThat(violations.lines()).as("seed=%d, answers %s", seed, answers).isEmpty();
        assertThat(answers.get(201)).as("accepted of %s", answers).isGreaterThan(requests / 2);
        assertThat(answers.keySet()).as("%s", answers).contains(200, 400, 404, 409, 415, 422);
        assertThat(service.database.rows("SELECT DISTINCT state FROM half_message ORDER BY state").toString()).isEqualTo("[{state=COMMITTED}, {state=DEAD}, {state=ROLLED_BACK}]");
    }

    /** One request; and then perhaps the same again, another with its id, or the same by somebody else. */
    private void prepare(HalfMessageGenerator generator) throws JsonProcessingException {
        HalfMessageGenerator.Request request = generator.request();
        HttpResponse<String> answer = post(ANN, "", request.contentType(), request.body(), request.right() ? 201 : 0);
        if (answer.statusCode() != 201) {
            return;
        }
        JsonNode message;
        try {
            message = STRICT.readTree(request.body());
        } catch (IOException e) {
            violations.add("what is no JSON is accepted", shown(request.body()));
            return;
        }
        String id = STRICT.readTree(answer.body()).path("id").asText();
        if (message.has("id") && !message.get("id").asText().equalsIgnoreCase(id)) {
            violations.add("another id", message + " is " + answer.body());
        }
        stored.put(id, message);
        checkRow(id, message);
        if (message.has("id") && generator.hostile().once(3)) {
            post(ANN, "", "application/json", request.body(), 201);
            post(BOB, "", "application/json", request.body(), 409);
            byte[] other = message.deepCopy().toString().replaceFirst("\"destination\":", "\"type\":\"other." + id + "\",\"destination\":").getBytes(StandardCharsets.UTF_8);
            post(ANN, "", "application/json", other, message.has("type") ? 400 : 409);
        }
    }

    private void decide(HalfMessageGenerator generator) {
        Hostile hostile = generator.hostile();
        String verb = hostile.oneOf("commit", "rollback");
        if (hostile.once(5)) {
            post(ANN, "/" + generator.segment() + "/" + verb, "application/json", new byte[0], 404);
        }
        if (!stored.isEmpty() && hostile.once(2)) {
            String id = hostile.oneOf(List.copyOf(stored.keySet()));
            boolean first = decided.putIfAbsent(id, verb) == null;
            post(BOB, "/" + id + "/" + verb, "application/json", new byte[0], 404);
            byte[] body = hostile.once(4) ? hostile.bytes(hostile.below(200)) : new byte[0];
            HttpResponse<String> answer = post(ANN, "/" + (hostile.once(5) ? id.toUpperCase(Locale.ROOT) : id) + "/" + verb, "application/json", body,
                    decided.get(id).equals(verb) ? 200 : 409);
            if (first && answer.statusCode() != 200) {
                decided.remove(id);
            }
        }
    }

    /** @param expected the status, where 404 stands for 400 too: of what is no id; 0 for any that is no fault */
    private HttpResponse<String> post(String login, String path, String type, byte[] body, int expected) {
        HttpResponse<String> answer = service.send(service.request(path).header("Content-Type", type).header("Authorization", MessageService.basic(login))
                .POST(BodyPublishers.ofByteArray(body)));
        int status = answer.statusCode();
        answers.merge(status, 1, Integer::sum);
        String told = "POST %s (%s) %s is answered with %d %s".formatted(path, type, shown(body), status, answer.body());
        boolean accepted = status == 200 || status == 201;
        if (expected == 0 ? !accepted && (status < 400 || status > 499) : status != expected && !(expected == 404 && status == 400)) {
            violations.add("another status than " + expected, told);
        }
        if (!accepted && !isProblem(answer)) {
            violations.add("no problem detail", told);
        }
        String before = content;
        content = content();
        if (!accepted && !content.equals(before)) {
            violations.add("a refusal changes something", told);
        }
        return answer;
    }

    private static boolean isProblem(HttpResponse<String> answer) {
        try {
            JsonNode problem = STRICT.readTree(answer.body());
            return answer.headers().firstValue("Content-Type").orElse("").equals("application/problem+json") && problem.path("status").asInt() == answer.statusCode()
                    && problem.path("detail").asText().endsWith(".");
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** What only requests change. */
    private String content() {
        return String.valueOf(service.database.value("SELECT count(*) || ' ' || md5(coalesce(string_agg(id || content || state || producer, ',' ORDER BY place), '')) FROM half_message"));
    }

    private void checkRow(String id, JsonNode message) {
        Map<String, Object> row = service.database.rows("""
                SELECT producer, destination, message_key AS key, type, content_type AS "contentType", payload, headers::text AS headers, due_at, state, check_host,
                       (extract(epoch FROM delay) * 1000)::bigint AS delay, check_back AS "checkBack"
                FROM half_message WHERE id = ?::uuid""", id).get(0);
        for (String name : List.of("destination", "key", "type", "contentType", "checkBack")) {
            String otherwise = name.equals("type") ? message.path("destination").asText() : name.equals("contentType") ? "application/json" : null;
            if (!Objects.equals(row.get(name), message.has(name) ? message.get(name).asText() : otherwise)) {
                violations.add(name + " is stored as something else", message + " is " + row);
            }
        }
        if (!Arrays.equals((byte[]) row.get("payload"), payload(message))) {
            violations.add("payload is stored as something else", message + " is " + Arrays.toString((byte[]) row.get("payload")));
        }
        if (!headers(message).equals(headers((String) row.get("headers")))) {
            violations.add("headers are stored as something else", message + " is " + row.get("headers"));
        }
        Duration delay = delay(message);
        Instant due = delay != null || !message.has("due") ? null : OffsetDateTime.parse(message.get("due").asText()).toInstant();
        if (!Objects.equals(row.get("delay"), delay == null ? null : Math.max(0, delay.toMillis()))
                || (due == null ? row.get("due_at") != null : Duration.between(due, ((Timestamp) row.get("due_at")).toInstant()).abs().toNanos() > 1_000)) {
            violations.add("due is stored as something else", message + " is " + row.get("due_at") + ", " + row.get("delay"));
        }
        if (!row.get("producer").equals("ann") || !row.get("state").equals("PREPARED") || !((String) row.get("check_host")).startsWith("localhost:")) {
            violations.add("not as it must be", message + " is " + row);
        }
    }

    /** Of those that were decided, and of those that are asked about: by their ids. */
    private byte[] answer(Downstream.Request request) {
        try {
            String id = STRICT.readTree(request.body()).get("id").asText();
            asked.put(id, request.path());
            return Downstream.answer(status(id), "");
        } catch (IOException e) {
            violations.add("a check-back says something else", request.text());
            return null;
        }
    }

    private static int status(String id) {
        return switch (id.charAt(id.length() - 1) % 3) {
            case 0 -> 200;
            case 1 -> 409;
            default -> 425;
        };
    }

    private void checkEnds() {
        Map<String, ConsumerRecord<String, byte[]>> published = new HashMap<>();
        for (ConsumerRecord<String, byte[]> record : service.topic.records()) {
            if (published.put(Topic.headers(record).get("ce_id"), record) != null) {
                violations.add("published twice", Topic.headers(record));
            }
        }
        Map<String, byte[]> delayed = new HashMap<>();
        service.database.rows("SELECT message_id::text AS id, payload FROM outbox_parked").forEach(row -> delayed.put((String) row.get("id"), (byte[]) row.get("payload")));
        List<Map<String, Object>> letters = service.database.rows("SELECT message_id, payload FROM dead_letter WHERE origin = 'HALF' AND ended_at IS NULL");
        service.database.rows("SELECT origin, error_class, error_message FROM dead_letter WHERE origin <> 'HALF'").forEach(row -> violations.add("refused by the relay", row));
        stored.forEach((id, message) -> {
            String state = service.state(id);
            String expected = decided.containsKey(id) ? decided.get(id).equals("commit") ? "COMMITTED" : "ROLLED_BACK"
                    : !asked.containsKey(id) || status(id) == 425 ? "DEAD" : status(id) == 200 ? "COMMITTED" : "ROLLED_BACK";
            if (!state.equals(expected)) {
                violations.add("is " + state + " and should be " + expected, message);
            }
            byte[] kept = letters.stream().filter(letter -> letter.get("message_id").equals(id)).map(letter -> (byte[]) letter.get("payload")).findFirst().orElse(null);
            if (!Arrays.equals(kept, state.equals("DEAD") ? payload(message) : null)) {
                violations.add("another letter", message);
            }
            if (asked.containsKey(id) && !URI.create(message.get("checkBack").asText()).toASCIIString().replaceFirst("(?i)http://localhost:[0-9]+/?", "/").equals(asked.get(id))) {
                violations.add("asked somewhere else", message + " at " + asked.get(id));
            }
            ConsumerRecord<String, byte[]> record = published.remove(id);
            byte[] waits = delayed.remove(id);
            if (record != null && state.equals("COMMITTED")) {
                checkRecord(message, record);
            } else if ((record == null) == state.equals("COMMITTED") && !Arrays.equals(waits, payload(message))) {
                violations.add("is " + state + (record == null ? ", and not published" : ", and published"), message);
            }
        });
        published.values().forEach(record -> violations.add("published, and nobody has sent it", Topic.headers(record)));
    }

    private void checkRecord(JsonNode message, ConsumerRecord<String, byte[]> record) {
        Map<String, String> expected = headers(message);
        expected.put("ce_type", message.path(message.has("type") ? "type" : "destination").asText());
        expected.put("content-type", message.has("contentType") ? message.get("contentType").asText() : "application/json");
        Map<String, String> headers = Topic.headers(record);
        if (!headers.entrySet().containsAll(expected.entrySet()) || !Arrays.equals(record.value(), payload(message))
                || !Objects.equals(record.key(), message.has("key") ? message.get("key").asText() : null)) {
            violations.add("published as something else", message + " is " + record.key() + " " + headers);
        }
        Duration delay = delay(message);
        if (delay != null && delay.toMinutes() > 60) {
            violations.add("published too early", message);
        }
    }

    private static byte[] payload(JsonNode message) {
        return message.has("payload") ? message.get("payload").asText().getBytes(StandardCharsets.UTF_8) : Base64.getDecoder().decode(message.path("payloadBase64").asText());
    }

    private static Duration delay(JsonNode message) {
        return message.path("due").asText().startsWith("P") ? Duration.parse(message.get("due").asText()) : null;
    }

    private static Map<String, String> headers(JsonNode message) {
        Map<String, String> headers = new TreeMap<>();
        message.path("headers").properties().forEach(header -> headers.put(header.getKey(), header.getValue().asText()));
        return headers;
    }

    private static Map<String, String> headers(String text) {
        try {
            return headers(STRICT.createObjectNode().set("headers", STRICT.readTree(text)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String shown(byte[] body) {
        return new String(body, 0, Math.min(400, body.length), StandardCharsets.UTF_8);
    }
}
