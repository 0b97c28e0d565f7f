package io.reliableroutes.start;

import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.spi.Resource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Refuses steps beside {@code transacted}. Camel puts them into its block, before the steps that are there, also those that stand behind it, and
 * nothing of that can be seen in the route afterwards: so this reads the file again.
 */
final class SiblingCheck implements RouteBuilderLifecycleStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(SiblingCheck.class);

    @Override
    public void afterConfigure(RouteBuilder file) {
        Resource resource = file.getResource();
        if (resource != null && resource.getLocation().endsWith(".yaml") && resource.exists()) {
            try (InputStream text = resource.getInputStream()) {
                new Load(LoadSettings.builder().build()).loadAllFromInputStream(text).forEach(document -> look(document, "", resource.getLocation()));
            } catch (ConfigurationException e) {
                throw e;
            } catch (Exception e) {
                LOG.warn("Nobody could look for steps beside transacted in {}: {}", resource.getLocation(), e.getMessage());
            }
        }
    }

    private static void look(Object node, String route, String file) {
        if (node instanceof Collection<?> nodes) {
            nodes.forEach(each -> look(each, route, file));
        } else if (node instanceof Map<?, ?> map) {
            String id = map.get("id") instanceof String name ? name : route;
            if (map.get("from") instanceof Map<?, ?> from && from.get("steps") instanceof List<?> steps) {
                check(steps, id, file);
            }
            map.values().forEach(each -> look(each, id, file));
        }
    }

    private static void check(List<?> steps, String route, String file) {
        List<String> siblings = steps.stream().filter(step -> !isTransacted(step)).map(SiblingCheck::name).toList();
        if (steps.stream().anyMatch(SiblingCheck::isTransacted) && steps.size() > 1) {
            throw new ConfigurationException("route " + route + " of " + file + ": transacted is not the only step of its route (" + siblings
                    + " beside it): Camel would run them all in the transaction, before the steps of transacted. Move them into transacted, "
                    + "or into a route of their own.");
        }
    }

    private static boolean isTransacted(Object step) {
        return name(step).equals("transacted");
    }

    private static String name(Object step) {
        return step instanceof Map<?, ?> map && !map.isEmpty() ? String.valueOf(map.keySet().iterator().next()) : String.valueOf(step);
    }
}
