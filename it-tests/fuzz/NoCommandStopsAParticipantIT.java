package fuzz;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import harness.Database;
import harness.Downstream;
import harness.Java;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Commands with hostile headers among good ones, for a participant behind the barrier and for one over HTTP: each is answered or a dead letter, never both and never
 * neither, and what is no command has no effect. Always the same ones, or others by {@code ./mvnw verify -Dcommands=5000 -Dseed=7}, and many by {@code -Psoak}.
 */
class NoCommandStopsAParticipantIT {

    private static final Map<String, String> FORMS = Map.of("ce_saga", "[A-Za-z0-9._-]{1,100}", "ce_sagaid", "[A-Za-z0-9._:-]{1,200}", "ce_sagastep", "[1-9][0-9]{0,2}",
            "ce_sagaaction", "DO|UNDO|TRY|CONFIRM|CANCEL");
    private static final List<String> STEPS = List.of("0", "-1", "01", "+1", "1.0", " 1", "1 ", "1\n", "1000", "32768", "99999999999999999999", "\u0661", "\uff11", "one", "", "1e0", "0x1", "\0" + "1", "1\0");
    private static final List<String> WORDS = List.of("do", "DO ", "DO\n", "D\u041e", "DO|UNDO", "", "ABORT", "DO\0", "\ufeffDO");

    private final Database database = Servers.database("schema.sql");
    private final Topic topic = Topic.create(Servers.kafka(), 2);
    /** By the id of its message, which its traceparent has too. */
    private final Map<String, ProducerRecord<byte[], byte[]>> sent = new LinkedHashMap<>();
    private final Map<String, List<Downstream.Request>> asked = new ConcurrentHashMap<>();
    private final Violations violations = new Violations();
    private final Map<String, Integer> seen = new TreeMap<>();

    @Test
    void someHostileCommands() throws IOException {
        fuzz(Long.getLong("seed", 5), Integer.getInteger("commands", 400));
    }

    @Test
    @Tag("soak")
    void manyHostileCommands() throws IOException {
        fuzz(Long.getLong("seed", System.nanoTime()), Integer.getInteger("commands", 20_000));
    }

    private void fuzz(long seed, int commands) throws IOException {
        Hostile hostile = new Hostile(seed);
        database.update("CREATE TABLE work (saga text, saga_id text, step integer, action text)");
        ByteArraySerializer bytes = new ByteArraySerializer();
        try (Downstream participant = new Downstream(0, this::answer); KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", topic.kafka().brokers()), bytes, bytes)) {
            for (int i = 0; i < commands; i++) {
                producer.send(command(hostile, i));
            }
            producer.flush();
            try (Routes routes = Routes.start(settings(participant.port()), Java.root().resolve("it-tests/fuzz/fuzz-commands.camel.yaml").toString())) {
                String left = Progress.await(() -> database.rows("""
                        SELECT c.consumer, count(m.consumer) AS taken FROM (VALUES ('barrier'), ('bridge')) c (consumer) LEFT JOIN inbox_message m USING (consumer)
                        GROUP BY c.consumer HAVING count(m.consumer) <> ?""", sent.size()));
                if (left != null) {
                    violations.add("commands stand", left + " of " + sent.size() + ", parked " + database.rows("SELECT consumer, message_id, error_message FROM inbox_parked LIMIT 3"));
                }
            }
        }
        sent.forEach(this::check);
        database.rows("SELECT saga, saga_id, step, action, count(*) FROM work GROUP BY saga, saga_id, step, action HAVING count(*) > 1").forEach(row -> violations.add("done twice", row));
        System.out.println("fuzz: seed=" + seed + " commands=" + sent.size() + " " + seen + " violations=" + violations.count());
        assertThat(violations.lines()).as("seed=%d", seed).isEmpty();
        assertThat(seen).as("seed=%d", seed).containsKeys("barrier answers", "barrier calls it impossible", "barrier refuses", "bridge answers", "bridge refuses");
    }

    private Map<String, String> settings(int port) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("database.bank-a.url", database.url());
        settings.put("database.bank-a.user", "postgres");
        settings.put("kafka.brokers", topic.kafka().brokers());
        settings.put("commands.topic", topic.name());
        settings.put("commands.url", "http://localhost:" + port + "/");
        settings.put("outbox.destination.answers.barrier", "answers.barrier");
        settings.put("outbox.destination.answers.bridge", "answers.bridge");
        settings.put("inbox.dead-letter-topic", "false");
        settings.put("inbox.immediate-delay", "1ms");
        settings.put("inbox.outage-delay", "50ms");
        settings.put("inbox.retry.first-delay", "100ms");
        settings.put("inbox.retry.delay", "100ms");
        settings.put("inbox.retry.max-attempts", "2");
        return settings;
    }

    private static String traceparent(String id) {
        return "00-" + "%032x".formatted(1 + Integer.parseInt(id.substring(2))) + "-00000000000000aa-01";
    }

    private ProducerRecord<byte[], byte[]> command(Hostile hostile, int number) {
        String id = "m-" + number;
        Map<String, String> right = new LinkedHashMap<>(Map.of("ce_specversion", "1.0", "ce_saga", "order", "ce_sagaid", "o-" + hostile.below(60), "ce_sagastep", String.valueOf(1 + hostile.below(2)),
                "ce_sagastepname", "stock", "ce_sagaaction", hostile.oneOf("DO", "DO", "UNDO", "TRY", "CONFIRM", "CANCEL"), "ce_type", "order.stock", "content-type", "application/json"));
        List<Header> headers = new ArrayList<>(right.entrySet().stream().<Header>map(header -> new RecordHeader(header.getKey(), bytes(header.getValue()))).toList());
        for (int i = hostile.once(2) ? 0 : 1 + hostile.below(3); i > 0; i--) {
            spoil(hostile, headers);
        }
        Collections.shuffle(headers, hostile.random());
        headers.add(new RecordHeader("ce_id", bytes(id)));
        headers.add(new RecordHeader("ce_source", bytes("fuzz")));
        headers.add(new RecordHeader("traceparent", bytes(traceparent(id))));
        byte[] key = hostile.once(12) ? null : hostile.once(8) ? bytes(hostile.text()) : bytes("k" + hostile.below(9));
        byte[] body = hostile.once(6) ? hostile.bytes(hostile.oneOf(0, 1, 5_000)) : bytes("{\"item\": \"nail\"}");
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic.name(), hostile.below(2), key, body, headers);
        sent.put(id, record);
        return record;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void spoil(Hostile hostile, List<Header> headers) {
        String name = hostile.once(6) ? "content-type" : hostile.oneOf(List.copyOf(FORMS.keySet()));
        byte[] value = switch (hostile.below(5)) {
            case 0 -> bytes(hostile.oneOf(STEPS));
            case 1 -> bytes(hostile.oneOf(WORDS));
            case 2 -> bytes("x".repeat(hostile.oneOf(100, 101, 200, 201, 300_000)));
            case 3 -> null;
            default -> hostile.rawText();
        };
        switch (hostile.below(6)) {
            case 0 -> headers.removeIf(header -> header.key().equals(name));
            case 1 -> headers.add(new RecordHeader(name, value));
            case 2 -> headers.add(new RecordHeader(hostile.once(2) ? name.toUpperCase() : "Ce_" + name.substring(3), value));
            case 3 -> {
                String other = hostile.name();
                headers.add(new RecordHeader(other.matches("(?i)ce_(id|source)|traceparent") ? "ce_partitionkey" : other, hostile.rawText()));
            }
            default -> {
                headers.removeIf(header -> header.key().equals(name));
                headers.add(new RecordHeader(name, value));
            }
        }
    }

    private byte[] answer(Downstream.Request request) {
        asked.computeIfAbsent(String.valueOf(request.headers().get("traceparent")), key -> Collections.synchronizedList(new ArrayList<>())).add(request);
        return Downstream.answer(204, "");
    }

    /** What a handler has of a header: the last of its name that has a value, in whatever case; null if there is none. */
    private static byte[] last(ProducerRecord<byte[], byte[]> record, String name) {
        byte[] value = null;
        for (Header header : record.headers()) {
            value = header.key().equalsIgnoreCase(name) && header.value() != null ? header.value() : value;
        }
        return value;
    }

    private static String text(byte[] value) {
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    private void check(String id, ProducerRecord<byte[], byte[]> record) {
        boolean command = FORMS.entrySet().stream().allMatch(form -> last(record, form.getKey()) != null && text(last(record, form.getKey())).matches(form.getValue()));
        boolean keyed = record.key() != null || last(record, "ce_partitionkey") != null;
        String type = text(last(record, "content-type"));
        // a NUL is spelt out where it comes in
        boolean sendable = type == null || type.replace("\0", "\\u0000").matches("[\\x21-\\x7e]([\\x20-\\x7e]{0,498}[\\x21-\\x7e])?");
        String told = shown(record);
        long impossible = count("barrier", id, "AND error_message LIKE '%it cannot be done, and nobody was answered%'");
        check("barrier", id, command && keyed && impossible == 0, told);
        seen.merge("barrier calls it impossible", (int) impossible, Integer::sum);
        check("bridge", id, command && keyed && sendable, told);
        int calls = asked.getOrDefault(traceparent(id), List.of()).size();
        if (calls != (command && keyed && sendable ? 1 : 0)) {
            violations.add("the participant was asked " + calls + " times", told);
        }
        asked.getOrDefault(traceparent(id), List.of()).forEach(request -> FORMS.keySet().forEach(name -> {
            String got = request.headers().get(name.replace('_', '-'));
            if (got == null || !URLDecoder.decode(got, StandardCharsets.UTF_8).equals(text(last(record, name))) || !Arrays.equals(request.body(), record.value())) {
                violations.add("the participant was asked for something else", told + " as " + request.headers());
            }
        }));
    }

    private void check(String consumer, String id, boolean answered, String told) {
        long answers = database.count("outbox_message WHERE destination = 'answers." + consumer + "' AND traceparent = '" + traceparent(id) + "'");
        long letters = count(consumer, id, "");
        seen.merge(consumer + (answers > 0 ? " answers" : " refuses"), 1, Integer::sum);
        if (answers != (answered ? 1 : 0) || letters != (answered ? 0 : 1)) {
            violations.add(consumer + " has answered " + answers + " times and made " + letters + " dead letters of what " + (answered ? "is a command" : "is none"), told);
        }
    }

    private long count(String consumer, String id, String how) {
        return database.count("dead_letter WHERE consumer = '" + consumer + "' AND message_id = '" + id + "' " + how);
    }

    private static String shown(ProducerRecord<byte[], byte[]> record) {
        StringBuilder shown = new StringBuilder(Hostile.shortened(record.key()));
        record.headers().forEach(header -> shown.append(", ").append(header.key()).append('=').append(Hostile.shortened(header.value())));
        return shown.toString();
    }
}
