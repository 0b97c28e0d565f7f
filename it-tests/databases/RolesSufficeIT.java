package databases;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import harness.Database;
import harness.Java;
import harness.Page;
import harness.Ports;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.util.ObjectHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** The roles of roles.sql have what their processes need, and each right that one of them loses is named at start. */
class RolesSufficeIT {

    private static final Map<String, List<String>> FILES = Map.of(
            "sender", List.of("bank-a-api.camel.yaml", "bank-a-request-transfer.camel.yaml", "bank-a-check-media-type.camel.yaml", "bank-a-check-request.camel.yaml",
                    "bank-a-book-transfer.camel.yaml", "bank-a-record-settled.camel.yaml", "bank-a-tell-settled.camel.yaml",
                    "bank-a-answer-request.camel.yaml", "bank-a-show.camel.yaml"),
            "relay", List.of("bank-a-relay.camel.yaml"),
            "receiver", List.of("bank-a-settle-transfer.camel.yaml", "bank-a-end-transfer.camel.yaml", "bank-a-record-settled.camel.yaml",
                    "bank-a-tell-settled.camel.yaml"),
            "orchestrator", List.of("saga-transfer.camel.yaml", "saga-end-transfer.camel.yaml", "bank-a-record-settled.camel.yaml", "bank-a-tell-settled.camel.yaml"),
            "operator", List.of("operate-alerts.camel.yaml", "operate-alert-log.camel.yaml", "operate-alert-text.camel.yaml", "operate-api.camel.yaml", "operate-show.camel.yaml",
                    "operate-end-letters.camel.yaml", "operate-problem.camel.yaml"));
    private static final String LATER = """
            - route:
                id: later
                from:
                  uri: direct:later
                  steps:
                    - transacted:
                        ref: "{{tx.policy}}"
                        steps:
                          - to:
                              uri: kamelet:outbox-sink
                              parameters:
                                outboxDataSource: bankA
                                outboxDestination: transfer.settled
                                outboxKey: k
                                outboxDue: PT1S
            """;

    private final TwoBanks banks = new TwoBanks().on(Servers.kafka());
    private final int operatorPort = Ports.free();
    @TempDir
    private Path folder;

    @Test
    void everyProcessWorksAsItsRole() throws Exception {
        logins();
        banks.settings.putAll(Map.of("inbox.immediate-attempts", "1", "inbox.retry.first-delay", "1s", "inbox.retry.delay", "1s",
                "inbox.retry.max-attempts", "2", "inbox.outage-delay", "100ms"));
        // the first attempt of one transfer fails and all of another
        banks.bankB().update("CREATE SEQUENCE attempt; GRANT ALL ON SEQUENCE attempt TO PUBLIC");
        refuse("NEW.transfer_id = 't-dead' OR NEW.transfer_id = 't-parked' AND nextval('attempt') = 1");
        String later = Files.writeString(folder.resolve("later.camel.yaml"), LATER).toString();
        List<Routes> running = new ArrayList<>();
        try {
            List<String> sender = new ArrayList<>(FILES.get("sender"));
            sender.add(later);
            running.add(Routes.start(as("sender", banks.withApi()), sender.toArray(String[]::new)));
            running.add(start("relay"));
            running.add(start("receiver"));
            running.add(Routes.start(as("receiver", banks.settings), "bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml"));
            running.add(Routes.start(as("relay", banks.settings), "bank-b-relay.camel.yaml"));
            running.add(start("operator"));

            assertThat(banks.request("t-1")).isEqualTo(202);
            banks.awaitCompleted("t-1");
            assertThat(banks.request("t-parked", "a-2")).isEqualTo(202);
            banks.awaitCompleted("t-parked");

            assertThat(banks.request("t-dead", "a-3")).isEqualTo(202);
            TwoBanks.await().until(() -> banks.bankB().count("dead_letter WHERE alerted_at IS NOT NULL") == 1);
            TwoBanks.await().until(() -> banks.bankB().count("inbox_parked") == 0);
            refuse("false");
            operate();
            banks.awaitCompleted("t-dead");

            try (ProducerTemplate template = running.get(0).context().createProducerTemplate()) {
                template.sendBody("direct:later", "later");
            }
            Topic settled = new Topic(Servers.kafka(), banks.settings.get("outbox.destination.transfer.settled"));
            TwoBanks.await().untilAsserted(() -> assertThat(settled.bodies()).contains("later"));

            banks.bankB().update("INSERT INTO inbox_message (consumer, source, message_id, received_at) VALUES ('c', 's', 'old', now() - interval '1 year')");
            banks.bankB().update("UPDATE dead_letter SET ended_at = now() - interval '1 year'; DELETE FROM inbox_message");
            TwoBanks.await().until(() -> banks.bankB().count("dead_letter") == 0);
        } finally {
            running.forEach(Routes::close);
        }
        assertThat(banks.bankA().count("dead_letter") + banks.bankA().count("incident") + banks.bankB().count("incident")).isZero();
    }

    /** A letter of the relay is replayed by the operator and published. */
    @Test
    void letterOfAnOutboxIsReplayed() throws Exception {
        logins();
        String topic = banks.settings.get("outbox.destination.transfer.settled");
        banks.bankB().insertOutbox("transfer.settled", "k", "x".repeat(1000));
        banks.settings.putAll(Map.of("outbox.destination.other", topic, "outbox.immediate-attempts", "1", "outbox.retry.max-attempts", "0",
                "outbox.relay.max-request-size", "500"));
        try (Routes relay = Routes.start(as("relay", banks.settings), "bank-b-relay.camel.yaml")) {
            TwoBanks.await().until(() -> banks.bankB().count("dead_letter WHERE origin = 'OUTBOX'") == 1);
        }
        banks.settings.put("outbox.relay.max-request-size", "100000");
        banks.settings.put("outbox.archive", "true");
        try (Routes relay = Routes.start(as("relay", banks.settings), "bank-b-relay.camel.yaml"); Routes operator = start("operator")) {
            operate();
            TwoBanks.await().untilAsserted(() -> assertThat(new Topic(Servers.kafka(), topic).bodies()).hasSize(1));
            TwoBanks.await().until(() -> banks.bankB().count("outbox_sent") == 1);
        }
    }

    @Test
    void eachRightThatARoleLosesIsNamedAtStart() throws IOException {
        logins();
        String file = Files.readString(Java.root().resolve("src/main/resources/sql/postgresql/roles.sql"));
        banks.bankA().update("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC");
        Map<String, String> lost = new LinkedHashMap<>();
        Pattern grants = Pattern.compile("(?m)^GRANT (.+) ON (SEQUENCE |FUNCTION |)(.+) TO reliable_routes_(sender|relay|receiver|orchestrator|operator);");
        for (Matcher grant = grants.matcher(file); grant.find();) {
            for (String object : grant.group(2).isBlank() ? grant.group(3).split(", ") : new String[] {grant.group(3)}) {
                for (String right : grant.group(1).split(", ")) {
                    String missing = right + " on " + object;
                    String what = right + " ON " + grant.group(2) + object;
                    banks.bankA().update("REVOKE " + what + " FROM reliable_routes_" + grant.group(4));
                    String role = grant.group(4);
                    Throwable refusal = catchThrowable(() -> start(role, "bankA").close());
                    ConfigurationException reason = refusal == null ? null : ObjectHelper.getException(ConfigurationException.class, refusal);
                    lost.put(role + " without " + missing, reason == null ? "starts" : reason.getMessage());
                    banks.bankA().update("GRANT " + what + " TO reliable_routes_" + role);
                }
            }
        }

        assertThat(lost).hasSizeGreaterThan(60).allSatisfy((what, message) -> assertThat(message)
                .contains("lacks rights that a " + what.replaceFirst(" .*", "") + " needs: " + what.replaceFirst(".* without ", "") + ". ")
                .endsWith("."));
    }

    @Test
    void fileIsAppliedTwice() {
        logins();
        banks.bankA().apply("roles.sql");

        assertThat(Page.of("docs/settings.md").text()).contains("roles.sql");
    }

    /** A login for each role, which is a member of nothing else, and the rights of the example's own tables. */
    private void logins() {
        for (Database database : List.of(banks.bankA(), banks.bankB())) {
            database.apply("roles.sql");
            for (String role : FILES.keySet()) {
                database.update("DO $$ BEGIN CREATE ROLE only_%1$s LOGIN IN ROLE reliable_routes_%1$s; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
                        .formatted(role));
                String own = database.rows("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
                        + "AND relname IN ('account', 'transfer', 'ledger_entry')").stream().map(row -> (String) row.get("relname"))
                        .collect(Collectors.joining(", "));
                database.update("GRANT SELECT, INSERT, UPDATE, DELETE ON " + own + " TO only_" + role);
            }
        }
    }

    private Routes start(String role) {
        return start(role, "bankB");
    }

    /** @param operated bean name of the data source that operators look after */
    private Routes start(String role, String operated) {
        Map<String, String> settings = as(role, role.equals("sender") ? banks.withApi() : banks.settings);
        if (role.equals("operator")) {
            settings.putAll(Map.of("operate.data-source", operated, "camel.server.enabled", "true", "camel.server.port", String.valueOf(operatorPort),
                    "alert.poll-delay", "200ms", "alert.window", "1s", "retention.poll-delay", "200ms"));
        }
        return Routes.start(settings, FILES.get(role).toArray(String[]::new));
    }

    private static Map<String, String> as(String role, Map<String, String> settings) {
        Map<String, String> as = new LinkedHashMap<>(settings);
        as.put("database.bank-a.user", "only_" + role);
        as.put("database.bank-b.user", "only_" + role);
        return as;
    }

    private void refuse(String condition) {
        banks.bankB().update("""
                CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF %s THEN RAISE EXCEPTION 'refused by the test'; END IF; RETURN NEW; END $$;
                CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse()
                """.formatted(condition));
    }

    /** Replays all letters of bank B over the operators' API. */
    private void operate() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + operatorPort + "/dead-letters/replay"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"all\":true,\"who\":\"ann\",\"reason\":\"test\"}")).build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.body()).contains("\"letters\":1");
    }
}
