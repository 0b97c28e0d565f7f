package io.reliableroutes.support;

import java.util.function.Supplier;

import org.apache.camel.CamelContext;

/** What there is one of in each Camel context, made when somebody asks for it first. */
public final class PerContext {

    private PerContext() {
    }

    /**
     * @param type  under which the context keeps it, not null
     * @param maker makes it, at most once for each context, not null
     * @return      the one of the context, not null
     */
    public static <T> T of(CamelContext context, Class<T> type, Supplier<T> maker) {
        synchronized (context) {
            T known = context.getCamelContextExtension().getContextPlugin(type);
            if (known == null) {
                known = maker.get();
                context.getCamelContextExtension().addContextPlugin(type, known);
            }
            return known;
        }
    }
}
