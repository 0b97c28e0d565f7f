package io.reliableroutes.start;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.model.TemplatedRouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.util.StringHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses parameters of a {@code templatedRoute} that a template of the pack does not have: Camel drops them, and the default goes on unseen.
 * Looks when a file has been read, since a route does not tell afterwards which template it is made of.
 */
final class TemplateParameterCheck implements RouteBuilderLifecycleStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(TemplateParameterCheck.class);

    @Override
    public void afterConfigure(RouteBuilder file) {
        for (TemplatedRouteDefinition route : file.getTemplatedRouteCollection().getTemplatedRoutes()) {
            check(route, ((ModelCamelContext) file.getContext()).getRouteTemplateDefinition(route.getRouteTemplateRef()), file.getResource());
        }
    }

    /** A file that is read later may define it, so this refuses nothing: Camel does, and names neither file nor template. */
    private static void tellUnknown(TemplatedRouteDefinition route, Resource file) {
        String nearest = NearestName.of(route.getRouteTemplateRef(), VocabularyFiles.STEMS);
        if (NearestName.distance(route.getRouteTemplateRef(), nearest) <= NearestName.SLIP) {
            LOG.warn("templatedRoute{} of {} names {}, which is no template of the pack: if no file of yours defines it, its route cannot be made. Write {}.",
                    route.getRouteId() == null ? "" : " " + route.getRouteId(), file == null ? "Java" : file.getLocation(), route.getRouteTemplateRef(), nearest);
        }
    }

    private static void check(TemplatedRouteDefinition route, RouteTemplateDefinition template, Resource file) {
        if (template == null) {
            tellUnknown(route, file);
            return;
        }
        if (!VocabularyFiles.STEMS.contains(template.getId())) {
            return;
        }
        String name = "templatedRoute " + (route.getRouteId() == null ? "of " + template.getId() : route.getRouteId())
                + (file == null ? "" : " of " + file.getLocation());
        Set<String> known = template.getTemplateParameters().stream().map(RouteTemplateParameterDefinition::getName).collect(Collectors.toSet());
        List<String> given = route.getParameters().stream().map(parameter -> StringHelper.dashToCamelCase(parameter.getName())).toList();
        for (String parameter : given) {
            if (!known.contains(parameter)) {
                throw new ConfigurationException(name + ": " + parameter + " is no parameter of " + template.getId() + ": its value would be used "
                        + "nowhere. Write " + NearestName.of(parameter, known) + ", or leave it out.");
            }
        }
        for (RouteTemplateParameterDefinition parameter : template.getTemplateParameters()) {
            if (!given.contains(parameter.getName()) && parameter.getDefaultValue() == null) {
                throw new ConfigurationException(name + ": the parameter " + parameter.getName() + " of " + template.getId() + " is missing: "
                        + "its route could not be made. Add it: " + parameter.getDescription() + ".");
            }
        }
    }
}
