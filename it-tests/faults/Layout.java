package faults;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import demo.Bank;
import harness.Database;
import harness.Page;
import harness.RouteProcess;
import harness.Routes;

/**
 * Where the processes of a world run and how they reach their servers. They run the shipped route files with settings that make them
 * give up soon.
 */
abstract class Layout implements AutoCloseable {

    /** Where Kafka listens for the processes: the advertised addresses by its own. */
    abstract Map<String, String> listeners();

    /** What PostgreSQL needs in its postgresql.conf for them. */
    abstract Map<String, String> postgresSettings(Path folder);

    /** The processes, not yet started. */
    abstract List<Member> members(World world, Path folder);

    /** Where customers find the processes of bank A. */
    abstract List<String> apis();

    @Override
    public abstract void close();

    /** The settings in a block of a language, such as {@code properties}, on the operations page. */
    static Map<String, String> documented(String language) {
        Map<String, String> settings = new LinkedHashMap<>();
        Page.of("docs/operations.md").found("(?s)```" + language + "\n(.*?)```").stream().flatMap(String::lines).filter(line -> !line.startsWith("#"))
                .forEach(line -> settings.put(line.split("=", 2)[0].strip(), line.split("=", 2)[1].strip()));
        return settings;
    }

    /**
     * @param name     of the process, which PostgreSQL knows its sessions by, not null
     * @param database the address of PostgreSQL, not null
     * @param broker   the address of Kafka, not null
     * @param httpPort for the API of bank A; 0 for a process without one
     * @param pattern  of its route files, not null
     */
    static RouteProcess process(World world, Path folder, String name, String database, String broker, int httpPort, String pattern) {
        List<String> arguments = new ArrayList<>(Routes.files(pattern));
        arguments.add("camel.server.enabled=" + (httpPort > 0));
        arguments.add("camel.server.port=" + httpPort);
        documented("properties").forEach((setting, value) -> arguments.add(setting + "=" + value));
        return RouteProcess.camelMain(folder.resolve(name + ".log"), settings(world, name, database, broker), arguments.toArray(String[]::new));
    }

    private static Map<String, String> settings(World world, String name, String database, String broker) {
        // what a URL says is stronger than the pool's own time-out of 60 seconds
        String url = "jdbc:postgresql://" + database + "/%s?socketTimeout=5&ApplicationName=" + name;
        Map<String, String> settings = new Bank(new Database(url.formatted("bank_a")), new Database(url.formatted("bank_b")),
                new Database(url.formatted("notifier"))).settings();
        settings.put("kafka.brokers", broker);
        settings.put("check.wait", "60s");
        settings.put("tx.timeout", "20");
        settings.put("outbox.relay.shards-per-batch", String.valueOf(World.BATCH_SHARDS));
        settings.put("outbox.relay.rows-per-shard", String.valueOf(World.BATCH_ROWS / World.BATCH_SHARDS));
        settings.put("outbox.relay.send-deadline", World.SEND_DEADLINE_SECONDS + "s");
        settings.put("outbox.relay.metadata-timeout", "3000ms");
        settings.put("outbox.relay.outage-max-delay", "1000ms");
        settings.put("inbox.outage-delay", "500ms");
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
