package io.reliableroutes.start;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.model.TemplatedRouteDefinition;
import org.apache.camel.util.StringHelper;

/**
 * Makes the retry route of each receiver and each relay, with the parameters of that, when its file has been read. A {@code templatedRoute} of a
 * retry that is written all the same, in this file or another, is the same one.
 */
final class RetryRoutes implements RouteBuilderLifecycleStrategy {

    private static final Map<String, String> RETRIES = Map.of("inbox", "inbox-retry", "inbox-jms", "inbox-retry", "outbox-relay", "outbox-retry");

    /** What there is one retry route for. */
    private static final Map<String, String> WHOSE = Map.of("inbox-retry", "inboxConsumer", "outbox-retry", "relayDataSource");

    /** In which file each is made. A file that is loaded again makes its own again. */
    private final Map<String, String> places = new ConcurrentHashMap<>();

    @Override
    public void afterConfigure(RouteBuilder file) {
        List<TemplatedRouteDefinition> routes = file.getTemplatedRouteCollection().getTemplatedRoutes();
        Set<String> here = new HashSet<>();
        routes.removeIf(route -> WHOSE.containsKey(route.getRouteTemplateRef()) && !isFirst(file, route, here));
        for (TemplatedRouteDefinition route : List.copyOf(routes)) {
            if (RETRIES.containsKey(route.getRouteTemplateRef())) {
                TemplatedRouteDefinition retry = retry(file, route);
                if (isFirst(file, retry, here)) {
                    routes.add(retry);
                }
            }
        }
    }

    private static TemplatedRouteDefinition retry(RouteBuilder file, TemplatedRouteDefinition route) {
        String template = RETRIES.get(route.getRouteTemplateRef());
        Set<String> parameters = ((ModelCamelContext) file.getContext()).getRouteTemplateDefinition(template).getTemplateParameters().stream()
                .map(RouteTemplateParameterDefinition::getName).collect(Collectors.toSet());
        TemplatedRouteDefinition retry = new TemplatedRouteDefinition();
        retry.setRouteTemplateRef(template);
        retry.setRouteId(route.getRouteId() == null ? null : route.getRouteId() + "-retry");
        retry.setPrefixId(route.getPrefixId());
        retry.setCamelContext(route.getCamelContext());
        retry.setResource(route.getResource());
        route.getParameters().stream().filter(parameter -> parameters.contains(StringHelper.dashToCamelCase(parameter.getName())))
                .forEach(parameter -> retry.parameter(parameter.getName(), parameter.getValue()));
        return retry;
    }

    /** Whether nobody else has one for the same consumer or data source. */
    private boolean isFirst(RouteBuilder file, TemplatedRouteDefinition retry, Set<String> here) {
        String parameter = WHOSE.get(retry.getRouteTemplateRef());
        String whose = retry.getParameters().stream().filter(each -> StringHelper.dashToCamelCase(each.getName()).equals(parameter))
                .map(each -> file.getContext().resolvePropertyPlaceholders(each.getValue())).findFirst().orElse("");
        String place = file.getResource() == null ? file.toString() : file.getResource().getLocation();
        return here.add(parameter + " " + whose) && places.computeIfAbsent(parameter + " " + whose, key -> place).equals(place);
    }
}
