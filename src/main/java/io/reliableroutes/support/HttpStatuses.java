package io.reliableroutes.support;

import java.util.BitSet;

/** A set of HTTP statuses as Camel's {@code okStatusCodeRange} writes it: {@code 200-204,209,301-304}. */
public final class HttpStatuses {

    private static final String RANGE = "[1-9][0-9]{2}(-[1-9][0-9]{2})?";

    private final BitSet statuses = new BitSet();

    private HttpStatuses() {
    }

    /**
     * @param  text                     may be empty, not null
     * @throws IllegalArgumentException if it says no statuses
     */
    public static HttpStatuses of(String text) {
        HttpStatuses all = new HttpStatuses();
        for (String range : text.trim().split("\\s*,\\s*")) {
            if (range.isEmpty()) {
                continue;
            }
            if (!range.matches(RANGE)) {
                throw new IllegalArgumentException(range);
            }
            int first = Integer.parseInt(range.substring(0, 3));
            int last = Integer.parseInt(range.substring(range.length() - 3));
            if (last < first) {
                throw new IllegalArgumentException(range);
            }
            all.statuses.set(first, last + 1);
        }
        return all;
    }

    boolean contains(int status) {
        return status >= 0 && statuses.get(status);
    }

    /** A status that is in both, or null. */
    public Integer common(HttpStatuses other) {
        BitSet both = (BitSet) statuses.clone();
        both.and(other.statuses);
        return both.isEmpty() ? null : (Integer) both.nextSetBit(0);
    }
}
