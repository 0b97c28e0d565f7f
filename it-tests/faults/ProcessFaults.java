package faults;

import java.util.List;
import java.util.Random;

import harness.RouteProcess;

/** Faults of the example's own processes. */
final class ProcessFaults {

    private ProcessFaults() {
    }

    /** kill -9 of one process of a kind. */
    static Fault.Injection kill(String kind) {
        return (world, random) -> {
            RouteProcess victim = any(world, kind, random).process();
            victim.kill();
            return () -> {
                if (!victim.isAlive()) {
                    victim.start().awaitStarted();
                }
            };
        };
    }

    /** SIGSTOP of one process of a kind. */
    static Fault.Injection pause(String kind) {
        return (world, random) -> pause(any(world, kind, random).process());
    }

    /** SIGSTOP, and the server ends its sessions meanwhile: what it has claimed goes to another. */
    static Fault.Injection pauseAndCutOff(String kind) {
        return (world, random) -> {
            Member victim = any(world, kind, random);
            Runnable resume = pause(victim.process());
            ServerFaults.terminateSessions(world, victim.name());
            return resume;
        };
    }

    /** SIGSTOP of the notification service. */
    static Fault.Injection pauseService() {
        return (world, random) -> pause(world.service);
    }

    private static Runnable pause(RouteProcess victim) {
        victim.pause();
        return victim::resume;
    }

    static Member any(World world, String kind, Random random) {
        List<Member> members = world.members(kind);
        return members.get(random.nextInt(members.size()));
    }
}
