package inbox;

import java.util.List;
import java.util.Map;

import harness.ReceivingBank;
import harness.Routes;

import static org.assertj.core.api.Assertions.assertThat;

/** Bank B with the shipped receiver and its handler, failures retried soon. */
final class InboxFixture extends ReceivingBank {

    static final String CONSUMER = "bank-b-credit-transfer";

    InboxFixture() {
        settings.put("inbox.outage-delay", "500ms");
        settings.put("inbox.retry.first-delay", "1s");
        settings.put("inbox.retry.delay", "500ms");
        settings.put("inbox.retry.poll-max-delay", "200ms");
    }

    Routes start() {
        return Routes.start(settings, "bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml");
    }

    void request(String messageId, String transferId) {
        request("a-1", messageId, transferId);
    }

    /** Requests of one key: m-1 for t-1, whose handler fails and counts its attempts, then m-2 for t-2 and so on. */
    void requestsOfWhichTheFirstFails(int requests) {
        fail("NEW.transfer_id = 't-1' AND nextval('attempt') > 0");
        for (int i = 1; i <= requests; i++) {
            request("m-" + i, "t-" + i);
        }
    }

    List<Map<String, Object>> deadLetters() {
        return database.rows("""
                SELECT message_id, topic_offset, attempts, error_class, error_message, convert_from(payload, 'UTF8') AS payload
                FROM dead_letter ORDER BY topic_offset""");
    }

    void awaitBooked(String... transferIds) {
        await().untilAsserted(() -> assertThat(booked()).as("booked; dead letters: %s", deadLetters()).containsExactly((Object[]) transferIds));
    }

    /** Fails unless the balance is what so many credits make, and each has its answer in the outbox. */
    void assertEffects(int credits) {
        assertThat(database.value("SELECT (balance * 100)::integer FROM account WHERE id = 'b-1'")).as("balance").isEqualTo(credits * 1000);
        assertThat(database.count("outbox_message WHERE destination NOT LIKE '%.dead'")).as("answers").isEqualTo(credits);
    }
}
