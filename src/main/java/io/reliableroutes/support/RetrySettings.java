package io.reliableroutes.support;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

import org.apache.camel.CamelContext;

/**
 * When a failed message is tried again. A setting is looked up for one consumer or destination, then in the profile, then for the side:
 * {@code inbox.my-consumer.retry.delay}, {@code profile.<retry.profile>.inbox.retry.delay}, {@code inbox.retry.delay}.
 *
 * @param name              consumer or destination with its side, not null, for messages
 * @param immediateAttempts attempts, with the first, before the message is parked; at least 1
 * @param immediateDelay    milliseconds between these
 * @param firstDelay        milliseconds until the first retry of a parked message
 * @param delay             milliseconds between the first retry and the second
 * @param multiplier        by which each further delay is longer; 1 for a fixed delay
 * @param maxDelay          longest delay, milliseconds
 * @param jitter            share of a delay by which it varies at random, 0 to 1
 * @param maxAttempts       retries of a parked message, 0 for none
 */
public record RetrySettings(String name, int immediateAttempts, long immediateDelay, long firstDelay, long delay, double multiplier, long maxDelay,
        double jitter, int maxAttempts) {

    /** What can be set, and what it has to be. */
    static final Map<String, String> KINDS = kinds();

    private static Map<String, String> kinds() {
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put("immediate-attempts", "a whole number, for example 3");
        kinds.put("immediate-delay", "a duration, for example 200ms");
        kinds.put("retry.first-delay", "a duration, for example 4m");
        kinds.put("retry.delay", "a duration, for example 1m");
        kinds.put("retry.multiplier", "a number, for example 2");
        kinds.put("retry.max-delay", "a duration, for example 1h");
        kinds.put("retry.jitter", "a number from 0 to 1");
        kinds.put("retry.max-attempts", "a whole number, for example 50");
        return kinds;
    }

    /**
     * @param  side                   {@code inbox} or {@code outbox}
     * @param  name                   consumer or destination, not null
     * @return                        its settings, checked
     * @throws ConfigurationException if a value is no duration or number, or values contradict each other
     */
    public static RetrySettings of(CamelContext context, String side, String name) {
        Map<String, Double> values = new LinkedHashMap<>();
        KINDS.forEach((setting, kind) -> {
            String text = value(context, side, name, setting);
            Double number = number(text, kind.startsWith("a duration"));
            if (number == null) {
                throw new ConfigurationException(side + "." + setting + " (" + text + ") for " + name + " is not " + kind
                        + ": nobody would know when a failed message is tried again. Correct it.");
            }
            values.put(setting, number);
        });
        RetrySettings settings = new RetrySettings(side + " of " + name, values.get("immediate-attempts").intValue(),
                values.get("immediate-delay").longValue(), values.get("retry.first-delay").longValue(), values.get("retry.delay").longValue(),
                values.get("retry.multiplier"), values.get("retry.max-delay").longValue(), values.get("retry.jitter"),
                values.get("retry.max-attempts").intValue());
        settings.check();
        return settings;
    }

    private static Double number(String text, boolean duration) {
        if (duration) {
            Long milliseconds = Settings.duration(text);
            return milliseconds == null ? null : milliseconds.doubleValue();
        }
        return text.matches("-?[0-9]+([.][0-9]+)?") ? Double.valueOf(text) : null;
    }

    /** The value of a setting for one consumer or destination, never null; empty if it is set nowhere. */
    public static String value(CamelContext context, String side, String name, String setting) {
        return KnownSettings.value(context, side + "." + name + "." + setting)
                .or(() -> KnownSettings.value(context, "profile." + Settings.text(context, "retry.profile") + "." + side + "." + setting))
                .or(() -> KnownSettings.value(context, side + "." + setting))
                .orElse("");
    }

    private void check() {
        refuse(immediateAttempts < 1, "immediate-attempts (" + immediateAttempts + ") is less than 1: no message would be tried at all",
                "Set it to 1 or more");
        refuse(maxAttempts < 0, "retry.max-attempts (" + maxAttempts + ") is negative: nobody would know when to give up",
                "Set it to 0 for no retries after the immediate ones, or to more");
        refuse(maxDelay < firstDelay || maxDelay < delay, "retry.max-delay (" + maxDelay + " ms) is shorter than retry.first-delay ("
                + firstDelay + " ms) or retry.delay (" + delay + " ms): no retry could keep both", "Raise retry.max-delay");
        refuse(multiplier < 1, "retry.multiplier (" + multiplier + ") is less than 1: retries would come faster and faster in an outage",
                "Set it to 1 for a fixed delay, or to more");
        refuse(jitter < 0 || jitter > 1, "retry.jitter (" + jitter + ") is not from 0 to 1: a delay could be negative", "Set for example 0.2");
        refuse(delay < 0 || firstDelay < 0 || immediateDelay < 0, "a delay is negative: it could not be kept", "Set it to 0 or more");
    }

    private void refuse(boolean wrong, String problem, String fix) {
        if (wrong) {
            throw new ConfigurationException(name + ": " + problem + ". " + fix + ".");
        }
    }

    /**
     * @param  attempts that have failed, at least 1
     * @return          milliseconds until the next one, or null if there is none
     */
    public Long next(int attempts) {
        if (attempts < immediateAttempts) {
            return immediateDelay;
        }
        int retries = attempts - immediateAttempts;
        if (retries >= maxAttempts) {
            return null;
        }
        double variation = 1 + jitter * (2 * ThreadLocalRandom.current().nextDouble() - 1);
        return (long) (plain(retries) * variation);
    }

    private double plain(int retries) {
        return retries == 0 ? firstDelay : Math.min(maxDelay, delay * Math.pow(multiplier, retries - 1));
    }

    /** The longest time from the first failure to the dead letter, milliseconds, without the attempts themselves. */
    public long horizon() {
        double sum = (double) immediateDelay * immediateAttempts;
        for (int retry = 0; retry < maxAttempts; retry++) {
            sum += plain(retry) * (1 + jitter);
        }
        return (long) sum;
    }
}
