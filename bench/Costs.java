import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import harness.Database;
import harness.RouteProcess;
import org.awaitility.Awaitility;

/** What a message costs its sender, its relay and its receiver, in what does not depend on the disk: statements, commits, WAL, CPU and memory. All are warm. */
final class Costs implements Scenario {

    private static final int MESSAGES = 50_000;
    private static final String SEND = """
            - route:
                from:
                  uri: timer:send
                  parameters:
                    delay: -1
                    repeatCount: %d
                  steps:
                    - transacted:
                        ref: "{{tx.policy}}"
                        steps:
                          - setBody:
                              simple: '{"transferId":"t-${exchangeProperty.CamelTimerCounter}","from":"a-1","to":"b-1","amount":1.00}'
                          - to:
                              uri: kamelet:outbox-sink
                              parameters:
                                outboxDataSource: bankA
                                outboxDestination: transfer.requested
                                outboxKey: a-1
            """;

    @Override
    public void run(Results results) throws Exception {
        Map<String, String> settings = new HashMap<>(Bench.DURABLE);
        settings.put("shared_preload_libraries", "pg_stat_statements");
        try (Bench bench = new Bench(settings)) {
            sender(bench, results);
            try (Relay relay = Relay.shipped(bench)) {
                relay.drain(4 * MESSAGES, 290);
                relay.fill(4 * MESSAGES, 290);
                Meter meter = new Meter(relay.outbox, relay.pid());
                relay.empty();
                meter.tell(results, "relay", 4 * MESSAGES);
            }
            try (Receiver receiver = Receiver.shipped(bench)) {
                receiver.handle(MESSAGES);
                Meter meter = new Meter(receiver.bank, receiver.pid());
                receiver.handle(MESSAGES);
                meter.tell(results, "receiver, its business and its answer", MESSAGES);
            }
        }
    }

    /** A thread that does nothing but write messages, each in a transaction of its own. */
    private static void sender(Bench bench, Results results) throws Exception {
        Database outbox = bench.database("schema.sql");
        Map<String, String> settings = new LinkedHashMap<>(Map.of("database.bank-a.url", outbox.url(), "database.bank-a.user", "postgres", "kafka.brokers", bench.kafka.brokers()));
        Path route = Files.writeString(bench.folder.resolve("sender.camel.yaml"), SEND.formatted(2 * MESSAGES));
        try (RouteProcess sender = RouteProcess.camelMain(bench.folder.resolve("sender.log"), settings, route.toString()).start()) {
            await(sender, outbox, MESSAGES);
            Meter meter = new Meter(outbox, sender.pid());
            await(sender, outbox, 2 * MESSAGES);
            meter.tell(results, "sender, a message a transaction", MESSAGES);
        }
    }

    private static void await(RouteProcess sender, Database outbox, long messages) {
        Awaitility.await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofMillis(20)).failFast("the sender has ended: " + sender, () -> sender.pid().isEmpty())
                .until(() -> (Long) outbox.value("SELECT coalesce(last_value, 0) FROM pg_sequences WHERE sequencename LIKE 'outbox_message%'") >= messages);
    }
}
