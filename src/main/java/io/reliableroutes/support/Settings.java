package io.reliableroutes.support;

import java.util.regex.Pattern;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.util.TimeUtils;

/** Reads settings that YAML cannot read as they are written: durations like {@code 30d}, for statements that count in milliseconds. */
public class Settings {

    private static final Pattern DURATION = Pattern.compile("[0-9]+|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?");

    /**
     * @param  exchange               any exchange of the context, not null
     * @param  name                   of a setting that is a duration, not null
     * @return                        its value in milliseconds
     * @throws ConfigurationException if it is missing or no duration
     */
    public long milliseconds(Exchange exchange, String name) {
        return duration(exchange.getContext(), name);
    }

    /** The same for Java, with the same errors. It has another name: where there are two methods of one, Camel has to guess which of them a route means. */
    public static long duration(CamelContext context, String name) {
        String value = text(context, name);
        Long duration = duration(value);
        if (duration == null) {
            throw new ConfigurationException(name + " (" + value + ") is no duration: nobody would know how long. "
                    + "Write for example 15s, 4m, 8h or 30d.");
        }
        return duration;
    }

    /** Milliseconds, or null if the text is no duration: Camel itself takes many a word for 0. */
    public static Long duration(String text) {
        return DURATION.matcher(text.trim()).matches() && !text.isBlank() ? (Long) TimeUtils.toMilliSeconds(text.trim()) : null;
    }

    /** The same of a text that counts in seconds where it has no unit, as {@code tx.timeout} does. */
    public static Long seconds(String text) {
        return duration(text.trim().matches("[0-9]{1,10}") ? text.trim() + "s" : text);
    }

    /** The value, empty if it is not set; never null. */
    public static String text(CamelContext context, String name) {
        return KnownSettings.value(context, name).orElse("");
    }
}
