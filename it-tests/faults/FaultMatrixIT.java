package faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Each fault once, under load: after each all processes work again within a bound, and in the end every guarantee has held. */
class FaultMatrixIT {

    private static final Duration BOUND = Duration.ofSeconds(90);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void everyGuaranteeHoldsThroughEveryFault() {
        long seed = Long.getLong("seed", 1);
        Random random = new Random(seed);
        System.out.println("seed=" + seed + ", logs in " + folder);
        try (World world = new World(folder, seed)) {
            List<String> unhealthy = new ArrayList<>(Strike.recovery(world, BOUND));

            for (Fault fault : Fault.all()) {
                int hindered = world.hindered();
                new Strike(world, random, fault).run(fault.lasting());
                if (fault.isOfTheNetwork()) {
                    assertThat(world.hindered()).as("what %s has hindered", fault).isGreaterThan(hindered);
                }
                unhealthy.addAll(Strike.recovery(world, BOUND));
            }

            Checker checker = Ending.of(world, BOUND);
            System.out.println("seed=" + seed + " faults=" + world.book + " " + checker);
            unhealthy.addAll(checker.violations());
            assertThat(unhealthy).as("violations").isEmpty();
        }
    }
}
