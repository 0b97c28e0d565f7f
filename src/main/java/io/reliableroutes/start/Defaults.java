package io.reliableroutes.start;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.function.Predicate;

import org.apache.camel.CamelContext;
import org.apache.camel.Ordered;
import org.apache.camel.spi.LoadablePropertiesSource;
import org.apache.camel.spi.PropertiesComponent;

/** The defaults of all settings of the pack, as they are in its jar. Whatever else knows a setting is asked before. */
final class Defaults implements LoadablePropertiesSource, Ordered {

    /** In the jar: also what a refusal calls the place of a setting. */
    static final String FILE = "META-INF/reliable-routes.properties";

    private final Properties defaults = read();

    private Defaults() {
    }

    /** What the file says. */
    static Properties read() {
        Properties defaults = new Properties();
        try (InputStream file = Defaults.class.getClassLoader().getResourceAsStream(FILE)) {
            defaults.load(new InputStreamReader(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return defaults;
    }

    /**
     * Gives them to a context: to the properties component that it has, and by the registry to one that takes its place, as Spring Boot's does.
     */
    static void install(CamelContext context) {
        Defaults defaults = new Defaults();
        context.getRegistry().bind("reliableRoutesDefaults", LoadablePropertiesSource.class, defaults);
        PropertiesComponent properties = context.getPropertiesComponent();
        if (properties.getPropertiesSource(FILE) == null) {
            properties.addPropertiesSource(defaults);
        }
    }

    @Override
    public String getName() {
        return FILE;
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST;
    }

    @Override
    public String getProperty(String name) {
        return defaults.getProperty(name);
    }

    /** The same each time: Camel asks for them at each look at one of them. */
    @Override
    public Properties loadProperties() {
        return defaults;
    }

    @Override
    public Properties loadProperties(Predicate<String> filter) {
        Properties found = new Properties();
        defaults.stringPropertyNames().stream().filter(filter).forEach(name -> found.setProperty(name, defaults.getProperty(name)));
        return found;
    }

    @Override
    public void reloadProperties(String location) {
        // a jar does not change
    }
}
