package fuzz;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import harness.Database;
import harness.Routes;
import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.Exchange;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import saga.Journeys;

/** One run of two sagas over hostile answers among those of their participants, and over hostile starts among others. */
public final class HostileAnswers {

    private static final ObjectMapper EXACT = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private final Violations violations = new Violations();
    private final SagaOracle oracle = new SagaOracle();
    private final Map<String, Set<String>> dead = new HashMap<>();
    private final Map<String, String> sent = new LinkedHashMap<>();
    private final Hostile hostile;
    private final SagaGenerator generator;
    private final Database database;
    private final Journeys journeys;
    private KafkaProducer<byte[], byte[]> producer;
    private int refused;
    private int timedOut;

    private HostileAnswers(Pack pack, long seed) {
        hostile = new Hostile(seed);
        generator = new SagaGenerator(hostile);
        database = pack.database("schema.sql");
        journeys = new Journeys(database);
        List.of("journey", "order").forEach(saga -> dead.put("saga-" + saga, new TreeSet<>()));
    }

    /**
     * @param pack    what is tried
     * @param seed    of all that is random
     * @param answers how many messages come to the topic of the answers, about
     * @param report  gets a line of figures
     * @return        what is wrong, a line for each kind
     */
    public static List<String> violations(Pack pack, long seed, int answers, StringBuilder report) {
        return new HostileAnswers(pack, seed).run(pack, answers, report);
    }

    private List<String> run(Pack pack, int answers, StringBuilder report) {
        ByteArraySerializer bytes = new ByteArraySerializer();
        try (Routes routes = pack.start(journeys.settings, Journeys.FILE);
                KafkaProducer<byte[], byte[]> own = new KafkaProducer<>(Map.of("bootstrap.servers", journeys.answers.kafka().brokers(), "linger.ms", "5"), bytes, bytes)) {
            producer = own;
            journeys.use(routes);
            begin("journey", "j-first");
            for (int i = 0; i < answers; i++) {
                List<SagaOracle.Saga> all = List.copyOf(oracle.sagas.values());
                List<SagaOracle.Saga> open = all.stream().filter(saga -> !saga.hasEnded()).toList();
                if (hostile.once(12) || open.isEmpty()) {
                    begin(hostile.oneOf("journey", "order"), "h-" + i);
                } else if (hostile.once(12)) {
                    start(generator.start(i));
                } else if (hostile.once(3)) {
                    send(generator.honest(hostile.oneOf(open)));
                } else {
                    send(generator.hostile(hostile.once(3) ? all : open));
                }
                if (i % 100 == 99) {
                    expire();
                }
            }
            for (SagaOracle.Saga saga : oracle.sagas.values()) {
                while (!saga.hasEnded()) {
                    send(SagaGenerator.last(saga));
                }
            }
            awaitTaken();
        }
        check();
        cover("a dead letter of both receivers", dead.values().stream().noneMatch(Set::isEmpty) ? 1 : 0);
        cover("a saga that is completed", database.count("saga WHERE state = 'COMPLETED'"));
        cover("a saga that is undone", database.count("saga WHERE state = 'COMPENSATED'"));
        cover("a step that has timed out", timedOut);
        cover("an answer that is late or repeated", database.count("saga_step WHERE ignored_answers > 0"));
        cover("a reason that is none", database.count("saga WHERE reason = 'UNSPECIFIED'"));
        cover("a start that is refused", refused);
        report.append("answers=%d dead=%s sagas=%d completed=%d ignored=%s starts_refused=%d violations=%d".formatted(sent.size(), database.count("dead_letter"), oracle.sagas.size(),
                database.count("saga WHERE state = 'COMPLETED'"), database.value("SELECT sum(ignored_answers) FROM saga_step"), refused, violations.count()));
        return violations.lines();
    }

    /** What did not happen was not tried. */
    private void cover(String what, long times) {
        if (times == 0) {
            violations.add("nobody has met " + what, sent.size() + " answers are too few");
        }
    }

    private void begin(String saga, String id) {
        if (!oracle.sagas.containsKey(id)) {
            awaitTakenIfCalled(id);
            Exchange started = journeys.begin(saga, id);
            if (started.getException() == null) {
                oracle.start(saga, id);
            } else {
                violations.add("an honest start is refused", started.getException());
            }
        }
    }

    private void send(byte[] body) {
        String id = "m-" + sent.size();
        sent.put(id, Hostile.shortened(body));
        byte[] key = hostile.once(8) ? null : ("k" + hostile.below(7)).getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(journeys.answers.name(), key, body);
        Map.of("ce_id", id, "ce_source", "fuzz", "ce_type", "journey.answers").forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        while (hostile.once(5)) {
            String name = hostile.name();
            record.headers().add(name.matches("(?i)ce_.*") ? "ce_saga" : name, hostile.rawText());
        }
        producer.send(record);
        oracle.take(body).forEach(saga -> dead.get("saga-" + saga).add(id));
    }

    private void awaitTakenIfCalled(String id) {
        if (oracle.isCalled(id)) {
            awaitTaken();
        }
    }

    private void awaitTaken() {
        producer.flush();
        String left = Progress.await(() -> database.rows("""
                SELECT c.consumer, count(m.consumer) AS taken FROM (VALUES ('saga-journey'), ('saga-order')) c (consumer) LEFT JOIN inbox_message m USING (consumer)
                GROUP BY c.consumer HAVING count(m.consumer) <> ?""", sent.size()));
        if (left != null) {
            violations.add("answers stand", left + " of " + sent.size() + ", parked " + database.rows("SELECT consumer, message_id, error_message FROM inbox_parked LIMIT 3"));
        }
    }

    /** Some that have a time-out to come, when all is quiet. */
    private void expire() {
        awaitTaken();
        List<SagaOracle.Saga> due = oracle.sagas.values().stream().filter(saga -> saga.due && hostile.once(4)).toList();
        due.forEach(saga -> {
            if (database.update("UPDATE saga SET due_at = now() WHERE saga_id = ? AND due_at IS NOT NULL", saga.id) != 1) {
                violations.add("has no time-out to come", shown(saga) + " " + database.rows("SELECT * FROM saga WHERE saga_id = ?", saga.id));
            }
            saga.timedOut();
            timedOut++;
        });
        String left = Progress.await(() -> database.rows("SELECT saga_id FROM saga WHERE due_at <= now()"));
        if (left != null) {
            violations.add("due, and nobody looks", left);
        }
    }

    private void start(SagaGenerator.Start start) {
        Map<String, Object> headers = new HashMap<>();
        headers.put("customer", start.key());
        awaitTakenIfCalled(start.id());
        long before = database.count("saga");
        Exchange exchange = journeys.begin("order-of-nobody", start.id(), start.raw() ? start.data().getBytes(StandardCharsets.UTF_8) : start.data(), headers);
        Exception refusal = exchange.getException();
        String told = Hostile.shortened(start.id()) + ", " + Hostile.shortened(start.key()) + ", " + Hostile.shortened(start.data()) + " is " + refusal;
        JsonNode data = data(start.data());
        boolean right = start.id().matches("[A-Za-z0-9._:-]{1,200}") && start.key() != null && !start.key().isEmpty() && isStorable(start.key()) && data != null;
        if (refusal != null) {
            refused++;
            if (right && !oracle.sagas.containsKey(start.id())) {
                violations.add("a start that is right is refused", told);
            }
            if (!(refusal instanceof InvalidMessageException || refusal instanceof ConfigurationException) || !refusal.getMessage().endsWith(".")) {
                violations.add("refused without a reason", told);
            }
            if (database.count("saga") != before) {
                violations.add("a refusal changes something", told);
            }
        } else if (!right) {
            violations.add("a start that is none is taken", told);
        } else if (!oracle.sagas.containsKey(start.id())) {
            oracle.start("order", start.id());
            Map<String, Object> row = database.rows("SELECT saga_name, message_key, data = CAST(? AS jsonb) AS same FROM saga WHERE saga_id = ?", start.data(), start.id()).get(0);
            if (!row.equals(Map.of("saga_name", "order", "message_key", start.key(), "same", true))) {
                violations.add("started as something else", told + " " + row);
            }
        }
    }

    /** Null for what can be nobody's data. */
    private static JsonNode data(String text) {
        try {
            JsonNode data = EXACT.readTree(text);
            return data != null && data.isObject() && isStorable(data) ? data : null;
        } catch (JsonProcessingException | NumberFormatException e) {
            return null;
        }
    }

    private static boolean isStorable(JsonNode node) {
        if (node.isNumber()) {
            BigDecimal number = node.decimalValue();
            return Math.abs((long) number.scale()) <= 1_000 && number.precision() <= 1_000 && number.precision() - (long) number.scale() <= 1_000;
        }
        boolean storable = !node.isTextual() || isStorable(node.asText());
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            storable &= isStorable(member.getKey()) && isStorable(member.getValue());
        }
        for (JsonNode element : node.isArray() ? node : List.<JsonNode>of()) {
            storable &= isStorable(element);
        }
        return storable;
    }

    private static boolean isStorable(String text) {
        return text.codePoints().noneMatch(c -> c == 0 || Character.getType(c) == Character.SURROGATE);
    }

    private void check() {
        for (Map.Entry<String, Set<String>> consumer : dead.entrySet()) {
            Set<String> letters = new TreeSet<>();
            database.rows("SELECT message_id, error_message FROM dead_letter WHERE consumer = ?", consumer.getKey()).forEach(letter -> {
                letters.add((String) letter.get("message_id"));
                if (!consumer.getValue().contains(letter.get("message_id"))) {
                    violations.add("a dead letter that should be none", sent.get((String) letter.get("message_id")) + " at " + consumer.getKey() + ": " + letter.get("error_message"));
                }
            });
            consumer.getValue().stream().filter(id -> !letters.contains(id)).forEach(id -> violations.add("no dead letter", sent.get(id) + " at " + consumer.getKey()));
        }
        Map<String, Map<String, Object>> ends = new HashMap<>();
        database.rows("SELECT saga_id, state, reason FROM ended").forEach(row -> ends.put((String) row.get("saga_id"), row));
        for (SagaOracle.Saga saga : oracle.sagas.values()) {
            Map<String, Object> end = ends.remove(saga.id);
            if (end == null || !saga.state.equals(end.get("state")) || !Objects.equals(saga.reason, end.get("reason"))) {
                violations.add("another end", shown(saga) + " has the end " + end);
            }
            if (!saga.commands.equals(journeys.commands(saga.id))) {
                violations.add("other commands", shown(saga) + " was sent " + journeys.commands(saga.id));
            }
            List<String> rows = new ArrayList<>();
            database.rows("SELECT step, state, asks, ignored_answers AS ignored, ignored_answer AS last FROM saga_step WHERE saga_id = ? ORDER BY step", saga.id)
                    .forEach(row -> rows.add(row.values().toString()));
            List<String> expected = saga.rows.entrySet().stream().map(row -> List.of(row.getKey(), row.getValue().state, row.getValue().asks, row.getValue().ignored,
                    String.valueOf(row.getValue().lastIgnored)).toString()).toList();
            if (!rows.equals(expected)) {
                violations.add("other steps", shown(saga) + " has " + rows + " and not " + expected);
            }
        }
        if (!ends.isEmpty() || database.count("saga") != oracle.sagas.size()) {
            violations.add("sagas that nobody has started", ends + " of " + database.count("saga"));
        }
    }

    private static String shown(SagaOracle.Saga saga) {
        return saga.name + " " + Hostile.shortened(saga.id) + " " + saga.state + " " + saga.reason + " " + saga.commands;
    }
}
