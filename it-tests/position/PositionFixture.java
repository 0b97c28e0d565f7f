package position;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import harness.Database;
import harness.Kafka;
import harness.ReceivingBank;
import harness.Routes;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

import static org.assertj.core.api.Assertions.assertThat;

/** Bank B with the shipped receiver. Only its inbox knows a message that comes twice: the ledger would book it again. */
final class PositionFixture extends ReceivingBank {

    static final String CONSUMER = "bank-b-credit-transfer";
    static final String[] FILES = {"bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml"};

    PositionFixture() {
        prepare();
    }

    PositionFixture(Database database) {
        super(database);
        prepare();
    }

    PositionFixture(Database database, Kafka kafka) {
        super(database, kafka);
        prepare();
    }

    private void prepare() {
        database.update("ALTER TABLE ledger_entry DROP CONSTRAINT transfer_is_booked_once");
        settings.put("inbox.outage-delay", "200ms");
        settings.put("inbox.immediate-delay", "50ms");
        settings.put("inbox.dead-letter-topic", "false");
    }

    Routes start() {
        return Routes.start(settings, FILES);
    }

    /** Sends m-first to m-last, for t-first to t-last. */
    void requests(int first, int last) {
        for (int i = first; i <= last; i++) {
            request("a-1", "m-" + i, "t-" + i);
        }
    }

    void awaitBooked(String... transferIds) {
        await().untilAsserted(() -> assertThat(booked()).as("booked; incidents: %s", incidents()).containsExactly((Object[]) transferIds));
    }

    /** Retention has deleted the keys of all messages. */
    void forgetKeys() {
        database.update("DELETE FROM inbox_message");
    }

    long position() {
        return (Long) database.value("SELECT position FROM inbox_position WHERE topic = ? AND topic_partition = 0", topic.name());
    }

    List<String> incidents() {
        return database.rows("SELECT kind, subject, error_message FROM incident ORDER BY started_at").stream()
                .map(row -> row.get("kind") + " " + row.get("subject") + ": " + row.get("error_message")).toList();
    }

    /** As retention does it: all records before the offset. */
    void expire(long offset) {
        admin(admin -> admin.deleteRecords(Map.of(partition(), RecordsToDelete.beforeOffset(offset))).all().get(90, TimeUnit.SECONDS));
    }

    /** The group of a consumer that is gone: its members are known until their session ends. */
    void forgetGroup() {
        admin(admin -> admin.deleteConsumerGroups(List.of(CONSUMER)).all().get(90, TimeUnit.SECONDS));
    }

    TopicPartition partition() {
        return new TopicPartition(topic.name(), 0);
    }

    void admin(AdminAction action) {
        try (Admin admin = topic.kafka().admin()) {
            await().ignoreExceptions().until(() -> {
                action.run(admin);
                return true;
            });
        }
    }

    interface AdminAction {
        void run(Admin admin) throws Exception;
    }
}
