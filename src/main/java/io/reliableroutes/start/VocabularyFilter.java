package io.reliableroutes.start;

import java.util.Collection;
import java.util.Set;
import java.util.function.Predicate;

import org.apache.camel.CamelContext;
import org.apache.camel.spi.PackageScanResourceResolver;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.service.ServiceHelper;

/**
 * Keeps the vocabulary out of what is found in {@code camel/}. Camel Main takes every route file there, also those of the pack, which are loaded
 * already: the application would end because a route configuration is there twice.
 */
final class VocabularyFilter implements PackageScanResourceResolver {

    private final PackageScanResourceResolver found;
    private final VocabularyFiles vocabulary;

    private VocabularyFilter(PackageScanResourceResolver found, VocabularyFiles vocabulary) {
        this.found = found;
        this.vocabulary = vocabulary;
    }

    static void install(CamelContext context, VocabularyFiles vocabulary) {
        context.getCamelContextExtension().addContextPlugin(PackageScanResourceResolver.class,
                new VocabularyFilter(PluginHelper.getPackageScanResourceResolver(context), vocabulary));
    }

    @Override
    public Collection<Resource> findResources(String location) throws Exception {
        return withoutVocabulary(found.findResources(location));
    }

    @Override
    public Collection<Resource> findResources(String location, Predicate<String> filter) throws Exception {
        return withoutVocabulary(found.findResources(location, filter));
    }

    private Collection<Resource> withoutVocabulary(Collection<Resource> resources) {
        return resources.stream().filter(resource -> !vocabulary.contain(resource)).toList();
    }

    @Override
    public Set<ClassLoader> getClassLoaders() {
        return found.getClassLoaders();
    }

    @Override
    public void addClassLoader(ClassLoader classLoader) {
        found.addClassLoader(classLoader);
    }

    @Override
    public void setAcceptableSchemes(String schemes) {
        found.setAcceptableSchemes(schemes);
    }

    @Override
    public void start() {
        ServiceHelper.startService(found);
    }

    @Override
    public void stop() {
        ServiceHelper.stopService(found);
    }
}
