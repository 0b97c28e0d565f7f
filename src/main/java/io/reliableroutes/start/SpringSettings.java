package io.reliableroutes.start;

import java.util.Properties;
import java.util.function.Predicate;

import org.apache.camel.CamelContext;
import org.apache.camel.spi.LoadablePropertiesSource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;

/**
 * The properties of a Spring application. Camel asks Spring after all its own sources, so the pack's defaults would go before; and it has no list of
 * Spring's names, in which a mistyped one could be found.
 */
final class SpringSettings implements LoadablePropertiesSource {

    private final ConfigurableEnvironment environment;
    private volatile Properties all;

    private SpringSettings(ConfigurableEnvironment environment) {
        this.environment = environment;
    }

    /** @return whether the context is one of a Spring application */
    static boolean install(CamelContext context) {
        ConfigurableEnvironment environment = context.getRegistry().lookupByNameAndType("environment", ConfigurableEnvironment.class);
        if (environment != null) {
            context.getRegistry().bind("reliableRoutesSpringSettings", LoadablePropertiesSource.class, new SpringSettings(environment));
        }
        return environment != null;
    }

    @Override
    public String getName() {
        return "Spring";
    }

    @Override
    public String getProperty(String name) {
        return environment.getProperty(name);
    }

    /** As they were at first: Camel asks for them at each look at one of them, to trace where it is from. */
    @Override
    public Properties loadProperties() {
        if (all == null) {
            all = loadProperties(name -> true);
        }
        return all;
    }

    @Override
    public Properties loadProperties(Predicate<String> filter) {
        Properties found = new Properties();
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> names) {
                for (String name : names.getPropertyNames()) {
                    String value = filter.test(name) ? environment.getProperty(name) : null;
                    if (value != null) {
                        found.setProperty(name, value);
                    }
                }
            }
        }
        return found;
    }

    @Override
    public void reloadProperties(String location) {
        // Spring's environment is asked each time
    }
}
