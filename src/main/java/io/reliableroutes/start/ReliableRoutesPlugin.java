package io.reliableroutes.start;

import io.reliableroutes.support.StartCheck;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ContextServicePlugin;

/** Gives every Camel context that has the pack on its class path its {@link Vocabulary}. Camel finds it by {@code META-INF/services}. */
public class ReliableRoutesPlugin implements ContextServicePlugin {

    @Override
    public void load(CamelContext camelContext) {
        try {
            Vocabulary.load(camelContext);
        } catch (LinkageError e) {
            // a library is missing: Camel warns at most
            StartCheck.failed(camelContext, e);
            throw e;
        }
    }
}
