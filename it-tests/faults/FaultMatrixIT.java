package faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each fault once, under load, those of a process together with one of the network: after each strike all processes work again within a bound, and
 * in the end every guarantee has held. {@code -Dfaults=KILL_RELAY,CUT_BROKER} strikes with these alone, one by one.
 */
class FaultMatrixIT {

    private static final Duration BOUND = Duration.ofMinutes(10);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void everyGuaranteeHoldsThroughEveryFault() {
        long seed = Long.getLong("seed", 1);
        Random random = new Random(seed);
        System.out.println("seed=" + seed + ", logs in " + folder);
        try (World world = new World(folder, seed)) {
            List<String> unhealthy = new ArrayList<>(Strike.recovery(world, BOUND));

            for (List<Fault> faults : strikes(random)) {
                int hindered = world.hindered();
                new Strike(world, random, faults.toArray(Fault[]::new)).run(faults.stream().map(Fault::lasting).max(Comparator.naturalOrder()).orElseThrow());
                if (faults.stream().anyMatch(Fault::isOfTheNetwork)) {
                    assertThat(world.hindered()).as("what %s have hindered", faults).isGreaterThan(hindered);
                }
                unhealthy.addAll(Strike.recovery(world, BOUND));
            }

            Checker checker = Ending.of(world, BOUND);
            System.out.println("seed=" + seed + " faults=" + world.book + " " + checker);
            unhealthy.addAll(checker.violations());
            assertThat(unhealthy).as("violations").isEmpty();
        }
    }

    /** The network's fault comes first: who is dead has no connection that it could hinder. */
    private static List<List<Fault>> strikes(Random random) {
        List<Fault> faults = new ArrayList<>(Fault.all());
        List<Fault> processes = faults.stream().filter(Fault::isOfAProcess).collect(Collectors.toList());
        Collections.shuffle(processes, random);
        List<List<Fault>> strikes = new ArrayList<>();
        if (!Fault.areChosen()) {
            faults.stream().filter(Fault::isOfTheNetwork).limit(processes.size()).forEach(fault -> strikes.add(List.of(fault, processes.remove(0))));
        }
        faults.stream().filter(fault -> strikes.stream().noneMatch(strike -> strike.contains(fault))).forEach(fault -> strikes.add(List.of(fault)));
        return strikes;
    }
}
