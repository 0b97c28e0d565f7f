package io.reliableroutes.xa;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Whether a transaction may begin: not before recovery, not without the node's locks, not in an outage. */
final class XaGate implements AutoCloseable {

    private final String nodeIdentifier;
    private final Map<Object, XaLock> nodeLocks = new ConcurrentHashMap<>();
    private volatile String unfinished = "recovery of earlier transactions has not begun";
    private volatile Long pausedUntil;
    private volatile boolean shut;

    XaGate(String nodeIdentifier) {
        this.nodeIdentifier = nodeIdentifier;
    }

    /** Why no transaction can begin now, or null. */
    String closedBecause() {
        if (shut) {
            return "this process is closing";
        }
        if (unfinished != null) {
            return unfinished;
        }
        Long pause = pausedUntil;
        if (pause != null && System.nanoTime() - pause < 0) {
            return "work pauses for inbox.outage-delay after an outage";
        }
        for (XaLock lock : nodeLocks.values()) {
            String problem = lock.problem();
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    /** The lock that makes this process the only one with its node identifier in a resource; to be had before recovery starts. */
    XaLock nodeLock(Object resource, Function<String, XaLock> lock) {
        return nodeLocks.computeIfAbsent(resource, key -> lock.apply(nodeIdentifier));
    }

    void pause(long millis) {
        pausedUntil = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    void recovery(String left) {
        unfinished = left;
    }

    /** What hinders the end of recovery, or null: it has ended. */
    String unfinished() {
        return unfinished;
    }

    /** Lets no transaction begin any more. */
    void shut() {
        shut = true;
    }

    /** Lets go of the locks: another process may recover what is left. */
    @Override
    public void close() {
        shut();
        nodeLocks.values().forEach(XaLock::close);
    }
}
