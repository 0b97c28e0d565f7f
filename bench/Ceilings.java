import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

import harness.Database;
import harness.Java;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What the parts of this machine do by themselves: no relay and no receiver can be faster. */
final class Ceilings implements Scenario {

    private static final int ROUNDS = 3;
    private static final int SYNCS = 500;
    private static final int RECORDS = 500_000;
    private static final int COMMITS = 1_000;
    private static final int ROWS = 200_000;

    @Override
    public void run(Results results) throws Exception {
        try (Bench bench = new Bench(Bench.DURABLE)) {
            results.add("a file alone: 8 KB and a sync", "syncs/s", rounds(() -> syncs(bench)));
            results.add("PostgreSQL alone: an insert and a commit", "commits/s", rounds(() -> commits(bench)));
            results.add("KafkaProducer alone, 290 B, acks=all", "records/s", rounds(() -> records(bench)));
            results.add("the relay's claim and delete alone", "rows/s", rounds(() -> claims(bench)));
        }
    }

    private interface Part {
        double rate() throws Exception;
    }

    private static double[] rounds(Part part) throws Exception {
        // the first is slower than the others, whatever is measured
        part.rate();
        double[] rates = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            rates[round] = part.rate();
        }
        return rates;
    }

    private static double syncs(Bench bench) throws Exception {
        try (FileChannel file = FileChannel.open(bench.folder.resolve("sync"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long start = System.nanoTime();
            for (int i = 0; i < SYNCS; i++) {
                file.write(ByteBuffer.allocate(8192), i % 16 * 8192L);
                file.force(false);
            }
            return SYNCS * 1e9 / (System.nanoTime() - start);
        }
    }

    private static double commits(Bench bench) throws Exception {
        Database outbox = bench.database("schema.sql");
        try (Connection connection = outbox.connect(); PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO outbox_message (destination, message_key, type, payload) VALUES ('transfer.requested', 'k', 't', 'x')")) {
            long start = System.nanoTime();
            for (int i = 0; i < COMMITS; i++) {
                insert.executeUpdate();
            }
            return COMMITS * 1e9 / (System.nanoTime() - start);
        } finally {
            bench.drop(outbox);
        }
    }

    private static double records(Bench bench) throws Exception {
        String topic = bench.topic(4);
        byte[] value = "x".repeat(290).getBytes(StandardCharsets.UTF_8);
        Map<String, Object> settings = Map.of("bootstrap.servers", bench.kafka.brokers(), "acks", "all", "batch.size", 131072);
        long start = System.nanoTime();
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            Future<RecordMetadata> sent = null;
            for (int i = 0; i < RECORDS; i++) {
                sent = producer.send(new ProducerRecord<>(topic, "k" + i % 1000, value));
            }
            producer.flush();
            sent.get();
        }
        return RECORDS * 1e9 / (System.nanoTime() - start);
    }

    /** As a relay claims, without its producer. */
    private static double claims(Bench bench) throws Exception {
        Database outbox = bench.database("schema.sql");
        outbox.update("""
                INSERT INTO outbox_message (destination, message_key, type, payload)
                SELECT 'transfer.requested', 'k' || i %% 1000, 'transfer.requested', convert_to(rpad('', 290, 'x'), 'UTF8') FROM generate_series(1, %d) AS i
                """.formatted(ROWS));
        outbox.update("VACUUM ANALYZE outbox_message");
        try (Connection connection = outbox.connect()) {
            IdealRelay relay = new IdealRelay(connection, Java.root().resolve("src/main/resources/sql/postgresql"));
            long start = System.nanoTime();
            int claimed = 0;
            for (List<IdealRelay.Row> rows = relay.claim(); !rows.isEmpty(); rows = relay.claim()) {
                claimed += rows.size();
                relay.delete(rows);
            }
            Bench.check(claimed == ROWS, claimed + " rows are claimed");
            return ROWS * 1e9 / (System.nanoTime() - start);
        } finally {
            bench.drop(outbox);
        }
    }
}
