package fuzz;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hostile answers and starts among good ones: each saga ends as its participants say, what is no answer to it is a dead letter, what is late or repeated is
 * counted, and neither moves anything. Always the same ones, or others by {@code ./mvnw verify -Danswers=5000 -Dseed=7}, and many by {@code -Psoak}.
 */
class NoAnswerMovesASagaWronglyIT {

    @Test
    void someHostileAnswers() {
        fuzz(8, Integer.getInteger("answers", 500));
    }

    @Test
    @Tag("soak")
    void manyHostileAnswers() {
        fuzz(System.nanoTime(), Integer.getInteger("answers", 30_000));
    }

    private static void fuzz(long usual, int answers) {
        long seed = Long.getLong("seed", usual);
        StringBuilder report = new StringBuilder();
        List<String> violations = HostileAnswers.violations(Pack.SHIPPED, seed, answers, report);
        System.out.println("fuzz: seed=" + seed + " " + report);
        assertThat(violations).as("violations of %s, again by -Danswers=%d -Dseed=%d", report, answers, seed).isEmpty();
    }
}
