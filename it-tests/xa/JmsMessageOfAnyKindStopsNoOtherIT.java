package xa;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

import harness.Database;
import harness.RouteProcess;
import jakarta.jms.JMSContext;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Hostile messages among good ones: {@code ./mvnw verify -Dmessages=300 -Dseed=7}. */
class JmsMessageOfAnyKindStopsNoOtherIT {

    private static final String ROUTES = """
            - templatedRoute:
                routeTemplateRef: inbox-jms
                routeId: hostile-inbox
                parameters:
                  - name: inboxConsumer
                    value: hostile
                  - name: inboxQueue
                    value: hostile
                  - name: inboxHandler
                    value: hostile
                  - name: inboxDataSource
                    value: bankA
                  - name: inboxConsumers
                    value: "3"
            - route:
                id: hostile
                description: Write the effect that the body tells
                errorHandler:
                  noErrorHandler: {}
                from:
                  uri: direct:hostile
                  steps:
                    - setVariable:
                        name: number
                        method:
                          beanType: xa.HostileHandler
                          method: number(${body})
                    - to:
                        uri: sql
                        parameters:
                          query: INSERT INTO effect (number) VALUES (:#${variable.number})
                          dataSource: "#bean:bankA"
            """;

    @TempDir
    private Path folder;

    @Test
    void eachGoodOneHasOneEffectAndEachBadOneIsADeadLetter() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        int count = Integer.getInteger("messages", 300);
        System.out.println("hostile JMS messages: seed=" + seed + " messages=" + count);
        try (XaFixture xa = new XaFixture(folder)) {
            xa.settings.putAll(Map.of("inbox.retry.first-delay", "100ms", "inbox.retry.delay", "100ms", "inbox.retry.max-attempts", "1"));
            // its handler calls a bean, which may be called again
            xa.settings.put("inbox.hostile.batch-size", String.valueOf(new Random(seed).nextBoolean() ? 1 : 20));
            Database bank = xa.bank.bankA();
            bank.update("CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number integer NOT NULL)");
            HostileMessages messages = new HostileMessages(seed);
            try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(xa.artemis.url()); JMSContext context = factory.createContext()) {
                messages.send(context, context.createProducer(), context.createQueue("hostile"), count);
            }

            try (RouteProcess process = RouteProcess.camelMain(xa.log(), xa.settings, xa.write("hostile.camel.yaml", ROUTES).toString(), "profile=xa",
                    "camel.component.jms.recoveryInterval=100").start().awaitStarted()) {
                XaFixture.await().atMost(java.time.Duration.ofMinutes(5)).untilAsserted(() -> {
                    assertThat(xa.artemis.browse("hostile")).as("seed %d: left in the queue", seed).isEmpty();
                    assertThat(bank.rows("SELECT consumer, message_id, attempts, error_class FROM inbox_parked")).as("seed %d: still parked%n%s", seed, process.log())
                            .isEmpty();
                    // one that is being delivered is neither
                    assertThat(bank.rows("SELECT status, count(*) AS messages FROM msg_received WHERE consumer = 'hostile' GROUP BY status ORDER BY status"))
                            .as("seed %d: told by msg_received", seed)
                            .containsExactly(Map.of("status", "DEAD", "messages", (long) messages.dead.size() + messages.unread + messages.empty),
                                    Map.of("status", "HANDLED", "messages", (long) messages.good.size()));
                });

                assertThat(numbers(bank, "SELECT number FROM effect ORDER BY number")).as("seed %d: effects%n%s", seed, process.log())
                        .containsExactlyElementsOf(messages.good.stream().sorted().toList());
                assertThat(bank.rows("SELECT payload FROM dead_letter WHERE length(payload) > 0").stream()
                        .map(row -> new String((byte[]) row.get("payload"), StandardCharsets.UTF_8).split(" ", 3)[1]).map(Integer::valueOf).sorted().toList())
                        .as("seed %d: dead letters%n%s", seed, process.log()).containsExactlyElementsOf(messages.dead.stream().sorted().toList());
                assertThat(xa.artemis.browse("hostile.dead")).as("seed %d: kept unread", seed).hasSize(messages.unread);
                replay(bank, seed, messages);
            }
        }
    }

    /** What nobody could recognise is handled when it is replayed: under the identity that its burial has made. */
    private static void replay(Database bank, long seed, HostileMessages messages) {
        bank.update("""
                WITH audit AS (INSERT INTO dead_letter_audit (action, who, reason, filter, letters) VALUES ('REPLAY', 'test', 'test', '{}', 1) RETURNING id),
                ended AS (UPDATE dead_letter d SET ended_at = now(), audit_id = audit.id FROM audit
                          WHERE substring(d.payload FROM 1 FOR 5) = convert_to('good ', 'UTF8') RETURNING d.*)
                INSERT INTO inbox_parked (consumer, source, message_id, message_key, topic, payload, headers, replayed, behind, attempts, next_attempt_at)
                SELECT consumer, source, message_id, message_key, topic, payload, headers, true, false, 0, now() FROM ended""");
        XaFixture.await().until(() -> bank.count("inbox_parked") == 0);

        assertThat(bank.count("effect")).as("seed %d: effects after the replay", seed).isEqualTo(messages.good.size() + (long) messages.unidentified);
    }

    private static List<Integer> numbers(Database bank, String sql) {
        return bank.rows(sql).stream().map(row -> (Integer) row.values().iterator().next()).toList();
    }
}
