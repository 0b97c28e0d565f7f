import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.stream.Collectors;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What one thread can do at best: the pack's own SQL and records, plain JDBC and KafkaProducer, no Camel, no failure handling. */
public final class IdealRelay {

    private record Row(long id, String key, byte[] payload, String messageId, String type, String contentType, String createdAt) {
    }

    public static void main(String[] arguments) throws Exception {
        String sql = arguments[3];
        String lock = statement(sql, "lock-outbox-shards.sql").replace(":?shards", "?");
        String claim = statement(sql, "claim-outbox-batch.sql").replace(":?locked", "?").replace(":?rows", "125").replace(":?longest", "1048576")
                .replace(":?bytes", "16777216");
        String delete = statement(sql, "delete-outbox-batch.sql").replace(":?ids", "?").replace(":?messages", "?");
        Map<String, Object> settings = Map.of("bootstrap.servers", arguments[1], "acks", "all", "batch.size", 131072, "delivery.timeout.ms", 300000);
        try (Connection connection = DriverManager.getConnection(arguments[0], "postgres", "");
                PreparedStatement locks = connection.prepareStatement(lock); PreparedStatement claims = connection.prepareStatement(claim);
                PreparedStatement deletes = connection.prepareStatement(delete);
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            connection.setAutoCommit(false);
            while (relay(connection, locks, claims, deletes, producer, arguments[2])) {
                // until the outbox is empty
            }
        }
    }

    private static boolean relay(Connection connection, PreparedStatement locks, PreparedStatement claims, PreparedStatement deletes,
            KafkaProducer<String, byte[]> producer, String topic) throws Exception {
        locks.setInt(1, 16);
        String shards;
        try (ResultSet locked = locks.executeQuery()) {
            locked.next();
            shards = locked.getString(1);
        }
        if (shards == null) {
            connection.commit();
            return false;
        }
        claims.setString(1, shards);
        List<Row> rows = new ArrayList<>();
        try (ResultSet claimed = claims.executeQuery()) {
            while (claimed.next()) {
                rows.add(new Row(claimed.getLong("id"), claimed.getString("message_key"), claimed.getBytes("payload"),
                        claimed.getString("message_id"), claimed.getString("type"), claimed.getString("content_type"),
                        claimed.getTimestamp("created_at").toInstant().toString()));
            }
        }
        List<Future<?>> sent = new ArrayList<>();
        for (Row row : rows) {
            ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, row.key(), row.payload());
            add(record, "ce_specversion", "1.0");
            add(record, "ce_id", row.messageId());
            add(record, "ce_source", "bench");
            add(record, "ce_type", row.type());
            add(record, "ce_time", row.createdAt());
            add(record, "content-type", row.contentType());
            sent.add(producer.send(record));
        }
        producer.flush();
        for (Future<?> future : sent) {
            future.get();
        }
        deletes.setString(1, rows.stream().map(row -> "" + row.id()).collect(Collectors.joining(",", "{", "}")));
        deletes.setString(2, rows.stream().map(Row::messageId).collect(Collectors.joining(",", "{", "}")));
        deletes.executeUpdate();
        connection.commit();
        return true;
    }

    private static void add(ProducerRecord<?, ?> record, String name, String value) {
        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static String statement(String folder, String file) throws Exception {
        return Files.readString(Path.of(folder, file)).replace(":?low", "'{}'").replace(":?epoch", "''");
    }
}
