package fuzz;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Waits for as long as something goes on. */
final class Progress {

    private static final Duration STANDSTILL = Duration.ofSeconds(Integer.getInteger("standstill", 60));

    private Progress() {
    }

    /**
     * @param  left what is left to do
     * @return      null when nothing is left, or what has been left for so long that nobody will do it
     */
    static String await(Supplier<List<?>> left) {
        AtomicReference<List<?>> now = new AtomicReference<>(left.get());
        while (!now.get().isEmpty()) {
            List<?> before = now.get();
            try {
                Awaitility.await().atMost(STANDSTILL).pollInterval(Duration.ofMillis(200)).until(() -> {
                    now.set(left.get());
                    return !now.get().equals(before);
                });
            } catch (ConditionTimeoutException e) {
                return String.valueOf(before);
            }
        }
        return null;
    }
}
