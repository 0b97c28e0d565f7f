package io.reliableroutes.start;

import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.PropertiesFunction;

/**
 * <code>{{milliseconds:name}}</code>: a setting that is a duration, for the options of Camel that take a number only, as those of a redelivery policy
 * do. Camel reads these when a message has failed, and fails itself.
 */
final class MillisecondsFunction implements PropertiesFunction {

    private final CamelContext context;

    MillisecondsFunction(CamelContext context) {
        this.context = context;
    }

    @Override
    public String getName() {
        return "milliseconds";
    }

    /** @throws io.reliableroutes.support.ConfigurationException if the setting is no duration */
    @Override
    public String apply(String setting) {
        return String.valueOf(Settings.duration(context, setting));
    }

    @Override
    public boolean lookupFirst(String setting) {
        return false;
    }
}
