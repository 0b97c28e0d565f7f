package io.reliableroutes.start;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.camel.CamelContext;
import org.apache.camel.model.RouteDefinition;

/** URIs of a route before it is made. */
final class RouteUri {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([A-Za-z0-9._-]+)}}");

    private RouteUri() {
    }

    /** The URI with what is known of its placeholders filled in: template parameters, then properties. Names of template beans stay. */
    static String of(CamelContext context, RouteDefinition route, String uri) {
        String filled = PLACEHOLDER.matcher(uri).replaceAll(match -> {
            String key = match.group(1);
            Object local = parameters(route).get(key);
            String value = local != null ? local.toString() : context.getPropertiesComponent().resolveProperty(key).orElse(match.group());
            return Matcher.quoteReplacement(value);
        });
        return filled.replaceFirst("^([a-z-]+)://", "$1:");
    }

    /** What the template of the route was given, not null; empty where the route has no template. */
    static Map<String, Object> parameters(RouteDefinition route) {
        return route.getTemplateParameters() == null ? Map.of() : route.getTemplateParameters();
    }
}
