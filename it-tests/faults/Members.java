package faults;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import demo.Bank;
import harness.Database;
import harness.RouteProcess;
import harness.Routes;
import harness.TcpProxy;

/** The processes of a world: the shipped route files with settings that make them find their servers, and give up soon. */
final class Members {

    static final int COUNT = 6;

    private final World world;
    private final Path folder;
    private final List<TcpProxy> brokers;
    private final List<Member> members = new ArrayList<>();

    /** @param brokers a way to Kafka for each process, not null */
    Members(World world, Path folder, List<TcpProxy> brokers) {
        this.world = world;
        this.folder = folder;
        this.brokers = brokers;
        add("bank-a", "bank-a", List.of(Witness.INBOX), "bank-a-(?!relay).*");
        add("relay-1", "relay", List.of(Witness.RELAY), "bank-a-relay.*");
        add("relay-2", "relay", List.of(Witness.RELAY), "bank-a-relay.*");
        add("bank-b-1", "bank-b", List.of(Witness.INBOX, Witness.RELAY), "bank-b-.*");
        add("bank-b-2", "bank-b", List.of(Witness.INBOX, Witness.RELAY), "bank-b-.*");
        add("notifier", "notifier", List.of(Witness.INBOX), "notifier-.*");
    }

    List<Member> all() {
        return members;
    }

    private void add(String name, String kind, List<String> jobs, String files) {
        TcpProxy database = new TcpProxy(world.postgres.port(), World.LATENCY);
        TcpProxy broker = brokers.get(members.size());
        List<String> arguments = new ArrayList<>(Routes.files(files));
        arguments.add("camel.server.enabled=" + kind.equals("bank-a"));
        arguments.add("camel.server.port=" + world.httpPort);
        // a dead consumer is given up after 6 seconds and not 15: the least that a broker allows
        arguments.add("camel.component.kafka.additional-properties[session.timeout.ms]=6000");
        arguments.add("camel.component.kafka.additional-properties[heartbeat.interval.ms]=1500");
        members.add(new Member(name, kind, jobs, RouteProcess.camelMain(folder.resolve(name + ".log"), settings(name, database, broker),
                arguments.toArray(String[]::new)), database, broker));
    }

    private Map<String, String> settings(String name, TcpProxy database, TcpProxy broker) {
        // what a URL says is stronger than the pool's own time-out of 60 seconds
        String url = "jdbc:postgresql://127.0.0.1:" + database.port() + "/%s?socketTimeout=5&ApplicationName=" + name;
        Map<String, String> settings = new Bank(new Database(url.formatted("bank_a")), new Database(url.formatted("bank_b")),
                new Database(url.formatted("notifier"))).settings();
        settings.put("kafka.brokers", "127.0.0.1:" + broker.port());
        settings.put("check.wait", "60s");
        settings.put("tx.timeout", "20");
        settings.put("outbox.relay.shards-per-batch", String.valueOf(World.BATCH_SHARDS));
        settings.put("outbox.relay.rows-per-shard", String.valueOf(World.BATCH_ROWS / World.BATCH_SHARDS));
        settings.put("outbox.relay.send-deadline", World.SEND_DEADLINE_SECONDS + "s");
        settings.put("outbox.relay.metadata-timeout", "3000");
        settings.put("outbox.relay.outage-max-delay", "1000");
        settings.put("inbox.outage-delay", "500");
        // each record is a batch of its own, so that the broker can refuse one and the producer does not split it for ever
        settings.put("outbox.relay.producer-batch-size", "150");
        for (String side : List.of("inbox", "outbox")) {
            settings.put(side + ".retry.first-delay", "1s");
            settings.put(side + ".retry.delay", "1s");
            settings.put(side + ".retry.max-attempts", "500");
        }
        settings.put("notifier.service-timeout", "1000");
        settings.put("notifier.service-url", "http://localhost:" + world.servicePort + "/notifications");
        return settings;
    }
}
