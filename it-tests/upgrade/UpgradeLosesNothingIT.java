package upgrade;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Database;
import harness.Java;
import harness.ReceivingBank;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.apache.camel.ProducerTemplate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The schema of an earlier release, with rows in every state, becomes today's by applying {@code schema.sql}, and today's routes go on
 * with the rows. Each folder beside this file is a release: its {@code schema.sql}, frozen, and {@code rows.sql}, which tells what the
 * rows must become. A change of the schema adds the folder of the schema before it, named after its commit.
 */
class UpgradeLosesNothingIT {

    private static final String CONSUMER = "bank-b-credit-transfer";
    private static final List<String> TABLES = List.of("outbox_message", "outbox_parked", "outbox_sent", "inbox_message", "inbox_parked", "dead_letter", "dead_letter_audit", "alert_window");
    /** The last of the outbox's open letters is this one's. */
    private static final Map<String, List<String>> PUBLISHED = new TreeMap<>(Map.of("", List.of("1", "1"), "waiting", List.of("1", "2", "3"), "refused", List.of("1", "2", "3", "4"),
            "exhausted", List.of("1"), "circuit-a", List.of("1", "2", "3", "4"), "circuit-b", List.of("1", "2", "3", "4"), "behind-nobody", List.of("1"), "delayed", List.of("1")));

    static List<String> releases() throws IOException {
        try (Stream<Path> folders = Files.list(Java.root().resolve("it-tests/upgrade"))) {
            return folders.filter(Files::isDirectory).map(folder -> folder.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("releases")
    void noRowIsLostAndTheViewsTellTheTruth(String release) {
        Database database = earlier(release);
        Map<String, Long> before = counts(database);
        List<Map<String, Object>> positions = positions(database);

        for (String time : List.of("the first time", "the second time")) {
            database.apply("schema.sql");

            assertThat(counts(database)).as("rows, schema.sql applied %s", time).containsExactlyEntriesOf(before);
            assertThat(positions(database)).as("positions, %s", time).isEqualTo(positions);
            assertThat(database.rows("SELECT * FROM msg_published WHERE status <> CASE reason WHEN 'CLOSED' THEN 'PENDING' ELSE type END")).as("msg_published, %s", time).isEmpty();
            assertThat(database.rows("SELECT * FROM msg_received WHERE status <> upper(split_part(message_id, '-', 1)) AND message_id NOT LIKE 'sha256:%' AND message_id NOT LIKE '%@%'"))
                    .as("msg_received, %s", time).isEmpty();
            assertThat(database.rows("SELECT status, count(*)::integer AS n FROM msg_received GROUP BY status ORDER BY status").toString())
                    .isEqualTo("[{status=DEAD, n=5}, {status=HANDLED, n=5}, {status=PENDING, n=2}, {status=RETRYING, n=2}]");
            assertThat(constraints(database)).as("constraints, %s", time).isEqualTo(constraints(Servers.database("schema.sql")));
        }
    }

    @ParameterizedTest
    @MethodSource("releases")
    void relayPublishesWhatWaitedAndEachKeyInOrder(String release) {
        UpgradedBank bank = new UpgradedBank(earlier(release).apply("schema.sql", "schema.sql"));

        try (Routes routes = Routes.start(bank.settings, "bank-b-relay.camel.yaml")) {
            ReceivingBank.await().untilAsserted(() -> assertThat(published(bank)).isEqualTo(PUBLISHED));
            ReceivingBank.await().untilAsserted(() -> assertThat(bank.database.rows("SELECT type, status, count(*)::integer AS n FROM msg_published GROUP BY type, status ORDER BY type").toString())
                    .as("what is left").isEqualTo("[{type=DEAD, status=DEAD, n=1}, {type=PENDING, status=PENDING, n=1}, {type=RETRYING, status=DEAD, n=1}, {type=SENT, status=SENT, n=2}]"));
        }

        ConsumerRecord<String, byte[]> traced = bank.closed.records().stream().filter(record -> "circuit-a".equals(record.key())).findFirst().orElseThrow();
        assertThat(Topic.headers(traced)).containsEntry("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").containsEntry("n", "1")
                .containsEntry("content-type", "text/plain").containsEntry("ce_type", "RETRYING");
    }

    @ParameterizedTest
    @MethodSource("releases")
    void receiverRepeatsNoEffectAndGoesOnWithParkedMessages(String release) {
        UpgradedBank bank = new UpgradedBank(earlier(release).apply("schema.sql", "schema.sql"));
        for (String id : List.of("handled-1", "handled-" + "\u00e9".repeat(192), "handled-" + "\ud83d\ude00".repeat(192), "sha256:handled", "retrying-1", "pending-2", "dead-1", "handled-replayed")) {
            bank.send("again", id, "t-again-" + id.hashCode());
        }
        bank.send("parked", "new-4", "t-parked-4");
        bank.send("again", "new-1", "t-again-1");

        try (Routes routes = bank.receive()) {
            ReceivingBank.await().untilAsserted(() -> assertThat(bank.booked("parked")).containsExactly("t-parked-1", "t-parked-2", "t-parked-3", "t-parked-4"));
            ReceivingBank.await().untilAsserted(() -> assertThat(bank.booked("none")).containsExactly("t-none-1"));
            ReceivingBank.await().untilAsserted(() -> assertThat(bank.booked("again")).contains("t-again-1"));
        }

        assertThat(bank.booked("again")).as("only what the earlier release had not handled").containsExactly("t-again-1");
        assertThat(bank.database.rows("SELECT status, count(*)::integer AS n FROM msg_received GROUP BY status ORDER BY status").toString())
                .isEqualTo("[{status=DEAD, n=5}, {status=HANDLED, n=11}]");
    }

    @ParameterizedTest
    @MethodSource("releases")
    void deadLettersOfBothSidesAreReplayed(String release) throws Exception {
        UpgradedBank bank = new UpgradedBank(earlier(release).apply("schema.sql", "schema.sql"));

        try (Routes routes = bank.receive("operate-end-letters.camel.yaml", "operate-problem.camel.yaml", "bank-b-relay.camel.yaml"); ProducerTemplate operator = routes.context().createProducerTemplate()) {
            ReceivingBank.await().untilAsserted(() -> assertThat(published(bank)).isEqualTo(PUBLISHED));
            String request = new ObjectMapper().writeValueAsString(Map.of("all", true, "who", "ann", "reason", "upgraded"));
            String answer = operator.request("direct:operate-end-letters", exchange -> {
                exchange.setVariable("action", "REPLAY");
                exchange.getMessage().setBody(request);
            }).getMessage().getBody(String.class);

            // three of a key, one without an id, and two of the outbox
            assertThat(answer).contains("\"letters\":6");
            ReceivingBank.await().untilAsserted(() -> assertThat(bank.booked("dead")).containsExactly("t-dead-1", "t-dead-2", "t-dead-3"));
            ReceivingBank.await().untilAsserted(() -> assertThat(bank.booked("no-id")).containsExactly("t-no-id-1"));
            ReceivingBank.await().untilAsserted(() -> assertThat(bank.open.bodies()).contains("replayed", "dies"));
            ReceivingBank.await().untilAsserted(() -> assertThat(bank.database.rows("SELECT message_id FROM msg_received WHERE status <> 'HANDLED'")).as("only the discarded one")
                    .containsExactly(Map.of("message_id", "dead-discarded")));
        }
    }

    private static Database earlier(String release) {
        String folder = Java.root().resolve("it-tests/upgrade").resolve(release).toString();
        return Servers.database(folder + "/schema.sql", folder + "/rows.sql");
    }

    /** How far receivers are, if the release knows. */
    private static List<Map<String, Object>> positions(Database database) {
        return database.value("SELECT to_regclass('inbox_position')::text") == null ? List.of()
                : database.rows("SELECT consumer, topic, topic_partition, topic_id, position FROM inbox_position ORDER BY 1, 2, 3");
    }

    private static List<Map<String, Object>> constraints(Database database) {
        return database.rows("SELECT conrelid::regclass::text AS relation, conname, pg_get_constraintdef(oid) AS rule FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0 ORDER BY 1, 2");
    }

    private static Map<String, Long> counts(Database database) {
        Map<String, Long> counts = new LinkedHashMap<>();
        // a dead letter without an id gets one, and its inbox key with it
        TABLES.forEach(table -> counts.put(table, database.count(table + (table.equals("inbox_message") ? " WHERE message_id NOT LIKE '%@%'" : ""))));
        return counts;
    }

    /** Bodies by key, of both topics; what is replayed is no part of it. */
    private static Map<String, List<String>> published(UpgradedBank bank) {
        Map<String, List<String>> published = new TreeMap<>();
        Stream.of(bank.open, bank.closed).flatMap(topic -> topic.records().stream()).forEach(record -> {
            List<String> bodies = published.computeIfAbsent(record.key() == null ? "" : record.key(), key -> new ArrayList<>());
            String body = new String(record.value());
            // at least once: a relay may repeat what it has sent
            if (record.key() == null || !bodies.contains(body)) {
                bodies.add(body);
            }
        });
        return published;
    }

    /** Bank B with its receiver and its relay, whose database does not itself refuse to book a transfer twice. */
    private static final class UpgradedBank extends ReceivingBank {

        final Topic open = Topic.create(topic.kafka(), 1);
        final Topic closed = Topic.create(topic.kafka(), 1);

        UpgradedBank(Database database) {
            super(database.apply("example-bank-b.sql"));
            database.update("ALTER TABLE ledger_entry DROP CONSTRAINT transfer_is_booked_once");
            settings.put("outbox.destination.upgrade.open", open.name());
            settings.put("outbox.destination.upgrade.closed", closed.name());
            settings.put("outbox.destination.transfer.completed", Topic.create(topic.kafka(), 1).name());
            settings.put("outbox.archive", "false");
            settings.put("operate.data-source", "bankB");
        }

        void send(String key, String messageId, String transferId) {
            topic.send(key, "{\"transferId\":\"%s\",\"from\":\"%s\",\"to\":\"b-1\",\"amount\":10.00}".formatted(transferId, key),
                    Map.of("ce_id", messageId, "ce_source", "bank-a", "ce_type", "transfer.requested"));
        }

        Routes receive(String... more) {
            List<String> files = new ArrayList<>(List.of(more));
            files.addAll(List.of("bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml"));
            return Routes.start(settings, files.toArray(String[]::new));
        }

        List<Object> booked(String from) {
            return database.rows("SELECT transfer_id FROM ledger_entry WHERE from_account = ? ORDER BY id", from).stream().map(row -> row.get("transfer_id")).toList();
        }
    }
}
