package io.reliableroutes.inbox;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.Incidents;
import io.reliableroutes.support.PerContext;
import io.reliableroutes.support.RetrySettings;
import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Why a receiver waits with a failed message in place of giving it up. In an outage, but no message holds its partition for longer than
 * {@code outage-patience}: an outage that only this one meets must not stop the others. And while the <em>brake</em> is on: after
 * {@code brake} messages of different keys that were wrong for good and none that was handled, it is the deployment that is wrong; then one
 * message each {@code brake-delay} is given up, until one is handled or an operator ends the incident. One for each consumer of a context;
 * what it knows is forgotten with the process.
 */
public final class ReceiverPause {

    /** The place of all messages that are parked: an outage has lasted for as long as none of the receiver's is handled. */
    static final String PARKED = "parked";

    private static final long LOOK_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final CamelContext context;
    private final String consumer;
    private final Map<Object, Outage> outages = new HashMap<>();
    private final Set<Object> failedKeys = new HashSet<>();
    private Object passed;
    private long passedAt;
    private volatile boolean braked;
    private long endedAt = System.nanoTime() - LOOK_NANOS;

    private ReceiverPause(CamelContext context, String consumer) {
        this.context = context;
        this.consumer = consumer;
    }

    /** The one of a consumer, not null. */
    public static ReceiverPause of(CamelContext context, String consumer) {
        return PerContext.of(context, All.class, () -> new All(new ConcurrentHashMap<>())).pauses.computeIfAbsent(consumer, name -> new ReceiverPause(context, name));
    }

    /**
     * @param  place   partition or queue, in which one message holds up the others, not null
     * @param  message that an outage has met there, not null
     * @return         true if it may hold its place for some more time
     */
    public synchronized boolean isPatientWith(Object place, Object message) {
        Outage known = outages.get(place);
        if (known == null || !known.message.equals(message)) {
            known = new Outage(message, System.nanoTime());
            outages.put(place, known);
        }
        return System.nanoTime() - known.since < TimeUnit.MILLISECONDS.toNanos(duration("outage-patience"));
    }

    /**
     * @param  dataSource bean name of the inbox's data source, not null
     * @param  key        of the message, or what stands for it, not null
     * @param  message    that has failed for good, not null; the same one may be asked for again
     * @param  failure    of it, not null
     * @return            true if it must not be given up now
     */
    public boolean brakes(String dataSource, Object key, Object message, Throwable failure) {
        int limit = Integer.parseInt(RetrySettings.value(context, "inbox", consumer, "brake").trim());
        if (limit == 0 || mayPass(limit, key, message)) {
            return false;
        }
        if (!braked) {
            Incidents.raise(context, dataSource, "BRAKE", consumer, failure.getClass().getName(), "messages of " + limit + " keys in a row were wrong for "
                    + "good, so this is rather the deployment than they: one each inbox.brake-delay is made a dead letter, the others wait. Mend the "
                    + "receiver or its downstream; the last error: " + FailureText.message(failure, 2000));
            braked = true;
        } else if (!Incidents.isOpen(context, dataSource, "BRAKE", consumer)) {
            release();
            return !mayPass(limit, key, message);
        }
        return true;
    }

    private synchronized boolean mayPass(int limit, Object key, Object message) {
        if (message.equals(passed)) {
            return true;
        }
        boolean last = failedKeys.size() >= limit;
        if (last && System.nanoTime() - passedAt < TimeUnit.MILLISECONDS.toNanos(duration("brake-delay"))) {
            return false;
        }
        if (!last) {
            failedKeys.add(key);
        }
        passed = message;
        passedAt = System.nanoTime();
        return true;
    }

    private synchronized void release() {
        failedKeys.clear();
        braked = false;
    }

    /** Tells when the exchange is done that its message was handled, if it was: no outage, and nothing to brake. */
    static void tellIfHandled(Exchange exchange, InboxMessage message) {
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onComplete(Exchange done) {
                if (!ExchangeHelper.isFailureHandled(done)) {
                    of(done.getContext(), message.consumer()).handled(message.dataSource());
                }
            }
        });
    }

    private void handled(String dataSource) {
        synchronized (this) {
            outages.remove(PARKED);
            // an incident that another process has begun ends too
            if (failedKeys.isEmpty() && !braked && System.nanoTime() - endedAt < LOOK_NANOS) {
                return;
            }
            release();
            endedAt = System.nanoTime();
        }
        Incidents.end(context, dataSource, "OUTAGE", consumer);
        Incidents.end(context, dataSource, "BRAKE", consumer);
    }

    private long duration(String setting) {
        return Settings.duration(RetrySettings.value(context, "inbox", consumer, setting));
    }

    private record Outage(Object message, long since) {
    }

    private record All(Map<String, ReceiverPause> pauses) {
    }
}
