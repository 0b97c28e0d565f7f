package faults;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import harness.RouteProcess;

/**
 * Two hosts that can be cut off from the servers: each runs bank A with its relay in one process, and bank B with its relay in
 * another. The notifier is with the servers.
 */
abstract class Hosts extends Layout {

    static final List<Integer> ALL = List.of(1, 2);

    /** Network namespaces where the user may make them, else processes behind proxies; {@code -Dhosts=proxied} wants the latter. */
    static Hosts create() {
        if (System.getProperty("hosts", "").equals("proxied")) {
            return new ProxiedHosts("as asked");
        }
        try {
            return new Namespaces();
        } catch (IllegalStateException e) {
            return new ProxiedHosts(e.getMessage());
        }
    }

    /** The address of PostgreSQL as a host knows it. */
    abstract String database(int host, int port);

    /** The address of Kafka as a host knows it. */
    abstract String broker(int host);

    /** Where the host's bank A listens. */
    abstract int apiPort(int host);

    /** What starts a process on the host. */
    abstract List<String> command(int host);

    /** Lets nothing through between the host and all others. Nobody is told: no connection is closed or reset. */
    abstract void cutOff(int host);

    /** Lets everything through. */
    abstract void heal(int host);

    /** The names of the host's processes. */
    static List<String> names(int host) {
        return List.of("bank-a-" + host, "bank-b-" + host);
    }

    @Override
    List<Member> members(World world, Path folder) {
        List<Member> members = new ArrayList<>();
        for (int host : ALL) {
            for (String name : names(host)) {
                String kind = name.substring(0, name.lastIndexOf('-'));
                RouteProcess process = process(world, folder, name, database(host, world.postgres.port()), broker(host),
                        kind.equals("bank-a") ? apiPort(host) : 0, kind + "-.*").within(command(host));
                members.add(new Member(name, kind, List.of(Witness.INBOX, Witness.RELAY), process, null, null));
            }
        }
        members.add(new Member("notifier", "notifier", List.of(Witness.INBOX), process(world, folder, "notifier",
                "127.0.0.1:" + world.postgres.port(), world.kafka.brokers(), 0, "notifier-.*"), null, null));
        return members;
    }

    /** How many of the two servers answer a client on the host within so many seconds. */
    int reachableServers(int host, World world, Path folder, int seconds) {
        String url = "jdbc:postgresql://" + database(host, world.postgres.port()) + "/postgres";
        return RouteProcess.java(folder.resolve("reach-" + host + ".log"), Reach.class, url, broker(host), String.valueOf(seconds))
                .within(command(host)).start().awaitExit();
    }
}
