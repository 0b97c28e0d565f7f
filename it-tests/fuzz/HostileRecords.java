package fuzz;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import harness.Database;
import harness.Java;
import harness.Kafka;
import harness.Routes;
import harness.Servers;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** One run of a receiver over hostile records among good ones, of two topics: the name of one is as long as a name can be. */
public final class HostileRecords {

    /** An outage beside it, or another owner of its partition, lets a good message come again. */
    private static final int MOST_ATTEMPTS = 5;

    private final Pack pack;
    private final Kafka kafka = Servers.kafka();
    private final Database database;
    private final List<String> topics = List.of(Servers.name("fuzz"), Servers.name("fuzz." + "long".repeat(58)));
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Violations violations = new Violations();

    private HostileRecords(Pack pack, int batch) {
        this.pack = pack;
        database = pack.database("schema.sql");
        database.update("CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, digest text NOT NULL, message_id text)");
        kafka.createTopics(2, topics.get(0));
        kafka.createTopics(1, topics.get(1));
        settings.put("database.bank-b.url", database.url());
        settings.put("database.bank-b.user", "postgres");
        settings.put("camel.main.shutdown-timeout", "5");
        settings.put("kafka.brokers", kafka.brokers());
        settings.put("fuzz.topics", String.join(",", topics));
        topics.forEach(topic -> settings.put("outbox.destination." + topic + ".dead", Servers.name("dead")));
        settings.put("inbox.fuzz-receive.batch-size", String.valueOf(batch));
        settings.put("inbox.headers", "ce_*,content-type,traceparent,x-*");
        settings.put("inbox.outage-delay", "50ms");
        settings.put("inbox.immediate-delay", "1ms");
        settings.put("inbox.retry.first-delay", "200ms");
        settings.put("inbox.retry.delay", "100ms");
        settings.put("inbox.retry.max-attempts", "2");
        settings.put("inbox.retry.poll-max-delay", "100ms");
    }

    /**
     * @param pack    what is tried
     * @param seed    of all that is random
     * @param records how many are sent
     * @param batch   how many share a transaction
     * @param report  gets a line of figures
     * @return        what is wrong, a line for each kind
     */
    public static List<String> violations(Pack pack, long seed, int records, int batch, StringBuilder report) throws Exception {
        return new HostileRecords(pack, batch).run(new Hostile(seed), records, report);
    }

    private List<String> run(Hostile hostile, int records, StringBuilder report) throws Exception {
        Saboteur.forget();
        List<Sent> sent;
        try (RecordGenerator generator = new RecordGenerator(hostile, kafka.brokers(), topics)) {
            try (Routes routes = pack.start(settings, Java.root().resolve("it-tests/fuzz/fuzz-receive.camel.yaml").toString())) {
                generator.send(records);
                generator.sendLast();
                awaitDone(generator);
                generator.sendLast();
                awaitDone(generator);
            }
            sent = generator.sent();
        }
        RecordChecker checker = new RecordChecker(violations, sent, database.rows("SELECT * FROM msg_received"), database.rows("SELECT * FROM effect ORDER BY id"));
        if (checker.mostAttempts() > MOST_ATTEMPTS) {
            violations.add("a good message was rolled back too often", checker.mostAttempts() + " attempts");
        }
        report.append("records=%d effects=%d dead=%d most_attempts_of_a_good_one=%d violations=%d".formatted(sent.size(), database.count("effect"),
                database.count("msg_received WHERE status = 'DEAD'"), checker.mostAttempts(), violations.count()));
        return violations.lines();
    }

    private void awaitDone(RecordGenerator generator) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        // and not the end of the log: the mark of a transaction may stand there, which nobody reads
        generator.sent().stream().filter(record -> !record.aborted()).forEach(record -> ends.merge(new TopicPartition(record.topic(), record.partition()), record.offset() + 1, Math::max));
        String left = Progress.await(() -> lag(ends));
        if (left != null) {
            violations.add("the receiver does not read to the end", left);
        }
        left = Progress.await(() -> database.rows("SELECT status, count(*) AS n, sum(attempts) AS attempts FROM msg_received WHERE status IN ('PENDING', 'RETRYING') GROUP BY status ORDER BY status"));
        if (left != null) {
            violations.add("parked messages do not come to their end", left);
        }
    }

    /** The partitions that the group has not read to their last message, with what it has read; Kafka knows that when a whole poll is done. */
    private List<String> lag(Map<TopicPartition, Long> ends) {
        try (Admin admin = kafka.admin()) {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets("fuzz-receive").partitionsToOffsetAndMetadata().get(1, TimeUnit.MINUTES);
            return ends.entrySet().stream().filter(end -> read(committed, end.getKey()) < end.getValue())
                    .map(end -> Hostile.shortened(end.getKey().topic()) + "-" + end.getKey().partition() + " is read to " + read(committed, end.getKey()) + " of " + end.getValue()
                            + ", done is " + position(end.getKey())).sorted().toList();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private String position(TopicPartition partition) {
        return database.rows("SELECT position FROM inbox_position WHERE topic = ? AND topic_partition = ?", partition.topic(), partition.partition()).toString();
    }

    private static long read(Map<TopicPartition, OffsetAndMetadata> committed, TopicPartition partition) {
        OffsetAndMetadata offset = committed.get(partition);
        return offset == null ? 0 : offset.offset();
    }
}
