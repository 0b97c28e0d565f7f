package io.reliableroutes.start;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;

import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;

/** Refuses data sources that routes name and nobody defines, before Camel makes the routes and fails at the first statement that has none. */
final class DataSourceCheck {

    /** In the URI of a step. */
    static final Pattern NAME = Pattern.compile("(?:[?&](?:dataSource|\\w+DataSource)=(?:#|%23)?+(?:bean(?::|%3A))?+|^jdbc:)(\\w+)");

    private final ModelCamelContext context;

    DataSourceCheck(ModelCamelContext context) {
        this.context = context;
    }

    /** @throws ConfigurationException for the first one */
    void check() {
        for (RouteDefinition route : context.getRouteDefinitions()) {
            for (Map.Entry<String, Object> parameter : RouteUri.parameters(route).entrySet()) {
                if (parameter.getKey().endsWith("DataSource")) {
                    check(route, context.resolvePropertyPlaceholders(parameter.getValue().toString()));
                }
            }
            for (Call call : Call.of(route.getOutputs())) {
                Matcher name = NAME.matcher(RouteUri.of(context, route, call.uri()));
                while (name.find()) {
                    check(route, name.group(1));
                }
            }
        }
    }

    private void check(RouteDefinition route, String name) {
        Object bean = context.getRegistry().lookupByName(name);
        if (bean instanceof DataSource) {
            return;
        }
        if (bean != null) {
            throw new ConfigurationException("data source " + name + " of route " + route.getId() + " is a bean of the class " + bean.getClass().getName()
                    + ": the route could not reach a database. Give that bean another name, or the data source.");
        }
        String prefix = SuppliedBeans.prefix(name);
        Set<String> others = new TreeSet<>();
        context.getPropertiesComponent().loadProperties(property -> property.matches("database\\.[^.]+\\.url")).stringPropertyNames()
                .forEach(property -> others.add(property.split("\\.")[1]));
        String nearest = NearestName.of(prefix.replace("database.", ""), others);
        throw new ConfigurationException("data source " + name + " of route " + route.getId() + " is no bean, and " + prefix + ".url is not set: the route "
                + "could not reach a database. Set " + prefix + ".url (jdbc:postgresql://localhost:5432/name), " + prefix + ".user, " + prefix + ".password and, "
                + "for other than 10 connections, " + prefix + ".pool-size" + (nearest == null ? "" : "; or correct the name: database." + nearest + ".url is set") + ".");
    }
}
