package io.reliableroutes.support;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets a start wait for what it needs, from now on for {@code check.wait} in all. */
public final class StartWait {

    private static final Logger LOG = LoggerFactory.getLogger(StartWait.class);
    private static final long PAUSE_MILLIS = 500;

    private final String limit;
    private final long end;

    /** @throws ConfigurationException if {@code check.wait} is no duration */
    public StartWait(CamelContext context) {
        limit = Settings.text(context, "check.wait");
        end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Settings.duration(context, "check.wait"));
    }

    /** {@code check.wait} as it is set, for messages. */
    public String limit() {
        return limit;
    }

    /**
     * Returns when there is no problem any more.
     *
     * @param  waiting                begins the line that is logged for the first problem, not null
     * @param  problem                looks what is in the way now: null if nothing is
     * @param  refusal                makes the message of the exception from the last problem, not null
     * @throws ConfigurationException if there still is a problem at the end
     */
    public void await(String waiting, Supplier<String> problem, UnaryOperator<String> refusal) {
        boolean told = false;
        for (String left = problem.get(); left != null; left = problem.get()) {
            if (System.nanoTime() >= end) {
                throw new ConfigurationException(refusal.apply(left));
            }
            if (!told) {
                LOG.info("{}: {}", waiting, left);
                told = true;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ConfigurationException("start-up was interrupted while it waited for a server: nothing runs. Start again.");
            }
        }
    }
}
