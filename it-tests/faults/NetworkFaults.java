package faults;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;

import harness.TcpProxy;

/**
 * A fault of the network between processes and one kind of server.
 *
 * @param way   to which server
 * @param one   whether it hits one process while the others go on, or all
 * @param fault what happens to it
 */
record NetworkFaults(Function<Member, TcpProxy> way, boolean one, Consumer<TcpProxy> fault) implements Fault.Injection {

    private static final Duration DELAY = Duration.ofMillis(40);

    /** Cuts all connections. */
    static NetworkFaults cut(Function<Member, TcpProxy> way) {
        return new NetworkFaults(way, false, TcpProxy::cut);
    }

    /** Cuts all connections and lets no new one through. */
    static NetworkFaults refuse(Function<Member, TcpProxy> way) {
        return new NetworkFaults(way, false, proxy -> {
            proxy.refuse();
            proxy.cut();
        });
    }

    /** Delays all that goes to and fro. */
    static NetworkFaults delay(Function<Member, TcpProxy> way) {
        return new NetworkFaults(way, false, proxy -> proxy.delay(DELAY));
    }

    /** Lets nothing through and closes nothing. */
    static NetworkFaults blackHole(Function<Member, TcpProxy> way) {
        return new NetworkFaults(way, false, TcpProxy::blackHole);
    }

    /** The same for one process only. */
    NetworkFaults ofOne() {
        return new NetworkFaults(way, true, fault);
    }

    @Override
    public Runnable inject(World world, Random random) {
        List<Member> victims = one ? List.of(world.members.get(random.nextInt(world.members.size()))) : world.members;
        List<TcpProxy> proxies = victims.stream().map(way).toList();
        proxies.forEach(fault);
        return () -> proxies.forEach(TcpProxy::heal);
    }
}
