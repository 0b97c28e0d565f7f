import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What one thread can do at best as bank B's receiver: the pack's own SQL and the example's, one transaction for what a poll has brought of a partition, plain
 * KafkaConsumer and JDBC; no Camel, no failure handling.
 */
public final class IdealReceiver {

    private static final Pattern NAMED = Pattern.compile(":#(\\w+)");
    private static final Pattern QUERY = Pattern.compile("query: >-\\n(.*?)\\n\\s+dataSource:", Pattern.DOTALL);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Connection connection;
    private final PreparedStatement insert;
    private final PreparedStatement parked;
    private final Named credit;
    private final Named answer;

    private IdealReceiver(Connection connection, Path root) throws Exception {
        this.connection = connection;
        Path sql = root.resolve("src/main/resources/sql/postgresql");
        insert = connection.prepareStatement(Files.readString(sql.resolve("insert-inbox-messages.sql")));
        parked = connection.prepareStatement(Files.readString(sql.resolve("list-parked-inbox-keys.sql")));
        credit = new Named(QUERY.matcher(Files.readString(root.resolve("routes/bank-b-book-credit.camel.yaml"))).results().findFirst().orElseThrow().group(1));
        answer = new Named(Files.readString(sql.resolve("insert-outbox-message.sql")));
    }

    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(arguments[3]);
        String topic = arguments[2];
        Map<String, Object> settings = Map.of("bootstrap.servers", arguments[1], "group.id", "ideal-" + topic, "auto.offset.reset", "earliest", "enable.auto.commit", false,
                "max.poll.records", 500, "isolation.level", "read_committed");
        try (Connection connection = DriverManager.getConnection(arguments[0], "postgres", "");
                KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            begin(connection, topic, consumer.partitionsFor(topic).size());
            connection.setAutoCommit(false);
            IdealReceiver receiver = new IdealReceiver(connection, root);
            consumer.subscribe(List.of(topic));
            while (true) {
                ConsumerRecords<String, byte[]> polled = consumer.poll(Duration.ofSeconds(1));
                for (TopicPartition partition : polled.partitions()) {
                    receiver.receive(topic, partition.partition(), polled.records(partition));
                    consumer.commitSync();
                }
            }
        }
    }

    /** Where a receiver of the pack begins too: in front of the first record. */
    private static void begin(Connection connection, String topic, int partitions) throws SQLException {
        try (PreparedStatement positions = connection.prepareStatement("""
                INSERT INTO inbox_position (consumer, topic, topic_partition, topic_id, position)
                SELECT 'ideal', ?, partition, 'ideal', -1 FROM generate_series(0, ? - 1) AS partition""")) {
            positions.setString(1, topic);
            positions.setInt(2, partitions);
            positions.executeUpdate();
        }
    }

    private void receive(String topic, int partition, List<ConsumerRecord<String, byte[]>> records) throws Exception {
        Set<String> fresh = insert(topic, partition, records);
        if (!isAnyParked(records)) {
            for (ConsumerRecord<String, byte[]> record : records) {
                if (fresh.contains(header(record, "ce_id"))) {
                    handle(record);
                }
            }
        }
        connection.commit();
    }

    private Set<String> insert(String topic, int partition, List<ConsumerRecord<String, byte[]>> records) throws SQLException {
        insert.setString(1, "ideal");
        insert.setString(2, "ideal");
        insert.setString(3, topic);
        insert.setInt(4, partition);
        insert.setString(5, "ideal");
        insert.setLong(6, records.get(0).offset() - 1);
        insert.setLong(7, records.get(records.size() - 1).offset());
        insert.setArray(8, connection.createArrayOf("text", records.stream().map(record -> header(record, "ce_source")).toArray()));
        insert.setArray(9, connection.createArrayOf("text", records.stream().map(record -> header(record, "ce_id")).toArray()));
        insert.setString(10, "ideal");
        Set<String> fresh = new HashSet<>();
        try (ResultSet rows = insert.executeQuery()) {
            while (rows.next()) {
                fresh.add(rows.getString(2));
            }
        }
        return fresh;
    }

    private boolean isAnyParked(List<ConsumerRecord<String, byte[]>> records) throws SQLException {
        parked.setString(1, "ideal");
        parked.setArray(2, connection.createArrayOf("text", records.stream().map(ConsumerRecord::key).distinct().toArray()));
        try (ResultSet rows = parked.executeQuery()) {
            return rows.next();
        }
    }

    private void handle(ConsumerRecord<String, byte[]> record) throws Exception {
        Map<?, ?> transfer = JSON.readValue(record.value(), Map.class);
        Map<String, Object> parameters = new HashMap<>();
        transfer.forEach((name, value) -> parameters.put((String) name, value));
        String verdict;
        String event;
        try (ResultSet booked = credit.with(parameters).executeQuery()) {
            booked.next();
            verdict = booked.getString("verdict");
            event = booked.getString("event");
        }
        Map<String, Object> row = new HashMap<>();
        row.put("destination", verdict.equals("OK") ? "transfer.completed" : "transfer.rejected");
        row.put("message_key", transfer.get("from"));
        row.put("content_type", "application/json");
        row.put("payload", event.getBytes(StandardCharsets.UTF_8));
        row.put("headers", "{}");
        row.put("traceparent", null);
        answer.with(row).executeUpdate();
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    /** A statement with the names that camel-sql knows. */
    private final class Named {

        private final PreparedStatement statement;
        private final List<String> names = new ArrayList<>();

        Named(String sql) throws SQLException {
            Matcher named = NAMED.matcher(sql);
            while (named.find()) {
                names.add(named.group(1));
            }
            statement = connection.prepareStatement(named.replaceAll("?"));
        }

        PreparedStatement with(Map<String, Object> parameters) throws SQLException {
            for (int i = 0; i < names.size(); i++) {
                statement.setObject(i + 1, parameters.get(names.get(i)));
            }
            return statement;
        }
    }
}
