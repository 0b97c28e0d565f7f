package io.reliableroutes.start;

import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.util.StringHelper;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Refuses parameters that a Kamelet of the pack does not have, and those it lacks: Camel drops the former, and a key for example is lost unseen. */
final class KameletCheck {

    /** What Camel's own Kamelet component takes. */
    private static final List<String> OPTIONS = List.of("noErrorHandler", "bridgeErrorHandler", "exceptionHandler", "exchangePattern",
            "lazyStartProducer", "location", "block", "timeout");

    private final ModelCamelContext context;

    KameletCheck(ModelCamelContext context) {
        this.context = context;
    }

    /** @throws ConfigurationException for the first problem it finds in a route or a route configuration */
    void check() {
        for (RouteDefinition route : context.getRouteDefinitions()) {
            String file = route.getResource() == null ? "" : " of " + route.getResource().getLocation();
            Call.of(route.getOutputs()).forEach(call -> check("route " + route.getId() + file, call.uri()));
        }
        context.getRouteConfigurationDefinitions().forEach(configuration -> Call.of(configuration.getOnExceptions())
                .forEach(call -> check("route configuration " + configuration.getId(), call.uri())));
    }

    private void check(String caller, String uri) {
        String kamelet = uri.matches("kamelet:(//)?[^/?]+.*") ? uri.replaceFirst("kamelet:(//)?([^/?]+).*", "$2") : "";
        if (kamelet.isEmpty()) {
            return;
        }
        Resource file = PluginHelper.getResourceLoader(context).resolveResource("classpath:camel/" + kamelet + ".kamelet.yaml");
        if (!file.exists()) {
            checkName(caller, uri, kamelet);
            return;
        }
        Map<?, ?> definition = (Map<?, ?>) ((Map<?, ?>) read(kamelet, file).get("spec")).get("definition");
        Set<String> known = ((Map<?, ?>) definition.get("properties")).keySet().stream().map(Object::toString).collect(Collectors.toSet());
        Set<String> given = ConfigurationCheck.query(uri).keySet().stream().map(StringHelper::dashToCamelCase).collect(Collectors.toSet());
        for (String parameter : given) {
            if (!known.contains(parameter) && !OPTIONS.contains(parameter)) {
                throw new ConfigurationException(caller + ": " + parameter + " is no parameter of the Kamelet " + kamelet + ": its value would be "
                        + "used nowhere. " + (known.isEmpty() ? "Leave it out." : "Write " + NearestName.of(parameter, known) + ", or leave it out."));
            }
        }
        for (Object parameter : (Collection<?>) (definition.get("required") == null ? List.of() : definition.get("required"))) {
            if (!given.contains(parameter) && !isConfigured(kamelet, parameter.toString(), StringHelper.before(uri + "?", "?"))) {
                throw new ConfigurationException(caller + ": the parameter " + parameter + " of the Kamelet " + kamelet + " is missing: nothing could "
                        + "be written. Add it.");
            }
        }
    }

    /** What is not the pack's may be somebody's own: it is refused only if it is nowhere, and nearly one of the pack's. */
    private void checkName(String caller, String uri, String kamelet) {
        if (uri.contains("location=") || context.getRouteTemplateDefinition(kamelet) != null) {
            return;
        }
        String nearest = NearestName.of(kamelet, names());
        if (nearest == null || NearestName.distance(kamelet, nearest) > NearestName.SLIP) {
            return;
        }
        for (String place : context.getComponent("kamelet", KameletComponent.class).getLocation().split(",")) {
            if (PluginHelper.getResourceLoader(context).resolveResource(place.trim() + "/" + kamelet + ".kamelet.yaml").exists()) {
                return;
            }
        }
        throw new ConfigurationException(caller + ": " + kamelet + " is no Kamelet: nothing could be written by it. Write " + nearest + ", or add its file.");
    }

    private Set<String> names() {
        try {
            return PluginHelper.getPackageScanResourceResolver(context).findResources("classpath:camel/*.kamelet.yaml").stream()
                    .map(file -> StringHelper.before(StringHelper.afterLast("/" + file.getLocation(), "/"), ".kamelet.yaml")).collect(Collectors.toSet());
        } catch (Exception e) {
            // it only helps to word a refusal
            return Set.of();
        }
    }

    /** Camel also takes parameters of Kamelets from properties, for all uses or for one. */
    private boolean isConfigured(String kamelet, String parameter, String address) {
        String use = address.contains("/") ? "." + StringHelper.afterLast(address, "/") : "";
        return context.getPropertiesComponent().resolveProperty("camel.kamelet." + kamelet + "." + parameter).isPresent()
                || context.getPropertiesComponent().resolveProperty("camel.kamelet." + kamelet + use + "." + parameter).isPresent();
    }

    private static Map<?, ?> read(String kamelet, Resource file) {
        try (InputStream text = file.getInputStream()) {
            return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromInputStream(text);
        } catch (Exception e) {
            throw new ConfigurationException("the Kamelet " + kamelet + " cannot be read: " + e.getMessage() + ". Nothing could be written by it. "
                    + "Correct what is on the class path.");
        }
    }
}
