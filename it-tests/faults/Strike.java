package faults;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

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

    /** Injects the faults, lets them last, and heals them in the same order. */
    void run(Duration lasting) {
        Instant start = Instant.now();
        List<Runnable> healings = new ArrayList<>();
        faults.forEach(fault -> healings.add(fault.inject(world, random)));
        // an outage lasts: there is no state to wait for
        Awaitility.await().pollDelay(lasting).atMost(lasting.plusMinutes(1)).until(() -> true);
        healings.forEach(Runnable::run);
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

    private static void say(String text) {
        System.out.println(LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + " " + text);
    }
}
