package position;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import harness.Database;
import harness.Routes;
import harness.Servers;
import org.apache.camel.spi.RouteController;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Where a receiver goes on is part of what it has done, and not of what Kafka thinks. */
class PositionIsStoredWithTheEffectIT {

    @Test
    void lostGroupOffsetsAndExpiredKeysMakeNoSecondEffect() {
        PositionFixture bank = new PositionFixture();
        bank.requests(1, 3);
        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1", "t-2", "t-3");
        }
        bank.forgetKeys();
        bank.forgetGroup();
        bank.requests(4, 4);

        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1", "t-2", "t-3", "t-4");
        }
        assertThat(bank.incidents()).isEmpty();
    }

    @Test
    void restoredDatabaseGoesOnWhereItsBackupWas() {
        Database database = Servers.database("schema.sql", "example-bank-b.sql");
        PositionFixture bank = new PositionFixture(database);
        bank.requests(1, 5);
        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1", "t-2", "t-3", "t-4", "t-5");
        }
        Database server = new Database(database.url().replaceFirst("/[^/]*$", "/postgres"));
        String name = database.url().replaceFirst(".*/", "");
        server.update("CREATE DATABASE backup_of_" + name + " TEMPLATE " + name);
        bank.requests(6, 15);
        String[] all = IntStream.rangeClosed(1, 15).mapToObj(i -> "t-" + i).toArray(String[]::new);
        try (Routes routes = bank.start()) {
            bank.awaitBooked(all);
        }

        server.update("DROP DATABASE " + name);
        server.update("ALTER DATABASE backup_of_" + name + " RENAME TO " + name);
        assertThat(bank.booked()).hasSize(5);
        try (Routes routes = bank.start()) {
            bank.awaitBooked(all);
        }
        assertThat(bank.incidents()).isEmpty();
    }

    /** The receiver has not noticed anything: no connection of it was in use. */
    @Test
    void databaseIsRestoredBehindARunningReceiver() {
        PositionFixture bank = new PositionFixture();
        bank.requests(1, 2);
        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1", "t-2");
            bank.database.update("CREATE TABLE backup AS SELECT * FROM inbox_position");
            bank.requests(3, 6);
            bank.awaitBooked("t-1", "t-2", "t-3", "t-4", "t-5", "t-6");
            bank.database.update("""
                    DELETE FROM ledger_entry WHERE transfer_id > 't-2';
                    DELETE FROM inbox_message WHERE message_id > 'm-2';
                    UPDATE inbox_position p SET position = b.position FROM backup b WHERE b.topic = p.topic""");
            bank.requests(7, 7);
            bank.awaitBooked("t-1", "t-2", "t-3", "t-4", "t-5", "t-6", "t-7");
        }
    }

    @Test
    void positionMovesWithWhateverBecomesOfAMessage() {
        PositionFixture bank = new PositionFixture();
        bank.settings.put("inbox.retry.first-delay", "1h");
        bank.fail("NEW.transfer_id = 't-2'");
        bank.requests(1, 3);
        bank.request("other", "m-1", "t-1");
        bank.topic.send("k", "no json", PositionFixture.headers("m-bad"));
        bank.topic.send("k", "no id", Map.of());
        try (Routes routes = bank.start()) {
            PositionFixture.await().untilAsserted(() -> assertThat(bank.database.count("dead_letter")).isEqualTo(2));
            PositionFixture.await().untilAsserted(() -> assertThat(bank.position()).isEqualTo(5));
        }

        assertThat(bank.database.rows("SELECT message_id FROM inbox_parked ORDER BY id").toString()).isEqualTo("[{message_id=m-2}, {message_id=m-3}]");
        bank.forgetKeys();
        bank.forgetGroup();
        bank.request("last", "m-4", "t-4");
        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1", "t-4");
        }
        assertThat(bank.database.count("dead_letter")).isEqualTo(2);
        assertThat(bank.database.count("inbox_parked")).isEqualTo(2);
    }

    @Test
    void receiverThatHasStoredNoPositionYetGoesOnWhereKafkaSays() {
        PositionFixture bank = new PositionFixture();
        bank.requests(1, 4);
        bank.admin(admin -> admin.alterConsumerGroupOffsets(PositionFixture.CONSUMER, Map.of(bank.partition(), new OffsetAndMetadata(2))).all()
                .get(90, TimeUnit.SECONDS));

        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-3", "t-4");
        }
        assertThat(bank.incidents()).isEmpty();
    }

    @Test
    void kafkaIsToldForThoseWhoShowLags() {
        PositionFixture bank = new PositionFixture();
        bank.requests(1, 3);
        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1", "t-2", "t-3");
        }

        bank.admin(admin -> assertThat(admin.listConsumerGroupOffsets(PositionFixture.CONSUMER).partitionsToOffsetAndMetadata().get(90, TimeUnit.SECONDS)
                .get(bank.partition()).offset()).isEqualTo(3));
    }

    @Test
    void positionIsMovedOnPurposeAlsoUnderARunningReceiver() {
        PositionFixture bank = new PositionFixture();
        bank.requests(1, 3);
        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1", "t-2", "t-3");
            bank.forgetKeys();
            bank.database.update("UPDATE inbox_position SET position = 1 - 1 WHERE topic = ?", bank.topic.name());
            bank.requests(4, 4);
            bank.awaitBooked("t-1", "t-2", "t-3", "t-2", "t-3", "t-4");
        }
    }

    @Test
    void routeThatIsStoppedOrSuspendedGoesOnWhereItWas() throws Exception {
        PositionFixture bank = new PositionFixture();
        try (Routes routes = bank.start()) {
            RouteController controller = routes.context().getRouteController();
            bank.requests(1, 1);
            bank.awaitBooked("t-1");
            controller.stopRoute(PositionFixture.CONSUMER + "-inbox");
            bank.requests(2, 2);
            controller.startRoute(PositionFixture.CONSUMER + "-inbox");
            bank.awaitBooked("t-1", "t-2");
            controller.suspendRoute(PositionFixture.CONSUMER + "-inbox");
            bank.requests(3, 3);
            controller.resumeRoute(PositionFixture.CONSUMER + "-inbox");
            bank.awaitBooked("t-1", "t-2", "t-3");
        }
        assertThat(bank.incidents()).isEmpty();
    }

    /** Camel keeps a record's place in headers, and before 4.14 took such names from a record when their case was another. */
    @Test
    void recordThatSaysThatItIsElsewhereIsWhereItIs() {
        PositionFixture bank = new PositionFixture();
        Map<String, String> headers = new java.util.HashMap<>(PositionFixture.headers("m-1"));
        headers.putAll(Map.of("Kafka.OFFSET", "7", "KAFKA.topic", "other", "kafka.partition", "3", "cAmElKafkaManualCommit", "x"));
        bank.topic.send("a-1", PositionFixture.body("t-1"), headers);
        bank.requests(2, 2);

        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1", "t-2");
        }
        assertThat(bank.position()).isEqualTo(1);
    }
}
