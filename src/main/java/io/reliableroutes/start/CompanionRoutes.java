package io.reliableroutes.start;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import io.reliableroutes.saga.Sagas;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.model.TemplatedRouteDefinition;
import org.apache.camel.util.StringHelper;

/**
 * Makes the other routes of each receiver and each relay, such as its retry route, with the parameters of that, when its file has been read, and
 * of a relay so many as {@code outbox.relay.workers} says. A {@code templatedRoute} of one that is written all the same, in this file or another, is the same one.
 */
final class CompanionRoutes implements RouteBuilderLifecycleStrategy {

    static final Map<String, List<String>> COMPANIONS = Map.of("inbox", List.of("inbox-batch", "inbox-single", "inbox-retry"), "inbox-jms", List.of("inbox-jms-batch", "inbox-retry"),
            "inbox-retry", List.of("inbox-retry-batch", "inbox-retry-single"), "outbox-relay", List.of("outbox-retry"));

    private static final String LIST = "inbox-list";
    private static final String RELAY = "outbox-relay";

    /** In which file each is made. A file that is loaded again makes its own again. */
    private final Map<String, String> places = new ConcurrentHashMap<>();

    @Override
    public void afterConfigure(RouteBuilder file) {
        // their receivers have companions too
        Sagas.read(file);
        List<TemplatedRouteDefinition> routes = file.getTemplatedRouteCollection().getTemplatedRoutes();
        Set<String> here = new HashSet<>();
        List.copyOf(routes).stream().filter(route -> route.getRouteTemplateRef().equals(RELAY)).forEach(relay -> addWorkers(file, relay, routes));
        routes.removeIf(route -> isCompanion(route.getRouteTemplateRef()) && !isFirst(file, route, here));
        // it grows: a companion may have its own
        for (int next = 0; next < routes.size(); next++) {
            TemplatedRouteDefinition route = routes.get(next);
            for (String template : companions(file, route)) {
                TemplatedRouteDefinition companion = companion(file, route, template);
                if (isFirst(file, companion, here)) {
                    routes.add(companion);
                }
            }
        }
    }

    private static void addWorkers(RouteBuilder file, TemplatedRouteDefinition relay, List<TemplatedRouteDefinition> routes) {
        String workers = file.getContext().getPropertiesComponent().resolveProperty("outbox.relay.workers").orElse("1").trim();
        // what is no such number is refused at the start, with the reason
        for (int worker = 2; workers.matches("\\d{1,2}") && worker <= Integer.parseInt(workers); worker++) {
            TemplatedRouteDefinition another = companion(file, relay, RELAY);
            another.setRouteId(relay.getRouteId() == null ? null : relay.getRouteId() + "-" + worker);
            routes.add(another.parameter("relayWorker", "-" + worker));
        }
    }

    private static boolean isCompanion(String template) {
        return template.equals(LIST) || COMPANIONS.values().stream().anyMatch(templates -> templates.contains(template));
    }

    /** A handler that takes a list has the batches, in the place of the one that takes a message. */
    private static List<String> companions(RouteBuilder file, TemplatedRouteDefinition route) {
        List<String> companions = COMPANIONS.getOrDefault(route.getRouteTemplateRef(), List.of());
        // a template of the users' own may have no parameters at all
        boolean isList = companions.contains("inbox-batch") && !parameter(file, route, "inboxBatchHandler").isBlank();
        return companions.stream().map(template -> isList && template.equals("inbox-batch") ? LIST : template).toList();
    }

    private static TemplatedRouteDefinition companion(RouteBuilder file, TemplatedRouteDefinition route, String template) {
        Set<String> parameters = ((ModelCamelContext) file.getContext()).getRouteTemplateDefinition(template).getTemplateParameters().stream()
                .map(RouteTemplateParameterDefinition::getName).collect(Collectors.toSet());
        TemplatedRouteDefinition companion = new TemplatedRouteDefinition();
        companion.setRouteTemplateRef(template);
        companion.setRouteId(route.getRouteId() == null ? null : route.getRouteId() + suffix(route.getRouteTemplateRef(), template));
        companion.setPrefixId(route.getPrefixId());
        companion.setCamelContext(route.getCamelContext());
        companion.setResource(route.getResource());
        route.getParameters().stream().filter(parameter -> parameters.contains(StringHelper.dashToCamelCase(parameter.getName())))
                .forEach(parameter -> companion.parameter(parameter.getName(), parameter.getValue()));
        return companion;
    }

    private static String suffix(String template, String companion) {
        return companion.substring(companion.startsWith(template) ? template.length() : companion.indexOf('-'));
    }

    /** Whether nobody else has one for the same consumer or data source. */
    private boolean isFirst(RouteBuilder file, TemplatedRouteDefinition companion, Set<String> here) {
        String whose = parameter(file, companion, companion.getRouteTemplateRef().startsWith("inbox") ? "inboxConsumer" : "relayDataSource");
        String place = file.getResource() == null ? file.toString() : file.getResource().getLocation();
        String one = companion.getRouteTemplateRef() + " " + whose;
        return here.add(one) && places.computeIfAbsent(one, key -> place).equals(place);
    }

    /** Its value, empty if it is not given. */
    private static String parameter(RouteBuilder file, TemplatedRouteDefinition route, String name) {
        return route.getParameters().stream().filter(each -> StringHelper.dashToCamelCase(each.getName()).equals(name))
                .map(each -> file.getContext().resolvePropertyPlaceholders(each.getValue())).findFirst().orElse("");
    }
}
