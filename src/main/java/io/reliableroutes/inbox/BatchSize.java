package io.reliableroutes.inbox;

import org.apache.camel.CamelContext;

/** How many messages share the next transaction: fewer after a failure, and more after none. For one thread. */
public final class BatchSize {

    /** A batch that fails costs as much as its messages alone, so there is nothing to win by none at all. */
    private static final int LEAST = 2;

    private int most;
    private int size;

    /**
     * @param  consumer name of the receiver, not null
     * @return          1 or more, and no more than {@code inbox.batch-size}
     */
    public int of(CamelContext context, String consumer) {
        if (size == 0) {
            most = InboxBatch.size(context, consumer);
            size = most;
        }
        return size;
    }

    /**
     * Where one in ten fails no hundred would ever succeed.
     *
     * @param good false if a batch has failed
     */
    public void learn(boolean good) {
        size = good ? Math.min(most, size * 2) : Math.max(Math.min(most, LEAST), size / 2);
    }
}
