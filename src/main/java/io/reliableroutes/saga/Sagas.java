package io.reliableroutes.saga;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.PerContext;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.model.TemplatedRouteDefinition;
import org.apache.camel.util.StringHelper;

/**
 * Reads the definition of each saga when its file has been read, and makes what comes with it: the receiver of its answers, which is an inbox
 * like any other, and its time-out.
 */
public final class Sagas {

    private static final String INBOX = "inbox";
    private static final String TIMEOUT = "saga-timeout";
    /** Templates whose routes come with a saga. */
    public static final List<String> COMPANIONS = List.of(INBOX, TIMEOUT);
    private static final String TEMPLATE = "saga";

    private Sagas() {
    }

    /**
     * @param  file                   that has been read, with its routes not made yet, not null
     * @throws ConfigurationException for the first definition that is none
     */
    public static void read(RouteBuilder file) {
        List<TemplatedRouteDefinition> routes = file.getTemplatedRouteCollection().getTemplatedRoutes();
        for (TemplatedRouteDefinition route : List.copyOf(routes)) {
            if (TEMPLATE.equals(route.getRouteTemplateRef())) {
                Map<String, String> parameters = parameters(file.getContext(), route);
                SagaDefinition saga = SagaDefinition.of(parameters);
                String place = file.getResource() == null ? file.toString() : file.getResource().getLocation();
                Known known = known(file.getContext()).put(saga.name(), new Known(saga, place, route));
                // a file that is loaded again defines its sagas again
                if (known != null && (!known.place.equals(place) || routes.contains(known.route))) {
                    throw new ConfigurationException("saga " + saga.name() + " is defined twice, in " + known.place + " and " + place + ": nobody would know its steps. "
                            + "Take one of the two away, or give it another sagaName.");
                }
                String receiver = "saga-" + saga.name();
                routes.add(companion(route, INBOX, "-answers", Map.of("inboxConsumer", receiver, "inboxTopic", parameters.get("sagaAnswers"), "inboxHandler", receiver,
                        "inboxDataSource", saga.dataSource())));
                routes.add(companion(route, TIMEOUT, "-timeout", Map.of("sagaName", saga.name(), "sagaDataSource", saga.dataSource())));
            }
        }
    }

    private static TemplatedRouteDefinition companion(TemplatedRouteDefinition saga, String template, String ending, Map<String, String> parameters) {
        TemplatedRouteDefinition companion = new TemplatedRouteDefinition();
        companion.setRouteTemplateRef(template);
        companion.setRouteId(saga.getRouteId() == null ? null : saga.getRouteId() + ending);
        companion.setPrefixId(saga.getPrefixId());
        companion.setCamelContext(saga.getCamelContext());
        companion.setResource(saga.getResource());
        parameters.forEach(companion::parameter);
        return companion;
    }

    private static Map<String, String> parameters(CamelContext context, TemplatedRouteDefinition route) {
        Map<String, String> parameters = new HashMap<>();
        for (RouteTemplateParameterDefinition parameter : ((ModelCamelContext) context).getRouteTemplateDefinition(TEMPLATE).getTemplateParameters()) {
            if (parameter.getDefaultValue() != null) {
                parameters.put(parameter.getName(), parameter.getDefaultValue());
            }
        }
        route.getParameters().forEach(parameter -> parameters.put(StringHelper.dashToCamelCase(parameter.getName()),
                context.resolvePropertyPlaceholders(parameter.getValue()).trim()));
        return parameters;
    }

    /** A saga of the context by its name, null if it has none of that name. */
    static SagaDefinition find(CamelContext context, String name) {
        Known known = known(context).get(name);
        return known == null ? null : known.saga;
    }

    /** Those of the context, by their names; not null. */
    static Map<String, SagaDefinition> all(CamelContext context) {
        Map<String, SagaDefinition> all = new TreeMap<>();
        known(context).forEach((name, known) -> all.put(name, known.saga));
        return all;
    }

    private static AllKnown known(CamelContext context) {
        return PerContext.of(context, AllKnown.class, AllKnown::new);
    }

    private record Known(SagaDefinition saga, String place, TemplatedRouteDefinition route) {
    }

    private static final class AllKnown extends ConcurrentHashMap<String, Known> {

        private static final long serialVersionUID = 1;
    }
}
