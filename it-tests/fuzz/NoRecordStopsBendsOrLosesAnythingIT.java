package fuzz;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Hostile records among good ones: always the same ones, or others by {@code ./mvnw verify -Drecords=2000 -Dseed=7}, and
 * many by {@code -Psoak}. */
class NoRecordStopsBendsOrLosesAnythingIT {

    @Test
    void someHostileRecords() throws Exception {
        fuzz(4, Integer.getInteger("records", 2_000));
    }

    @Test
    @Tag("soak")
    void manyHostileRecords() throws Exception {
        fuzz(System.nanoTime(), Integer.getInteger("records", 100_000));
    }

    private static void fuzz(long usual, int records) throws Exception {
        long seed = Long.getLong("seed", usual);
        StringBuilder report = new StringBuilder();
        List<String> violations = HostileRecords.violations(Pack.SHIPPED, seed, records, report);
        System.out.println("fuzz: seed=" + seed + " " + report);
        assertThat(violations).as("violations of %s, again by -Drecords=%d -Dseed=%d", report, records, seed).isEmpty();
    }
}
