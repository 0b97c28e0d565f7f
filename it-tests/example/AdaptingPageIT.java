package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Java;
import harness.Page;
import harness.Ports;
import harness.ReceivingBank;
import harness.RouteProcess;
import harness.Servers;
import harness.Topic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static harness.ReceivingBank.await;
import static org.assertj.core.api.Assertions.assertThat;

/** The files and the commands of docs/adapting.md, as they stand there, in a folder of their own under the real Camel JBang command line. */
class AdaptingPageIT {

    private static final Topic COUNTED = new Topic(Servers.kafka(), "audit.counted");

    @TempDir
    private static Path folder;
    private static Database audit;
    private static Topic completed;
    private static ReceivingBank bankB;
    private static RouteProcess service;

    @BeforeAll
    static void doWhatThePageSays() throws IOException {
        Page page = Page.of("docs/adapting.md");
        completed = Topic.create(Servers.kafka(), 1);
        Servers.kafka().createTopics(1, COUNTED.name(), completed.name() + ".dead");
        audit = Servers.database().apply("schema.sql");
        audit.update(page.files().get("audit.sql"));
        audit.update("CREATE SEQUENCE attempt");
        bankB = new ReceivingBank();
        for (String copied : page.found("cp ../reliable-routes/(\\S+) \\.")) {
            Files.copy(Java.root().resolve(copied), folder.resolve(Path.of(copied).getFileName()));
        }
        page.writeFiles(folder);
        List<String> arguments = new ArrayList<>(List.of(page.found("camelw run (.*)").get(0).replace("application.properties ", "").split(" ")));
        // another receiver in the same process
        arguments.addAll(List.of(routes("bank-b-credit-transfer.camel.yaml"), routes("bank-b-book-credit.camel.yaml")));
        Map<String, String> settings = new HashMap<>(bankB.settings);
        settings.putAll(Map.of("audit.jdbc-url", audit.url(), "audit.user", "postgres", "outbox.destination.transfer.completed", completed.name(),
                "outbox.destination." + completed.name() + ".dead", completed.name() + ".dead"));
        // a second for the page's hour
        settings.put("audit.count-period", "1000");
        service = RouteProcess.camelJbang(folder, folder.resolve("log"), settings, Ports.free(), arguments.toArray(String[]::new)).start().awaitStarted();
    }

    private static String routes(String file) {
        return Java.root().resolve("routes").resolve(file).toString();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void newReceiverHasItsEffectOnceAlsoWhenARecordIsDeliveredTwice() {
        record("a-1", "m-1", "t-1");
        record("a-1", "m-1", "t-1");
        record("a-1", "m-2", "t-2");

        await().untilAsserted(() -> assertThat(recorded()).as(service.log()).contains("t-2"));

        assertThat(recorded()).containsExactly("t-1", "t-2");
    }

    @Test
    void messageOfTheNewDestinationArrivesOnItsTopic() {
        record("a-2", "m-3", "t-3");

        String day = String.valueOf(audit.value("SELECT current_date::text"));
        await().untilAsserted(() -> assertThat(COUNTED.records()).as(service.log()).anySatisfy(message -> {
            assertThat(message.key()).isEqualTo(day);
            assertThat(new String(message.value())).matches("\\{\"day\" : \"" + day + "\", \"entries\" : [1-9][0-9]*}");
            assertThat(Topic.headers(message)).containsEntry("ce_type", "audit.counted").containsEntry("ce_source", "audit");
        }));
    }

    @Test
    void changedRetriesOfOneReceiverAreObeyed() {
        audit.update("""
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF NEW.transfer_id = 't-bad' AND nextval('attempt') > 0 THEN RAISE EXCEPTION 'refused by the test'; END IF; RETURN NEW; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse()""");
        record("a-3", "m-bad", "t-bad");

        await().untilAsserted(() -> assertThat(parked(audit)).as(service.log()).containsExactly(List.of(4, "00:00:30")));
        // as docs/operations.md tells to hurry it
        await().until(() -> audit.update("UPDATE inbox_parked SET next_attempt_at = now() WHERE next_attempt_at > now()") == 0
                && audit.count("dead_letter WHERE message_id = 'm-bad'") == 1);

        assertThat(audit.value("SELECT attempts FROM dead_letter WHERE message_id = 'm-bad'")).isEqualTo(4 + 3);
        assertThat(audit.value("SELECT last_value FROM attempt")).isEqualTo(4L + 3);
    }

    @Test
    void changedRetriesOfAllReceiversAreObeyedByTheOthers() {
        bankB.fail("nextval('attempt') > 0");
        bankB.request("a-1", "m-1", "t-1");

        await().untilAsserted(() -> assertThat(parked(bankB.database)).as(service.log()).containsExactly(List.of(2, "00:10:00")));

        assertThat(bankB.attempts()).isEqualTo(2);
    }

    @Test
    void permanentErrorOfOneReceiverIsADeadLetterAtOnce() {
        record("a-4", "m-empty", "");

        await().untilAsserted(() -> assertThat(audit.rows("SELECT attempts, error_class FROM dead_letter WHERE message_id = 'm-empty'")).as(service.log())
                .containsExactly(Map.of("attempts", 1, "error_class", "org.springframework.dao.DataIntegrityViolationException")));
    }

    private static void record(String key, String messageId, String transferId) {
        completed.send(key, "{\"transferId\":\"" + transferId + "\"}", ReceivingBank.headers(messageId));
    }

    private static List<Object> recorded() {
        return audit.rows("SELECT transfer_id FROM audit_entry WHERE transfer_id IN ('t-1', 't-2') ORDER BY id").stream()
                .map(row -> row.get("transfer_id")).toList();
    }

    private static List<List<Object>> parked(Database database) {
        return database.rows("SELECT attempts, (next_attempt_at - parked_at)::text AS delay FROM inbox_parked").stream()
                .map(row -> List.copyOf(row.values())).toList();
    }
}
