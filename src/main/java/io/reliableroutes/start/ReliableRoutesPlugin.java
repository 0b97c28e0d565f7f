package io.reliableroutes.start;

import org.apache.camel.CamelContext;
import org.apache.camel.spi.ContextServicePlugin;

/** Gives every Camel context that has the pack on its class path its {@link Vocabulary}. Camel finds it by {@code META-INF/services}. */
public class ReliableRoutesPlugin implements ContextServicePlugin {

    @Override
    public void load(CamelContext camelContext) {
        Vocabulary.load(camelContext);
    }
}
