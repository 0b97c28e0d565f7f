package position;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import harness.Database;
import harness.Kafka;
import harness.RouteProcess;
import harness.Routes;
import harness.Servers;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What start-up tells of a receiver's topics. */
class TopicsAreLookedAtIT {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"retention.ms, -1, for ever", "cleanup.policy, compact, for ever", "retention.ms, 2592000000, up to 37d"})
    void topicThatKeepsRecordsLongerThanTheInboxKeepsKeysIsTold(String name, String value, String kept) {
        PositionFixture bank = new PositionFixture();
        bank.admin(admin -> admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, bank.topic.name()), List.of(
                new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET)))).all().get(90, TimeUnit.SECONDS));

        assertThat(log(bank)).contains("topic " + bank.topic.name() + " keeps records " + kept, "longer than inbox.retention (30d) keeps the keys of bank-b-credit-transfer");
    }

    @Test
    void topicThatDoesNotIsNotTold() {
        assertThat(log(new PositionFixture())).doesNotContain("longer than inbox.retention").doesNotContain("cannot be looked at");
    }

    @Test
    void missingTopicIsAnIncidentIsNotMadeByTheBrokerAndIsReadWhenSomebodyMakesIt() throws Exception {
        Database database = Servers.database("schema.sql", "example-bank-b.sql");
        Kafka kafka = new Kafka(folder.resolve("kafka"));
        Files.writeString(folder.resolve("kafka/server.properties"), "auto.create.topics.enable=true\n", StandardOpenOption.APPEND);
        try (kafka) {
            PositionFixture bank = new PositionFixture(database, kafka.start());
            bank.settings.put("outbox.destination.transfer.requested", "mistyped");
            bank.settings.put("outbox.destination.mistyped.dead", "mistyped.dead");
            bank.settings.put("camel.component.kafka.additional-properties[metadata.max.age.ms]", "1000");
            try (Routes routes = bank.start()) {
                PositionFixture.await().untilAsserted(() -> assertThat(bank.incidents()).singleElement().asString().startsWith("TOPIC_MISSING bank-b-credit-transfer mistyped: "));
                bank.admin(admin -> assertThat(admin.listTopics().names().get(90, TimeUnit.SECONDS)).doesNotContain("mistyped"));
                // the receiver says so again and again: where it does not, nobody reads there any more, and end-silent-incidents.sql ends it
                PositionFixture.await().until(() -> database.count("incident WHERE kind = 'TOPIC_MISSING' AND times > 2 AND last_seen_at > started_at") == 1);
                kafka.createTopics(1, "mistyped");
                PositionFixture.await().until(() -> database.count("incident WHERE ended_at IS NULL") == 0);
                new harness.Topic(kafka, "mistyped").send("a-1", PositionFixture.body("t-1"), PositionFixture.headers("m-1"));
                bank.awaitBooked("t-1");
            }
        }
    }

    @Test
    void brokerThatGoesUnderARunningReceiverIsAnIncidentUntilItIsBack() {
        Database database = Servers.database("schema.sql", "example-bank-b.sql");
        try (Kafka kafka = new Kafka(folder.resolve("kafka")).start()) {
            PositionFixture bank = new PositionFixture(database, kafka);
            bank.settings.put("check.wait", "10s");
            try (Routes routes = bank.start()) {
                PositionFixture.await().until(() -> database.count("inbox_position") == 1);
                kafka.kill();
                PositionFixture.await().untilAsserted(() -> assertThat(bank.incidents()).singleElement().asString()
                        .startsWith("TOPIC_SILENT bank-b-credit-transfer " + bank.topic.name() + ": ").contains("receives nothing"));
                kafka.start();
                PositionFixture.await().until(() -> database.count("incident WHERE ended_at IS NULL") == 0);
                bank.requests(1, 1);
                bank.awaitBooked("t-1");
            }
        }
    }

    /** Nothing that a receiver has learnt of its topic is needed to tell that it hears nothing. */
    @Test
    void brokerThatGoesBeforeTheReceiverHasItsPartitionIsAnIncidentToo() throws Exception {
        Database database = Servers.database("schema.sql", "example-bank-b.sql");
        try (Kafka kafka = new Kafka(folder.resolve("kafka")).start(); Connection holder = database.connect(); Statement statement = holder.createStatement()) {
            PositionFixture bank = new PositionFixture(database, kafka);
            bank.settings.put("check.wait", "1s");
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE inbox_position IN ACCESS EXCLUSIVE MODE");
            try (Routes routes = bank.start()) {
                PositionFixture.await().until(() -> database.count("pg_locks WHERE NOT granted AND relation = 'inbox_position'::regclass") == 1);
                kafka.kill();
                holder.rollback();
                PositionFixture.await().untilAsserted(() -> assertThat(bank.incidents()).singleElement().asString()
                        .startsWith("TOPIC_SILENT bank-b-credit-transfer " + bank.topic.name() + ": ").contains("receives nothing"));
                kafka.start();
                PositionFixture.await().until(() -> database.count("incident WHERE ended_at IS NULL") == 0);
                bank.requests(1, 1);
                bank.awaitBooked("t-1");
            }
        }
    }

    private String log(PositionFixture bank) {
        // a start that waits for the broker's answer looks at the topics before it has started
        bank.settings.put("check.broker", "refuse");
        try (RouteProcess process = RouteProcess.camelMain(folder.resolve("log"), bank.settings, PositionFixture.FILES).start().awaitStarted()) {
            return process.log();
        }
    }
}
