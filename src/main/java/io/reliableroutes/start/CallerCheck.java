package io.reliableroutes.start;

import java.util.Set;
import java.util.TreeSet;

import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.rest.RestDefinition;
import org.apache.camel.model.rest.VerbDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names handlers and parts of handlers that no route of the process calls: the file of their receiver may have been forgotten. Refuses nothing. */
final class CallerCheck {

    private static final Logger LOG = LoggerFactory.getLogger(CallerCheck.class);

    private final ModelCamelContext context;

    CallerCheck(ModelCamelContext context) {
        this.context = context;
    }

    void check() {
        Set<String> called = new TreeSet<>();
        StringBuilder other = new StringBuilder();
        for (RouteDefinition route : context.getRouteDefinitions()) {
            Call.of(route.getOutputs()).forEach(call -> called.add(address(RouteUri.of(context, route, call.uri()))));
            // enrich, recipientList and so on
            other.append(route.getOutputs());
        }
        for (RestDefinition rest : context.getRestDefinitions()) {
            for (VerbDefinition verb : rest.getVerbs()) {
                other.append(verb.getTo() == null ? "" : verb.getTo().getUri());
            }
        }
        for (RouteDefinition route : context.getRouteDefinitions()) {
            String from = address(RouteUri.of(context, route, route.getInput().getEndpointUri()));
            if (from.startsWith("direct:") && TransactionCheck.hasNoErrorHandler(route) && !called.contains(from) && !other.toString().contains(from)) {
                LOG.warn("route {} is a part of somebody's transaction, and no route of this process calls {}: it does nothing here. If a file was forgotten, "
                        + "that of its receiver for example, name it on the command line.", route.getId(), from);
            }
        }
    }

    private static String address(String uri) {
        return uri.replaceFirst("\\?.*", "");
    }
}
