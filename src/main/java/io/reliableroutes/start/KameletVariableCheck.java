package io.reliableroutes.start;

import java.util.function.BiConsumer;

import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.ExchangeHelper;

/** What a Kamelet sets has to reach the route that calls it. Camel 4.8 leaves variables out of what it copies back, 4.14 does not. */
final class KameletVariableCheck {

    private static final String VARIABLE = "step";

    private KameletVariableCheck() {
    }

    static void check(CamelContext context) {
        check(context, ExchangeHelper::copyResults);
    }

    /** @param copyResults to the first exchange from the second, as a Kamelet's end does */
    static void check(CamelContext context, BiConsumer<Exchange, Exchange> copyResults) {
        Exchange caller = new DefaultExchange(context);
        Exchange kamelet = new DefaultExchange(context);
        kamelet.setVariable(VARIABLE, "");
        copyResults.accept(caller, kamelet);
        if (caller.getVariable(VARIABLE) == null) {
            throw new ConfigurationException("Camel " + context.getVersion() + " loses the variables that a Kamelet sets: a message behind a parked one of its key would be "
                    + "handled twice, and sagas would stand still. Use Camel 4.14 or newer.");
        }
    }
}
