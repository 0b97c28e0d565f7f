package fuzz;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hostile records among good ones, each in its own transaction and in batches: always the same ones, or others by {@code ./mvnw verify
 * -Drecords=2000 -Dseed=7}, and many by {@code -Psoak}.
 */
class NoRecordStopsBendsOrLosesAnythingIT {

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void someHostileRecords(int batch) throws Exception {
        fuzz(4, Integer.getInteger("records", 2_000), batch);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    @Tag("soak")
    void manyHostileRecords(int batch) throws Exception {
        fuzz(System.nanoTime(), Integer.getInteger("records", 100_000), batch);
    }

    private static void fuzz(long usual, int records, int batch) throws Exception {
        long seed = Long.getLong("seed", usual);
        StringBuilder report = new StringBuilder();
        List<String> violations = HostileRecords.violations(Pack.SHIPPED, seed, records, batch, report);
        System.out.println("fuzz: seed=" + seed + " batch=" + batch + " " + report);
        assertThat(violations).as("violations of %s, again by -Drecords=%d -Dseed=%d, in batches of %d", report, records, seed, batch).isEmpty();
    }
}
