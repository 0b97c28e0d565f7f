package faults;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Random faults, also two at once, for as long as asked: {@code ./mvnw verify -Psoak -Dminutes=20 -Dseed=7}. */
@Tag("soak")
class SoakIT {

    private static final Duration BOUND = Duration.ofMinutes(3);
    private static final Duration PAUSE = Duration.ofMillis(350);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void everyGuaranteeHoldsThroughRandomFaults() {
        long seed = Long.getLong("seed", System.nanoTime());
        int minutes = Integer.getInteger("minutes", 20);
        Random random = new Random(seed);
        System.out.println("seed=" + seed + " minutes=" + minutes + ", logs in " + folder);
        try (World world = new World(folder, seed, new Members(), PAUSE)) {
            List<String> unhealthy = new ArrayList<>(Strike.recovery(world, BOUND));
            Instant end = Instant.now().plus(Duration.ofMinutes(minutes));

            while (Instant.now().isBefore(end) && unhealthy.isEmpty()) {
                Fault first = any(random, Fault.all());
                Fault second = any(random, Fault.all());
                boolean both = random.nextInt(3) == 0 && first.isCombinable() && second.isCombinable() && first != second;
                if (!first.isCombinable() || random.nextBoolean()) {
                    // the other faults meet what the one before has left behind
                    unhealthy.addAll(Strike.recovery(world, BOUND));
                }
                Duration lasting = first.lasting().multipliedBy(25 + random.nextInt(126)).dividedBy(100);
                new Strike(world, random, both ? new Fault[] {first, second} : new Fault[] {first}).run(lasting);
            }

            unhealthy.addAll(Strike.recovery(world, BOUND));
            Checker checker = Ending.of(world, BOUND);
            unhealthy.addAll(checker.violations());
            System.out.println("seed=" + seed + " minutes=" + minutes + " transfers=" + world.load.answered() + " faults=" + world.book
                    + " kills=" + world.book.kills() + " violations=" + unhealthy.size()
                    + " duplicates_on_the_wire=" + checker.duplicates() + " of at most " + world.book.allowedDuplicates());
            assertThat(unhealthy).as("violations").isEmpty();
        }
    }

    private static Fault any(Random random, List<Fault> faults) {
        return faults.get(random.nextInt(faults.size()));
    }
}
