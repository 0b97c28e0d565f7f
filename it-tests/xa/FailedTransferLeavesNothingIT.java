package xa;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.RouteProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A transfer that fails at any place leaves nothing at A, at B or in a queue, and comes again; what keeps failing is parked, then dead. */
class FailedTransferLeavesNothingIT {

    private static final String NOTHING = "debits=0 credits=0 status=[] notifications=0";
    /** After which step a transfer fails, and where: before a statement, or after it, at the commit. */
    private static final String PLACES = """
            debit  | bank_b | BEFORE INSERT ON ledger_entry
            credit | bank_a | BEFORE UPDATE ON transfer
            send   | bank_a | AFTER INSERT ON ledger_entry
            """;

    @TempDir
    private Path folder;
    private XaFixture xa;

    @BeforeEach
    void start() {
        xa = new XaFixture(folder);
    }

    @AfterEach
    void stop() {
        xa.close();
    }

    @Tag("soak")
    @ParameterizedTest(name = "after the {0}")
    @CsvSource(delimiter = '|', textBlock = PLACES)
    void itIsRolledBackEverywhereAndRedelivered(String place, String database, String event) {
        try (RouteProcess process = xa.transfers().start().awaitStarted()) {
            fail(xa.postgres.database(database), event, "nextval('failure') > 2");

            xa.request("t-1", "a-1", "b-1", "10.00");

            // sequences are not transactional: two deliveries have failed
            xa.awaitCompleted("t-1", process);
            assertThat(xa.postgres.database(database).value("SELECT last_value FROM failure")).as(process.log()).isEqualTo(3L);
            assertThat(xa.bank.bankA().count("inbox_parked")).as("attempts are left, so nothing is parked").isZero();
            xa.assertSettled(process);
        }
    }

    @ParameterizedTest(name = "after the {0}")
    @CsvSource(delimiter = '|', textBlock = PLACES)
    void itIsParkedAfterItsImmediateAttemptsAndRetriedWhenDue(String place, String database, String event) {
        try (RouteProcess process = xa.transfers().start().awaitStarted()) {
            fail(xa.postgres.database(database), event, "false");

            xa.request("t-1", "a-1", "b-1", "10.00");
            XaFixture.await().untilAsserted(() -> assertThat(xa.bank.bankA().rows(
                    "SELECT consumer, message_key, topic, attempts, error_class IS NOT NULL AS explained FROM inbox_parked")).as(process.log())
                            .containsExactly(Map.of("consumer", "xa-transfer", "message_key", "a-1", "topic", "transfer.requested", "attempts", 3,
                                    "explained", true)));
            assertThat(xa.traces("t-1")).isEqualTo(NOTHING);
            xa.assertSettled(process);

            xa.request("t-2", "a-1", "b-1", "10.00");
            XaFixture.await().untilAsserted(() -> assertThat(xa.bank.bankA().count("inbox_parked WHERE behind")).isEqualTo(1));

            succeed(xa.postgres.database(database), event);
            xa.bank.bankA().update("UPDATE inbox_parked SET next_attempt_at = now() WHERE NOT behind");
            xa.awaitCompleted("t-1", process);
            xa.awaitCompleted("t-2", process);
            assertThat(xa.bank.bankA().rows("SELECT transfer_id FROM ledger_entry ORDER BY id")).extracting(row -> row.get("transfer_id"))
                    .containsExactly("t-1", "t-2");
            xa.assertSettled(process);
        }
    }

    @Test
    void itIsADeadLetterWithAnAlertWhenNoAttemptIsLeft() {
        xa.settings.put("inbox.retry.first-delay", "200ms");
        xa.settings.put("inbox.retry.delay", "200ms");
        xa.settings.put("inbox.retry.max-attempts", "2");
        xa.settings.put("alert.poll-delay", "200ms");
        try (RouteProcess process = xa.transfers().start().awaitStarted();
                RouteProcess operators = RouteProcess.camelMain(folder.resolve("operate.log"), xa.settings, "operate-alerts.camel.yaml",
                        "operate-alert-log.camel.yaml", "operate-alert-text.camel.yaml").start().awaitStarted()) {
            fail(xa.postgres.database("bank_b"), "BEFORE INSERT ON ledger_entry", "false");

            xa.request("t-1", "a-1", "b-1", "10.00");

            XaFixture.await().untilAsserted(() -> assertThat(xa.bank.bankA().rows(
                    "SELECT consumer, attempts, error_message FROM dead_letter")).as(process.log()).singleElement().satisfies(letter -> assertThat(letter)
                            .containsEntry("consumer", "xa-transfer").containsEntry("attempts", 5)
                            .hasEntrySatisfying("error_message", message -> assertThat((String) message).contains("the test says so"))));
            XaFixture.await().untilAsserted(() -> assertThat(operators.log()).contains("FIRST").contains("xa-transfer"));
            assertThat(xa.traces("t-1")).isEqualTo(NOTHING);
            xa.assertSettled(process);
        }
    }

    @Test
    void messageThatIsNoTransferIsADeadLetterAtOnceAndNothingOfItIsLost() {
        try (RouteProcess process = xa.transfers().start().awaitStarted()) {
            xa.artemis.send("transfer.requested", "{\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":1}", Map.of());
            xa.artemis.sendForReply("transfer.requested", "no JSON", "m-2", "replies");
            xa.artemis.sendObject("transfer.requested", new java.util.ArrayList<>(List.of("an object")));
            xa.request("t-1", "a-1", "b-1", "10.00");
            xa.awaitCompleted("t-1", process);
            xa.request("t-1", "a-1", "b-1", "10.00");
            xa.request("t-1", "a-1", "b-2", "10.00");

            XaFixture.await().untilAsserted(() -> assertThat(xa.bank.bankA().rows(
                    "SELECT error_message FROM dead_letter ORDER BY id").stream().map(row -> (String) row.get("error_message")).toList())
                            .as(process.log()).hasSize(4)
                            .anySatisfy(message -> assertThat(message).startsWith("transferId () is not a text of 1 to 64 letters"))
                            .anySatisfy(message -> assertThat(message).contains("Unrecognized token '...'"))
                            .anySatisfy(message -> assertThat(message).contains("is neither a TextMessage nor a BytesMessage")
                                    .contains("It is kept in the queue transfer.requested.dead"))
                            .anySatisfy(message -> assertThat(message).startsWith("transferId t-1 is taken by another transfer: nothing was booked.")));
            assertThat(xa.artemis.browse("replies")).as("nobody may name a queue for answers").isEmpty();
            assertThat(xa.artemis.browse("transfer.requested.dead")).as(process.log()).containsExactly("ActiveMQObjectMessage");
            assertThat(xa.traces("t-1")).isEqualTo(XaFixture.DONE);
            assertThat(xa.bank.bankA().rows("SELECT convert_from(payload, 'UTF8') AS payload FROM dead_letter WHERE message_id = 'm-2'"))
                    .containsExactly(Map.of("payload", "no JSON"));
            xa.assertSettled(process);
        }
    }

    @Test
    void messageThatIsSentTwiceHasOneEffect() {
        try (RouteProcess process = xa.transfers().start().awaitStarted()) {
            for (String id : List.of("t-1", "t-2")) {
                xa.artemis.send("transfer.requested", "{\"transferId\":\"%s\",\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":1}".formatted(id), Map.of("ce_id", "m-1", "ce_source", "a bank"));
            }
            // as ids these would be the same when they are cut to what an inbox holds
            for (String id : List.of("t-3", "t-4")) {
                xa.artemis.send("transfer.requested", "{\"transferId\":\"%s\",\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":1}".formatted(id),
                        Map.of("ce_id", "m".repeat(300) + id, "ce_source", "a bank"));
                xa.awaitCompleted(id, process);
            }

            assertThat(xa.traces("t-1")).isEqualTo(XaFixture.DONE);
            assertThat(xa.traces("t-2")).as("it came with the id of t-1's message").isEqualTo(NOTHING);
            xa.assertSettled(process);
        }
    }

    @Test
    void refusedTransferIsToldOnceAndConservesMoney() {
        try (RouteProcess process = xa.transfers().start().awaitStarted()) {
            xa.request("poor", "a-1", "b-1", "5000.00");
            xa.request("closed", "a-1", "b-9", "1.00");

            XaFixture.await().untilAsserted(() -> assertThat(xa.artemis.browse("transfer.notify")).as(process.log()).satisfiesExactly(
                    poor -> assertThat(poor).contains("REJECTED", "INSUFFICIENT_FUNDS"),
                    closed -> assertThat(closed).contains("REJECTED", "ACCOUNT_CLOSED")));
            xa.assertSettled(process);
        }
    }

    @Test
    void routeThatCallsItsFailureHandledCommitsNothingOfIt() {
        Path route = xa.write("hiding.camel.yaml", """
                - routeConfiguration:
                    id: hiding-policy
                    onException:
                      - onException:
                          exception:
                            - java.lang.Exception
                          handled:
                            constant: "true"
                - route:
                    id: hiding
                    routeConfigurationId: hiding-policy
                    from:
                      uri: jms:queue:hiding
                      parameters:
                        cacheLevelName: CACHE_NONE
                        mapJmsMessage: false
                        disableReplyTo: true
                      steps:
                        - transacted:
                            ref: "{{tx.policy}}"
                            steps:
                              - to:
                                  uri: sql
                                  parameters:
                                    query: INSERT INTO account (id, balance) VALUES ('hidden', 1)
                                    dataSource: "#bean:bankA"
                              - throwException:
                                  exceptionType: java.lang.IllegalStateException
                                  message: the test says so
                """);
        try (RouteProcess process = RouteProcess.camelMain(xa.log(), xa.settings, route.toString(), "profile=xa").start().awaitStarted()) {
            xa.artemis.send("hiding", "x", Map.of());

            XaFixture.await().until(() -> process.log().split("is rolled back", -1).length > 3);
            assertThat(xa.bank.bankA().count("account WHERE id = 'hidden'")).as(process.log()).isZero();
        }
        XaFixture.await().untilAsserted(() -> assertThat(xa.artemis.browse("hiding")).containsExactly("x"));
    }

    /** Lets a statement fail in the database while the condition does not hold: what comes AFTER it fails at the commit. */
    private static void fail(Database database, String event, String unless) {
        database.update("CREATE SEQUENCE failure");
        database.update("""
                CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF %s THEN RETURN NEW; END IF; RAISE EXCEPTION 'the test says so'; END $$""".formatted(unless));
        database.update(event.startsWith("AFTER") ? "CREATE CONSTRAINT TRIGGER fail " + event + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()"
                : "CREATE TRIGGER fail " + event + " FOR EACH ROW EXECUTE FUNCTION fail()");
    }

    private static void succeed(Database database, String event) {
        database.update("DROP TRIGGER fail ON " + event.replaceFirst(".* ON ", ""));
    }
}
