package mutants;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Watches a state until it tells whether a claim is kept. */
final class Verdict {

    /** The claim is kept. */
    static final String KEPT = "";

    private Verdict() {
    }

    /**
     * @param  look null as long as nothing can be said, then {@link #KEPT} or the violation that was seen
     * @return      the violation, or null
     */
    static String await(Callable<String> look) {
        String told = await().until(look, Objects::nonNull);
        return told.equals(KEPT) ? null : told;
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(50));
    }
}
