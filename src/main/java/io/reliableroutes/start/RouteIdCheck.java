package io.reliableroutes.start;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.TemplatedRouteDefinition;
import org.apache.camel.model.rest.VerbDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.util.StringHelper;

/**
 * Refuses an id that two routes have: Camel takes a route with the id of another for its newer version, and removes the other without a word
 * ({@code DefaultModel.addRouteDefinitions}). A newer version comes from the same file. Each use of a Kamelet is a route too, whose id stands behind its
 * slash.
 */
final class RouteIdCheck implements RouteBuilderLifecycleStrategy {

    /** In which file each id was read. */
    private final Map<String, String> places = new ConcurrentHashMap<>();

    @Override
    public void afterConfigure(RouteBuilder file) {
        ModelCamelContext context = (ModelCamelContext) file.getContext();
        String place = file.getResource() == null ? file.getClass().getName() : file.getResource().getLocation();
        Set<String> here = new HashSet<>();
        for (String id : ids(file)) {
            RouteDefinition other = context.getRouteDefinition(id);
            // templated routes are made when all files are read
            boolean isThere = other != null || !context.isStarted() && places.containsKey(id);
            String before = places.getOrDefault(id, other == null ? place : place(other));
            // Java may replace a route by its id in a context that runs, as Camel tells how
            boolean newer = file.getResource() == null ? context.isStarted() : before.equals(place);
            if (!here.add(id) || isThere && !newer) {
                throw new ConfigurationException("route id " + id + " is there twice, in " + before + " and in " + place + ": Camel would replace the first route by "
                        + "the second, and nobody would do its work. Give one of them another id.");
            }
        }
        here.forEach(id -> places.put(id, place));
        if (context.isStarted()) {
            List<RouteDefinition> routes = new ArrayList<>(file.getRouteCollection().getRoutes());
            context.getRouteDefinitions().stream().filter(route -> !here.contains(route.getId())).forEach(routes::add);
            checkKamelets(context, routes);
        }
    }

    private static List<String> ids(RouteBuilder file) {
        List<String> ids = new ArrayList<>();
        file.getRouteCollection().getRoutes().forEach(route -> ids.add(route.getId()));
        file.getTemplatedRouteCollection().getTemplatedRoutes().stream().map(TemplatedRouteDefinition::getRouteId).forEach(ids::add);
        file.getRestCollection().getRests().forEach(rest -> rest.getVerbs().stream().map(VerbDefinition::getRouteId).forEach(ids::add));
        ids.removeIf(Objects::isNull);
        return ids;
    }

    private static String place(RouteDefinition route) {
        Resource file = route.getResource();
        return file == null ? "Java" : file.getLocation();
    }

    /** @throws ConfigurationException for the first Kamelet whose use has the id of a route, or of another use */
    static void checkKamelets(ModelCamelContext context) {
        checkKamelets(context, context.getRouteDefinitions());
    }

    private static void checkKamelets(ModelCamelContext context, Collection<RouteDefinition> routes) {
        Map<String, RouteDefinition> ids = new HashMap<>();
        routes.stream().filter(route -> !Boolean.TRUE.equals(route.isKamelet()) && route.getId() != null).forEach(route -> ids.put(route.getId(), route));
        List<Use> uses = new ArrayList<>();
        for (RouteDefinition route : routes) {
            uses.add(new Use("route " + route.getId(), RouteUri.of(context, route, route.getInput().getEndpointUri())));
            Call.of(route.getOutputs()).forEach(call -> uses.add(new Use("route " + route.getId(), RouteUri.of(context, route, call.uri()))));
        }
        context.getRouteConfigurationDefinitions().forEach(configuration -> Call.of(configuration.getOnExceptions())
                .forEach(call -> uses.add(new Use("route configuration " + configuration.getId(), RouteUri.of(context, new RouteDefinition(), call.uri())))));
        Map<String, Use> others = new HashMap<>();
        for (Use use : uses) {
            String id = use.uri.startsWith("kamelet:") ? StringHelper.after(use.address(), "/") : null;
            if (id == null) {
                continue;
            }
            if (ids.containsKey(id)) {
                throw new ConfigurationException(use.caller + ": " + use.address() + " has the id of route " + id + " of " + place(ids.get(id)) + ": Camel would replace that "
                        + "route by the Kamelet, and nobody would do its work. Give the use of the Kamelet another id.");
            }
            Use other = others.putIfAbsent(id, use);
            if (other != null && !use.isSame(other)) {
                throw new ConfigurationException(use.caller + ": " + use.address() + " has the id of " + other.address() + " of " + other.caller + ", which is another use: Camel "
                        + "would replace one by the other, and the messages of both would go one way. Give each use an id of its own.");
            }
        }
    }

    private record Use(String caller, String uri) {

        String address() {
            return StringHelper.before(uri + "?", "?");
        }

        boolean isSame(Use other) {
            return address().equals(other.address()) && ConfigurationCheck.query(uri).equals(ConfigurationCheck.query(other.uri));
        }
    }
}
