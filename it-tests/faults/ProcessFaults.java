package faults;

import java.time.Duration;
import java.util.List;
import java.util.Random;

import harness.CommitGate;
import harness.Database;
import harness.RouteProcess;
import org.awaitility.Awaitility;

/** Faults of the example's own processes. */
final class ProcessFaults {

    private ProcessFaults() {
    }

    /** kill -9 of one process of a kind. */
    static Fault.Injection kill(String kind) {
        return (world, random) -> {
            RouteProcess victim = any(world, kind, random).process();
            victim.kill();
            return () -> restart(victim);
        };
    }

    /** A relay loses its broker, and then its life. */
    static Runnable killRelayWithoutBroker(World world, Random random) {
        Member victim = any(world, "relay", random);
        victim.broker().refuse();
        victim.broker().cut();
        return () -> {
            victim.process().kill();
            victim.broker().heal();
            restart(victim.process());
        };
    }

    /** kill -9 of a relay that has the broker's acknowledgement, and whose transaction is about to commit. */
    static Runnable killRelayAtCommit(World world, Random random) {
        return killAtCommit(any(world, "relay", random), world.bank.bankA(), "DELETE", "outbox_message");
    }

    /** kill -9 of a receiver that has handled a message, and whose transaction is about to commit. */
    static Runnable killReceiverAtCommit(World world, Random random) {
        Receiver receiver = Receiver.values()[random.nextInt(Receiver.values().length)];
        return killAtCommit(any(world, receiver.kind, random), receiver.database(world.bank), "INSERT", "inbox_message");
    }

    private static Runnable killAtCommit(Member victim, Database database, String event, String table) {
        try (CommitGate gate = new CommitGate(database, event, table)) {
            Awaitility.await(victim.name() + " at its commit").atMost(Duration.ofMinutes(3)).until(() -> isHeld(victim, database));
            victim.process().kill();
            // else the server would commit what it has been told to
            Awaitility.await("end of its session").atMost(Duration.ofMinutes(3)).until(() -> !isHeld(victim, database));
        }
        return () -> restart(victim.process());
    }

    private static boolean isHeld(Member member, Database database) {
        return (Long) database.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = ? AND wait_event = 'advisory'", member.name()) > 0;
    }

    private static void restart(RouteProcess victim) {
        if (!victim.isAlive()) {
            victim.start().awaitStarted();
        }
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
