package faults;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** What has been done to a world, and what it excuses. */
final class Book {

    private static final int RELAYS = 4;

    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private final Set<String> expired = ConcurrentHashMap.newKeySet();
    private long allowedDuplicates;

    /**
     * Notes a fault. Each relay may then repeat one batch, which it has sent and not committed, and for as long as the fault lasted
     * one more for each send deadline: that is how often it gives up a batch that the broker may have taken.
     */
    void note(Fault fault, Duration lasted) {
        faults.merge(fault, 1, Integer::sum);
        note(lasted);
    }

    /** Notes an outage that is none of the faults. */
    void note(Duration lasted) {
        allowedDuplicates += RELAYS * World.BATCH_ROWS * (1 + lasted.toSeconds() / World.SEND_DEADLINE_SECONDS);
    }

    /** Notes that a consumer has been made to forget a message. */
    void noteExpired(String consumer, String messageId) {
        expired.add(consumer + " " + messageId);
    }

    /** The forgotten messages, each as {@code consumer id}. */
    Set<String> expired() {
        return expired;
    }

    /** How many records may be on the wire beyond one for each message. */
    long allowedDuplicates() {
        return allowedDuplicates;
    }

    int kills() {
        return faults.entrySet().stream().filter(fault -> fault.getKey().name().startsWith("KILL")).mapToInt(Map.Entry::getValue).sum();
    }

    /** Faults by kind. */
    @Override
    public String toString() {
        return faults.entrySet().stream().map(fault -> fault.getKey() + ":" + fault.getValue()).collect(Collectors.joining(","));
    }
}
