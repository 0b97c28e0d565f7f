package inbox;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import harness.Planted;
import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BadRecordIsADeadLetterIT {

    private final InboxFixture inbox = new InboxFixture();

    @Test
    void badRecordsAreDeadLettersAtOnceAndTheNextRecordFlows() {
        inbox.topic.send("a-1", InboxFixture.body("t-no-id"), Map.of());
        inbox.topic.send("a-1", null, InboxFixture.headers("m-null"));
        inbox.topic.send("a-1", Planted.PAYLOAD + " is no json", InboxFixture.headers("m-text"));
        inbox.topic.send("a-1", InboxFixture.body("t-no-source"), Map.of("ce_id", "m-no-source"));
        inbox.topic.send("a\0b", "no json", InboxFixture.headers("m-key"));
        inbox.request("m-good", "t-good");

        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-good");
        }

        inbox.assertEffects(1);
        List<Map<String, Object>> letters = inbox.deadLetters();
        assertThat(letters).as("dead letters").hasSize(5).allSatisfy(letter -> assertThat(letter).containsEntry("attempts", 1));
        assertThat(letters.get(0).get("error_message").toString()).startsWith("header ce_id is missing: ");
        assertThat(letters.get(1).get("error_message").toString()).startsWith("message m-null has no body: there is nothing to handle. Send a body, or ");
        assertThat(letters.get(2).get("error_class").toString()).endsWith("JsonParseException");
        assertThat(letters.get(2)).containsEntry("payload", Planted.PAYLOAD + " is no json");
        assertThat(letters.get(3).get("error_message").toString()).startsWith("header ce_source is missing, and inbox.source is empty: ")
                .endsWith("set inbox.bank-b-credit-transfer.source, if all its ids are of one source.");
        assertThat(inbox.database.rows("SELECT source, message_id FROM dead_letter ORDER BY topic_offset").toString()).isEqualTo(
                "[{source=kafka:%1$s, message_id=0@0}, {source=bank-a, message_id=m-null}, {source=bank-a, message_id=m-text}, "
                        .formatted(inbox.topic.name()) + "{source=kafka:%s, message_id=0@3}, {source=bank-a, message_id=m-key}]".formatted(inbox.topic.name()));
    }

    @Test
    void badRecordAtTheOffsetOfAnotherIsALetterOfItsOwn() {
        inbox.database.update("""
                INSERT INTO dead_letter (origin, consumer, message_id, topic, topic_partition, topic_offset, headers, attempts, error_class, error_message, first_failed_at)
                VALUES ('INBOX', ?, 'of-a-topic-that-was-deleted', ?, 0, 0, '{}', 1, 'e', 'm', now())""", InboxFixture.CONSUMER, inbox.topic.name());
        inbox.topic.send("a-1", "no json", InboxFixture.headers("m-1"));

        try (Routes bank = inbox.start()) {
            InboxFixture.await().untilAsserted(() -> assertThat(inbox.database.count("dead_letter")).isEqualTo(2));
        }
    }

    @Test
    void headersFromOutsideChangeNothing() {
        Map<String, String> headers = new HashMap<>(InboxFixture.headers("m-1"));
        for (String hostile : List.of("kafka.OVERRIDE_TOPIC", "CamelSqlQuery", "cAmElSqlQuery", "CAMELSQLRETRIEVEGENERATEDKEYS",
                "CamelKafkaOverrideTopic", "Long-Running-Action", "CamelRedeliveryCounter", "camelSqlParameters")) {
            headers.put(hostile, "DELETE FROM account");
        }
        inbox.topic.send("a-1", InboxFixture.body("t-1"), headers);

        try (Routes bank = inbox.start()) {
            inbox.awaitBooked("t-1");
        }

        inbox.assertEffects(1);
        assertThat(inbox.database.value("SELECT headers::text FROM outbox_message")).isEqualTo("{}");
    }
}
