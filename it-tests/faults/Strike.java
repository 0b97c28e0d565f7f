package faults;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

import org.awaitility.Awaitility;

/** One fault, or several at once, from injection to recovery. */
final class Strike {

    private final World world;
    private final Random random;
    private final List<Fault> faults;

    Strike(World world, Random random, Fault... faults) {
        this.world = world;
        this.random = random;
        this.faults = List.of(faults);
    }

    /** Injects the faults, lets them last, and heals servers and networks first: a process does not start without them. */
    void run(Duration lasting) {
        Instant start = Instant.now();
        SortedMap<Fault, Runnable> healings = new TreeMap<>(Comparator.reverseOrder());
        faults.forEach(fault -> healings.put(fault, fault.inject(world, random)));
        // an outage lasts: there is no state to wait for
        Awaitility.await().pollDelay(lasting).atMost(lasting.plusMinutes(1)).until(() -> true);
        healings.values().forEach(Runnable::run);
        Duration lasted = Duration.between(start, Instant.now());
        faults.forEach(fault -> world.book.note(fault, lasted));
        say(faults + " for " + lasted.toMillis() + " ms");
    }

    /** Waits until all works again; returns what does not, a line each. */
    static List<String> recovery(World world, Duration bound) {
        try {
            say("  " + new Health(world, Instant.now()).await(bound) + "; answered " + world.load.answered());
            return List.of();
        } catch (IllegalStateException e) {
            say("  " + e.getMessage());
            return List.of(e.getMessage());
        }
    }

    static void say(String text) {
        System.out.println(LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + " " + text);
    }
}
