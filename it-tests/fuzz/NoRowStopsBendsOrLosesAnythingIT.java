package fuzz;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Hostile rows among good ones: always the same ones, or others by {@code ./mvnw verify -Drows=2000 -Dseed=7}, and
 * many by {@code -Psoak}. */
class NoRowStopsBendsOrLosesAnythingIT {

    @Test
    void someHostileRows() throws Exception {
        fuzz(2, Integer.getInteger("rows", 2_000));
    }

    @Test
    @Tag("soak")
    void manyHostileRows() throws Exception {
        fuzz(System.nanoTime(), Integer.getInteger("rows", 100_000));
    }

    private static void fuzz(long usual, int rows) throws Exception {
        long seed = Long.getLong("seed", usual);
        StringBuilder report = new StringBuilder();
        List<String> violations = HostileRows.violations(Pack.SHIPPED, seed, rows, report);
        System.out.println("fuzz: seed=" + seed + " " + report);
        assertThat(violations).as("violations of %s, again by -Drows=%d -Dseed=%d", report, rows, seed).isEmpty();
    }
}
