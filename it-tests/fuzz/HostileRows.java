package fuzz;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Java;
import harness.Kafka;
import harness.Routes;
import harness.Servers;
import org.apache.camel.ProducerTemplate;

/**
 * One run of two relays over hostile rows among good ones. Some destinations are open, one takes small records only, one's topic is
 * missing and one is not mapped; when all good rows are published, these two are opened and the rest must come to its end.
 */
public final class HostileRows {

    private static final List<String> DESTINATIONS = List.of("fuzz.open", "fuzz.other", "fuzz.small", "fuzz.missing", "fuzz.unmapped");

    /** Each refusal by a broker repeats the batch that it was in, and halves the next. */
    private static final int MOST_REPEATS = 30;

    private final Pack pack;
    private final Kafka kafka = Servers.kafka();
    private final Database database;
    private final Map<String, String> topics = new LinkedHashMap<>();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Violations violations = new Violations();

    private HostileRows(Pack pack) {
        this.pack = pack;
        database = pack.database("schema.sql");
        Notes.install(database);
        DESTINATIONS.forEach(destination -> topics.put(destination, Servers.name("fuzz")));
        for (String bank : List.of("bank-a", "bank-b")) {
            settings.put("database." + bank + ".url", database.url());
            settings.put("database." + bank + ".user", "postgres");
        }
        settings.put("camel.main.shutdown-timeout", "5");
        settings.put("kafka.brokers", kafka.brokers());
        settings.put("outbox.relay.metadata-timeout", "500ms");
        settings.put("outbox.relay.outage-max-delay", "1000ms");
        settings.put("outbox.relay.poll-max-delay", "100ms");
        settings.put("outbox.retry.poll-max-delay", "100ms");
        settings.put("outbox.circuit-delay", "500ms");
        settings.put("outbox.immediate-attempts", "2");
        settings.put("outbox.immediate-delay", "10ms");
        settings.put("outbox.retry.first-delay", "200ms");
        settings.put("outbox.retry.delay", "100ms");
        settings.put("outbox.retry.max-attempts", "1");
        topics.forEach((destination, topic) -> settings.put("outbox.destination." + destination, destination.equals("fuzz.unmapped") ? "" : topic));
    }

    /**
     * @param pack   what is tried
     * @param seed   of all that is random
     * @param rows   how many are written
     * @param report gets a line of figures
     * @return       what is wrong, a line each
     */
    public static List<String> violations(Pack pack, long seed, int rows, StringBuilder report) throws Exception {
        return new HostileRows(pack).run(new Hostile(seed), rows, report);
    }

    private List<String> run(Hostile hostile, int rows, StringBuilder report) throws Exception {
        long since = System.currentTimeMillis();
        create("fuzz.open", 3, Map.of());
        create("fuzz.other", 1, Map.of());
        create("fuzz.small", 2, Map.of("max.message.bytes", "1500"));
        int refused;
        try (Routes routes = start(); ProducerTemplate sink = routes.context().createProducerTemplate()) {
            RowGenerator generator = new RowGenerator(hostile, database, sink);
            generator.write(rows);
            generator.writeLast(DESTINATIONS.subList(0, 2));
            awaitDrained("good rows", "(message_key LIKE 'good-%' OR message_key LIKE 'last-%')");
            // what waited for its topic now meets a topic that refuses some of it
            create("fuzz.missing", 2, Map.of("max.message.bytes", "1500"));
            awaitDrained("rows of mapped destinations without a key", "destination IN ('fuzz.open', 'fuzz.other', 'fuzz.small', 'fuzz.missing') AND message_key IS NULL");
            refused = generator.refused();
        }
        create("fuzz.unmapped", 1, Map.of());
        settings.put("outbox.destination.fuzz.unmapped", topics.get("fuzz.unmapped"));
        try (Routes routes = start(); ProducerTemplate sink = routes.context().createProducerTemplate()) {
            awaitDrained("all rows", "destination LIKE 'fuzz.%'");
            new RowGenerator(hostile, database, sink).writeLast(DESTINATIONS);
            awaitDrained("one more row for each destination", "message_key LIKE 'last-%'");
        }
        List<Fact> facts = Notes.read(database);
        List<Seen> records = Seen.all(kafka, topics.values());
        RowChecker checker = new RowChecker(violations, topics, facts, records, published(), since - 1000);
        if (checker.mostRepeats() > MOST_REPEATS) {
            violations.add("a good row was sent too often", checker.mostRepeats() + " times");
        }
        report.append("rows=%d refused_by_the_database=%d records=%d dead=%d most_repeats_of_a_good_one=%d violations=%d".formatted(facts.size(), refused, records.size(),
                database.count("msg_published WHERE status = 'DEAD'"), checker.mostRepeats(), violations.count()));
        return violations.lines();
    }

    private Routes start() {
        return pack.start(settings, "bank-a-relay.camel.yaml", "bank-b-relay.camel.yaml", Java.root().resolve("it-tests/fuzz/fuzz-send.camel.yaml").toString());
    }

    private void create(String destination, int partitions, Map<String, String> limits) throws Exception {
        kafka.createTopics(partitions, limits, topics.get(destination));
    }

    private void awaitDrained(String what, String which) {
        if (violations.count() > 0) {
            // it stands still already, and would take as long again to see that
            return;
        }
        String left = Progress.await(() -> database.rows("SELECT status, count(*) AS n, sum(attempts) AS attempts FROM msg_published WHERE status IN ('PENDING', 'RETRYING')"
                + " AND (next_attempt_at IS NULL OR next_attempt_at < now() + interval '1 hour') AND (" + which + ") GROUP BY status ORDER BY status"));
        if (left != null) {
            violations.add(what + " do not come to their end", left);
        }
    }

    private List<Map<String, Object>> published() throws SQLException {
        return database.rows("SELECT message_id, destination, status, attempts, next_attempt_at, error_message, next_attempt_at > now() + interval '1 hour' AS later FROM msg_published");
    }
}
