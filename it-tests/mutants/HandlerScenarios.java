package mutants;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Database;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;

/** What reaches the handlers, and what they and the operators' routes must not do twice. */
final class HandlerScenarios {

    private static final List<String> HOSTILE = List.of("CamelSqlQuery", "cAmElSqlRetrieveGeneratedKeys", "kafka.OVERRIDE_TOPIC",
            "Long-Running-Action", "camelSqlParameters");

    private HandlerScenarios() {
    }

    static String headersFromOutsideReachNoHandler(Pack pack) throws Exception {
        BankB bank = new BankB(pack);
        Map<String, String> headers = new LinkedHashMap<>(Map.of("ce_source", "test", "ce_id", "m-1", "ce_type", "transfer.requested"));
        HOSTILE.forEach(name -> headers.put(name, "SELECT 1"));

        try (Routes routes = bank.start()) {
            AtomicReference<Set<String>> seen = headersSentTo(routes.context(), "direct://bank-b-credit-transfer");
            bank.topic.send("k", "{}", headers);
            Verdict.await().until(() -> seen.get() != null);
            List<String> hostile = new ArrayList<>(HOSTILE);
            hostile.removeIf(name -> seen.get().stream().noneMatch(name::equalsIgnoreCase));
            return hostile.isEmpty() ? null : "the handler has got " + hostile;
        }
    }

    private static AtomicReference<Set<String>> headersSentTo(CamelContext context, String endpoint) {
        AtomicReference<Set<String>> seen = new AtomicReference<>();
        EventNotifierSupport notifier = new EventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                if (event instanceof CamelEvent.ExchangeSendingEvent sending && sending.getEndpoint().getEndpointUri().equals(endpoint)) {
                    seen.set(Set.copyOf(sending.getExchange().getMessage().getHeaders().keySet()));
                }
            }
        };
        notifier.start();
        context.getManagementStrategy().addEventNotifier(notifier);
        return seen;
    }

    /** Bank B's refusal comes twice, as two messages; bank A's database does not itself refuse the second refund. */
    static String transferIsRefundedOnce(Pack pack) {
        Database bankA = pack.database("schema.sql", "example-bank-a.sql");
        bankA.update("ALTER TABLE ledger_entry DROP CONSTRAINT transfer_is_booked_once");
        bankA.update("INSERT INTO account (id, balance) VALUES ('a-1', 90)");
        bankA.update("INSERT INTO transfer (id, from_account, to_account, amount) VALUES ('t-1', 'a-1', 'b-1', 10)");
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("database.bank-a.url", bankA.url());
        settings.put("database.bank-a.user", "postgres");
        settings.put("kafka.brokers", Servers.kafka().brokers());
        Topic rejected = Topic.create(Servers.kafka(), 1);
        for (String destination : List.of("transfer.completed", "transfer.rejected")) {
            String topic = destination.equals("transfer.rejected") ? rejected.name() : Topic.create(Servers.kafka(), 1).name();
            settings.put("outbox.destination." + destination, topic);
            settings.put("outbox.destination." + topic + ".dead", topic + ".dead");
        }
        for (String id : List.of("m-1", "m-2")) {
            rejected.send("a-1", "{\"transferId\":\"t-1\",\"reason\":\"OVER_LIMIT\"}", Map.of("ce_source", "test", "ce_id", id, "ce_type", "transfer.rejected"));
        }

        try (Routes routes = pack.start(settings, "bank-a-settle-transfer.camel.yaml", "bank-a-end-transfer.camel.yaml", "bank-a-record-settled.camel.yaml", "bank-a-tell-settled.camel.yaml")) {
            return Verdict.await(() -> {
                boolean taken = bankA.count("inbox_message WHERE message_id = 'm-2'") == 1;
                long refunds = bankA.count("ledger_entry WHERE kind = 'REFUND'");
                if (refunds > 1) {
                    return "t-1 was refunded " + refunds + " times, the balance is " + bankA.value("SELECT balance FROM account");
                }
                if (taken && bankA.count("dead_letter WHERE message_id = 'm-2'") == 0) {
                    return "m-2 counts as handled, and has neither an effect nor a dead letter";
                }
                return refunds == 1 && bankA.count("dead_letter WHERE message_id = 'm-2'") == 1 ? Verdict.KEPT : null;
            });
        }
    }

    static String deadLetterIsReplayedOnce(Pack pack) throws Exception {
        BankB bank = new BankB(pack);
        bank.settings.put("inbox.retry.max-attempts", "0");
        bank.fail("true");
        bank.request("k", "m-1", "t-1");
        try (Routes routes = bank.start("operate-end-letters.camel.yaml", "operate-problem.camel.yaml"); ProducerTemplate operator = routes.context().createProducerTemplate()) {
            Verdict.await().until(() -> bank.dead().contains("m-1"));
            bank.fail("false");
            replayAll(operator);
            Verdict.await().until(() -> bank.booked().equals(List.of("t-1")) && bank.parked().isEmpty());

            String answer = replayAll(operator);
            if (answer.contains("matches no open dead letter")) {
                return null;
            }
            Verdict.await().until(() -> bank.booked().size() > 1);
            return "booked is " + bank.booked() + "; the second replay said " + answer;
        }
    }

    private static String replayAll(ProducerTemplate operator) throws Exception {
        String request = new ObjectMapper().writeValueAsString(Map.of("all", true, "who", "ann", "reason", "the cause is mended"));
        return operator.request("direct:operate-end-letters", exchange -> {
            exchange.setVariable("action", "REPLAY");
            exchange.getMessage().setBody(request);
        }).getMessage().getBody(String.class);
    }
}
