package mutants;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import harness.Routes;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Where a receiver goes on in a topic, and what it says of records that it cannot have. */
final class PositionScenarios {

    private PositionScenarios() {
    }

    /** Inbox keys have expired, and Kafka has forgotten the group. */
    static String restartHasNoSecondEffect(Pack pack) {
        BankB bank = new BankB(pack);
        requests(bank, 1, 2);
        try (Routes routes = bank.start()) {
            Verdict.await().until(() -> bank.booked().equals(List.of("t-1", "t-2")));
        }
        bank.database.update("DELETE FROM inbox_message");
        admin(bank, admin -> admin.deleteConsumerGroups(List.of("bank-b-credit-transfer")).all().get(90, TimeUnit.SECONDS));
        requests(bank, 3, 3);
        try (Routes routes = bank.start()) {
            Verdict.await().until(() -> bank.booked().contains("t-3"));
        }
        return bank.booked().equals(List.of("t-1", "t-2", "t-3")) ? null : "booked is " + bank.booked();
    }

    /** Effects, keys and position are those of a backup, and the receiver has noticed nothing. */
    static String restoredDatabaseMissesNothing(Pack pack) {
        BankB bank = new BankB(pack);
        requests(bank, 1, 3);
        try (Routes routes = bank.start()) {
            Verdict.await().until(() -> bank.booked().equals(List.of("t-1", "t-2", "t-3")));
            bank.database.update("DELETE FROM ledger_entry WHERE transfer_id > 't-1'; DELETE FROM inbox_message WHERE message_id > 'm-1'; "
                    + "UPDATE inbox_position SET position = 0");
            requests(bank, 4, 4);
            Verdict.await().until(() -> bank.booked().contains("t-4"));
        }
        return bank.booked().equals(List.of("t-1", "t-2", "t-3", "t-4")) ? null : "booked is " + bank.booked();
    }

    static String abortedTransactionHasNoEffect(Pack pack) {
        BankB bank = new BankB(pack);
        Map<String, Object> settings = Map.of("bootstrap.servers", bank.topic.kafka().brokers(), "transactional.id", UUID.randomUUID().toString());
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            ProducerRecord<String, byte[]> record = new ProducerRecord<>(bank.topic.name(), "k", BankB.body("t-1").getBytes(StandardCharsets.UTF_8));
            BankB.headers("m-1").forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
            producer.send(record);
            producer.flush();
            producer.abortTransaction();
        }
        requests(bank, 2, 2);
        try (Routes routes = bank.start()) {
            Verdict.await().until(() -> bank.booked().contains("t-2"));
        }
        return bank.booked().equals(List.of("t-2")) ? null : "booked is " + bank.booked() + ", and the sender of t-1 has rolled it back";
    }

    /** The handler of the first record waits, and meanwhile most of those behind it expire. */
    static String gapIsTold(Pack pack) throws Exception {
        BankB bank = new BankB(pack);
        bank.settings.put("inbox.max-poll-records", "1");
        try (Connection connection = bank.database.connect(); Statement statement = connection.createStatement(); Routes routes = bank.start()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT id FROM account WHERE id = 'b-1' FOR UPDATE");
            requests(bank, 1, 1);
            Verdict.await().until(() -> bank.database.waiting("transactionid") > 0);
            requests(bank, 2, 6);
            admin(bank, admin -> admin.deleteRecords(Map.of(new TopicPartition(bank.topic.name(), 0), RecordsToDelete.beforeOffset(5))).all()
                    .get(90, TimeUnit.SECONDS));
            connection.rollback();
            Verdict.await().until(() -> bank.booked().contains("t-6"));
        }
        return bank.database.count("incident WHERE kind = 'GAP'") == 1 ? null : "booked is " + bank.booked() + ", and nobody was told that the others are gone";
    }

    private static void requests(BankB bank, int first, int last) {
        for (int i = first; i <= last; i++) {
            bank.request("k", "m-" + i, "t-" + i);
        }
    }

    private static void admin(BankB bank, AdminAction action) {
        try (Admin admin = bank.topic.kafka().admin()) {
            Verdict.await().ignoreExceptions().until(() -> {
                action.run(admin);
                return true;
            });
        }
    }

    private interface AdminAction {
        void run(Admin admin) throws Exception;
    }
}
