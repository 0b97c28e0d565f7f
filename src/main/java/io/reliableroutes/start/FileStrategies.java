package io.reliableroutes.start;

import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spi.Registry;

/**
 * What looks at each route file when it has been read, or adds to it. Camel asks the registry for it, and a context may be given another registry
 * after the plug-in has seen it: {@code new DefaultCamelContext(registry)} does.
 */
final class FileStrategies {

    private static final String LAST = "reliableRoutesRouteIdCheck";

    private FileStrategies() {
    }

    /** Once for each registry, in the order in which they look. */
    static void install(CamelContext context) {
        Registry registry = context.getRegistry();
        if (registry.lookupByName(LAST) == null) {
            registry.bind("reliableRoutesTemplateParameterCheck", RouteBuilderLifecycleStrategy.class, new TemplateParameterCheck());
            registry.bind("reliableRoutesSiblingCheck", RouteBuilderLifecycleStrategy.class, new SiblingCheck());
            // what it makes needs no check, and what it is made of has been checked
            registry.bind("reliableRoutesCompanionRoutes", RouteBuilderLifecycleStrategy.class, new CompanionRoutes());
            registry.bind(LAST, RouteBuilderLifecycleStrategy.class, new RouteIdCheck());
        }
    }

    /** @throws ConfigurationException if the context has routes whose files nobody has looked at */
    static void require(CamelContext context) {
        if (context.getRegistry().lookupByName(LAST) == null && !((ModelCamelContext) context).getRouteDefinitions().isEmpty()) {
            throw new ConfigurationException("the Camel context was given another registry after the vocabulary of Reliable Routes was loaded: its route "
                    + "files were read without their checks, and receivers and relays have no retry route. Call new Vocabulary().setCamelContext(context) "
                    + "before the first route is added.");
        }
        install(context);
    }
}
