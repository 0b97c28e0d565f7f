package example;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Kafka;
import harness.Page;
import harness.ReceivingBank;
import harness.RouteProcess;
import harness.Servers;
import harness.Topic;

import static harness.ReceivingBank.await;
import static org.assertj.core.api.Assertions.assertThat;

/** The servers of the service that docs/adapting.md makes, and what that must do on any runtime. */
final class AdaptedService {

    static final Page PAGE = Page.of("docs/adapting.md");

    final Database audit;
    final Map<String, String> settings = new HashMap<>();
    private final Topic completed;
    private final Topic counted;

    /** With a database of its own. */
    AdaptedService(Kafka kafka) {
        this(kafka, Servers.database("schema.sql"));
        audit.update(PAGE.files().get("audit.sql"));
    }

    /** @param audit a database that is as the page makes it */
    AdaptedService(Kafka kafka, Database audit) {
        this.audit = audit;
        completed = new Topic(kafka, "transfer.completed");
        counted = new Topic(kafka, "audit.counted");
        settings.putAll(Map.of("kafka.brokers", kafka.brokers(), "database.audit.url", audit.url(), "database.audit.user", "postgres",
                // a second for the page's hour
                "audit.count-delay", "1000"));
    }

    void record(String key, String messageId, String transferId) {
        completed.send(key, "{\"transferId\":\"" + transferId + "\"}", ReceivingBank.headers(messageId));
    }

    List<Object> recorded(String like) {
        return audit.rows("SELECT transfer_id FROM audit_entry WHERE transfer_id LIKE '" + like + "' ORDER BY id").stream().map(row -> row.get("transfer_id")).toList();
    }

    /** It receives, also when a record is delivered twice, and sends, also what its retry routes would have to. */
    void works(String name, RouteProcess service) {
        record("a-1", name + "-1", name + "-1");
        record("a-1", name + "-1", name + "-1");
        record("a-1", name + "-2", name + "-2");
        await().untilAsserted(() -> assertThat(recorded(name + "%")).as(service.log()).contains(name + "-2"));
        assertThat(recorded(name + "%")).containsExactly(name + "-1", name + "-2");

        String day = String.valueOf(audit.value("SELECT current_date::text"));
        Object entries = audit.value("SELECT count(*) FROM audit_entry");
        await().untilAsserted(() -> assertThat(counted.records()).as(service.log()).anySatisfy(message -> {
            assertThat(message.key()).isEqualTo(day);
            assertThat(new String(message.value())).isEqualTo("{\"day\" : \"" + day + "\", \"entries\" : " + entries + "}");
            assertThat(Topic.headers(message)).containsEntry("ce_type", "audit.counted").containsEntry("ce_source", "audit");
        }));

        // what is parked comes again by the retry route
        audit.update("ALTER TABLE audit_entry ADD CONSTRAINT later CHECK (transfer_id NOT LIKE '%-later')");
        record("a-2", name + "-later", name + "-later");
        await().untilAsserted(() -> assertThat(audit.count("inbox_parked")).as(service.log()).isEqualTo(1));
        audit.update("ALTER TABLE audit_entry DROP CONSTRAINT later");
        audit.update("UPDATE inbox_parked SET next_attempt_at = now()");
        await().untilAsserted(() -> assertThat(recorded(name + "-later")).as(service.log()).hasSize(1));
    }
}
