import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What one thread can do at best: the pack's own SQL and records, plain JDBC and KafkaProducer, no Camel, no failure handling. */
public final class IdealRelay {

    private final PreparedStatement locks;
    private final PreparedStatement claims;
    private final PreparedStatement deletes;
    private final Connection connection;

    /** @param sql folder of the pack's statements, not null */
    IdealRelay(Connection connection, Path sql) throws Exception {
        this.connection = connection;
        connection.setAutoCommit(false);
        locks = connection.prepareStatement(statement(sql, "lock-outbox-shards.sql").replace(":?shards", "?"));
        claims = connection.prepareStatement(statement(sql, "claim-outbox-batch.sql").replace(":?locked", "?").replace(":?rows", "125").replace(":?longest", "1048576")
                .replace(":?bytes", "16777216"));
        deletes = connection.prepareStatement(statement(sql, "delete-outbox-batch.sql").replace(":?ids", "?").replace(":?messages", "?"));
    }

    /** Until it is killed. */
    public static void main(String[] arguments) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", arguments[1], "acks", "all", "batch.size", 131072, "delivery.timeout.ms", 300000);
        try (Connection connection = DriverManager.getConnection(arguments[0], "postgres", "");
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            IdealRelay relay = new IdealRelay(connection, Path.of(arguments[3]));
            while (true) {
                List<Row> rows = relay.claim();
                if (rows.isEmpty()) {
                    TimeUnit.MILLISECONDS.sleep(50);
                } else {
                    send(producer, arguments[2], rows);
                    relay.delete(rows);
                }
            }
        }
    }

    record Row(long id, String key, byte[] payload, String messageId, String type, String contentType, String createdAt) {
    }

    /** The next rows, whose shards are locked; empty if there is none. */
    List<Row> claim() throws SQLException {
        locks.setInt(1, 16);
        String shards;
        try (ResultSet locked = locks.executeQuery()) {
            locked.next();
            shards = locked.getString(1);
        }
        List<Row> rows = new ArrayList<>();
        if (shards == null) {
            connection.commit();
            return rows;
        }
        claims.setString(1, shards);
        try (ResultSet claimed = claims.executeQuery()) {
            while (claimed.next()) {
                rows.add(new Row(claimed.getLong("id"), claimed.getString("message_key"), claimed.getBytes("payload"),
                        claimed.getString("message_id"), claimed.getString("type"), claimed.getString("content_type"),
                        claimed.getTimestamp("created_at").toInstant().toString()));
            }
        }
        return rows;
    }

    private static void send(KafkaProducer<String, byte[]> producer, String topic, List<Row> rows) throws Exception {
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
    }

    void delete(List<Row> rows) throws SQLException {
        deletes.setString(1, rows.stream().map(row -> "" + row.id()).collect(Collectors.joining(",", "{", "}")));
        deletes.setString(2, rows.stream().map(Row::messageId).collect(Collectors.joining(",", "{", "}")));
        deletes.executeUpdate();
        connection.commit();
    }

    private static void add(ProducerRecord<?, ?> record, String name, String value) {
        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static String statement(Path folder, String file) throws Exception {
        return Files.readString(folder.resolve(file)).replace(":?low", "'{}'").replace(":?epoch", "''");
    }
}
