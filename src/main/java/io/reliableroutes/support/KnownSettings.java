package io.reliableroutes.support;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import org.apache.camel.CamelContext;

/**
 * Values of settings, kept for a second. Camel resolves a property anew each time, and makes an exception of one that is not set, as most of a
 * consumer's own are not: for each message that would be a fifth of what a duplicate costs.
 */
final class KnownSettings {

    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Names of destinations come from rows. */
    private static final int MOST = 1000;

    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /** Empty if it is not set. */
    static Optional<String> value(CamelContext context, String name) {
        return context.isStarted() ? PerContext.of(context, KnownSettings.class, KnownSettings::new).get(context, name) : context.getPropertiesComponent().resolveProperty(name);
    }

    private Optional<String> get(CamelContext context, String name) {
        Known last = known.get(name);
        if (last != null && System.nanoTime() - last.since < KEPT_NANOS) {
            return last.value;
        }
        if (known.size() >= MOST) {
            known.clear();
        }
        Optional<String> value = context.getPropertiesComponent().resolveProperty(name);
        known.put(name, new Known(value, System.nanoTime()));
        return value;
    }

    private record Known(Optional<String> value, long since) {
    }
}
