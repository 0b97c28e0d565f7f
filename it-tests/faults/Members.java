package faults;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import harness.Ports;
import harness.TcpProxy;

/** Each process in two or one, and behind proxies of its own. */
final class Members extends Layout {

    private static final int COUNT = 6;

    private final int httpPort = Ports.free();
    private final Map<String, TcpProxy> listeners = new LinkedHashMap<>();
    private final List<Member> members = new ArrayList<>();

    Members() {
        IntStream.range(0, COUNT).map(i -> Ports.free()).forEach(port -> listeners.put("127.0.0.1:" + port, new TcpProxy(port, World.LATENCY)));
    }

    @Override
    Map<String, String> listeners() {
        Map<String, String> advertised = new LinkedHashMap<>();
        listeners.forEach((address, proxy) -> advertised.put(address, proxy.address()));
        return advertised;
    }

    @Override
    Map<String, String> postgresSettings(Path folder) {
        return Map.of();
    }

    @Override
    List<String> apis() {
        return List.of("http://localhost:" + httpPort);
    }

    @Override
    List<Member> members(World world, Path folder) {
        add(world, folder, "bank-a", "bank-a", List.of(Witness.INBOX), "bank-a-(?!relay).*");
        add(world, folder, "relay-1", "relay", List.of(Witness.RELAY), "bank-a-relay.*");
        add(world, folder, "relay-2", "relay", List.of(Witness.RELAY), "bank-a-relay.*");
        add(world, folder, "bank-b-1", "bank-b", List.of(Witness.INBOX, Witness.RELAY), "bank-b-.*");
        add(world, folder, "bank-b-2", "bank-b", List.of(Witness.INBOX, Witness.RELAY), "bank-b-.*");
        add(world, folder, "notifier", "notifier", List.of(Witness.INBOX), "notifier-.*");
        return members;
    }

    private void add(World world, Path folder, String name, String kind, List<String> jobs, String files) {
        TcpProxy database = new TcpProxy(world.postgres.port(), World.LATENCY);
        TcpProxy broker = List.copyOf(listeners.values()).get(members.size());
        members.add(new Member(name, kind, jobs, process(world, folder, name, database.address(), broker.address(),
                kind.equals("bank-a") ? httpPort : 0, files), database, broker));
    }

    @Override
    public void close() {
        listeners.values().forEach(TcpProxy::close);
        members.forEach(member -> member.database().close());
    }
}
