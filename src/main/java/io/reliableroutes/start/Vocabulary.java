package io.reliableroutes.start;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

import io.reliableroutes.database.LocalDataSource;
import io.reliableroutes.jms.XaConnectionFactory;
import io.reliableroutes.support.Settings;
import io.reliableroutes.support.StartCheck;
import io.reliableroutes.xa.XaTransactionManager;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Component;
import org.apache.camel.Endpoint;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spi.LifecycleStrategy;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.PropertyBindingSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the vocabulary known to a Camel context, and has the configuration checked before the context starts.
 * {@link ReliableRoutesPlugin} does it by itself from Camel 4.17 on; an older Camel needs this class as a bean:
 * {@code camel.beans.vocabulary=#class:io.reliableroutes.start.Vocabulary}. Both together do no harm. Of a context that was made with
 * a registry of its own, {@code new DefaultCamelContext(registry)}, call {@link #setCamelContext} before the first route is added.
 */
public class Vocabulary implements CamelContextAware {

    private static final Logger LOG = LoggerFactory.getLogger(Vocabulary.class);

    private CamelContext camelContext;

    /** @param camelContext whose routes may use the vocabulary from now on, not null */
    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.camelContext = camelContext;
        if (!StartCheck.isInstalled(camelContext)) {
            load(camelContext);
        } else {
            FileStrategies.install(camelContext);
            camelContext.getCamelContextExtension().getContextPlugin(RoutesOfTheVocabulary.class).beforeConfigure(null);
        }
    }

    @Override
    public CamelContext getCamelContext() {
        return camelContext;
    }

    static void load(CamelContext camelContext) {
        spellAsCamelDoes();
        try {
            Defaults.install(camelContext);
            SuppliedBeans.install(camelContext);
            VocabularyFiles files = VocabularyFiles.find(camelContext);
            RoutesOfTheVocabulary routes = new RoutesOfTheVocabulary(camelContext, files);
            camelContext.getCamelContextExtension().addContextPlugin(RoutesOfTheVocabulary.class, routes);
            if (isOfSpring(camelContext) && SpringSettings.install(camelContext) || isInItsConstructor(camelContext)) {
                // a context that Spring, or its own constructor, has not finished can make no route builder
                camelContext.getRegistry().bind("reliableRoutesVocabulary", RouteBuilderLifecycleStrategy.class, routes);
            } else {
                routes.load();
            }
            FileStrategies.install(camelContext);
            VocabularyFilter.install(camelContext, files);
            camelContext.addStartupListener(new ConfigurationCheck());
            HttpServerStart httpServer = new HttpServerStart();
            camelContext.addStartupListener(httpServer);
            camelContext.addLifecycleStrategy(httpServer);
            camelContext.addLifecycleStrategy(strategy(camelContext));
            StartCheck.installed(camelContext);
        } catch (Exception e) {
            StartCheck.failed(camelContext, e);
            throw new RuntimeCamelException("the vocabulary of Reliable Routes cannot be loaded", e);
        }
    }

    /** Quarkus has only those classes of Spring that Camel's components use. */
    private static boolean isOfSpring(CamelContext camelContext) {
        return camelContext.getClassResolver().resolveClass("org.springframework.core.env.ConfigurableEnvironment") != null;
    }

    /** {@code new DefaultCamelContext()} loads plug-ins before it has its model, and has no other sign of that. */
    private static boolean isInItsConstructor(CamelContext camelContext) {
        try {
            ((ModelCamelContext) camelContext).getRouteDefinitions();
            return false;
        } catch (NullPointerException e) {
            return true;
        }
    }

    /** The files of the vocabulary, loaded once: at once, or as soon as the context can. */
    private static final class RoutesOfTheVocabulary implements RouteBuilderLifecycleStrategy {

        private final CamelContext context;
        private final VocabularyFiles files;
        private boolean loaded;

        RoutesOfTheVocabulary(CamelContext context, VocabularyFiles files) {
            this.context = context;
            this.files = files;
        }

        @Override
        public void beforeConfigure(RouteBuilder file) {
            try {
                load();
            } catch (Exception e) {
                StartCheck.failed(context, e);
                throw new RuntimeCamelException("the vocabulary of Reliable Routes cannot be loaded", e);
            }
        }

        void load() throws Exception {
            if (!loaded) {
                loaded = true;
                for (Resource resource : files.resources()) {
                    PluginHelper.getRoutesLoader(context).loadRoutes(resource);
                }
            }
        }
    }

    private static LifecycleStrategy strategy(CamelContext camelContext) {
        return new LifecycleStrategySupport() {
            @Override
            public void onContextInitializing(CamelContext context) {
                context.getPropertiesComponent().addPropertiesFunction(new MillisecondsFunction(context));
                ConfigurationCheck.checkSettings(context);
                SuppliedBeans.install(context);
                FileStrategies.require(context);
                context.getCamelContextExtension().getContextPlugin(RoutesOfTheVocabulary.class).beforeConfigure(null);
                if (!ConfigurationCheck.isExport(context)) {
                    // made now: transacted steps also look for a policy by its type
                    context.getRegistry().lookupByName(Settings.text(context, "tx.policy"));
                    new SettingCheck((ModelCamelContext) context).check();
                    DurationCheck.check(context);
                    new KameletCheck((ModelCamelContext) context).check();
                    RouteIdCheck.checkKamelets((ModelCamelContext) context);
                    new DataSourceCheck((ModelCamelContext) context).check();
                }
                // looked up here and not in load(): the context is not built yet when the plugin is loaded
                KameletComponent kamelets = context.getComponent("kamelet", KameletComponent.class);
                if (!kamelets.getLocation().contains("classpath:camel")) {
                    kamelets.setLocation("classpath:camel," + kamelets.getLocation());
                }
            }

            @Override
            public void onComponentAdd(String name, Component component) {
                if (component instanceof KafkaComponent kafka) {
                    configure(camelContext, kafka);
                }
                if (name.equals("http") || name.equals("https")) {
                    // the client's own retries of 429 and 503 would sleep for Retry-After inside the open transaction
                    PropertyBindingSupport.bindProperties(camelContext, component, new HashMap<>(Map.of("automaticRetriesDisabled", true)));
                }
            }

            @Override
            public void onEndpointAdd(Endpoint endpoint) {
                if (endpoint.getCamelContext().hasComponent("sql") != null) {
                    SqlParameters.count(endpoint);
                }
            }

            @Override
            public void onContextStopped(CamelContext context) {
                // made by name or by camel.beans, they have no other owner who would close them
                context.getRegistry().findByType(XaTransactionManager.class).forEach(XaTransactionManager::close);
                // applications on Kafka alone have none of the classes that this one is made of
                if (context.getClassResolver().resolveClass("org.messaginghub.pooled.jms.JmsPoolConnectionFactory") != null) {
                    Jms.close(context);
                }
                context.getRegistry().findByType(LocalDataSource.class).forEach(LocalDataSource::close);
            }
        };
    }

    /** Before the application's own {@code camel.component.kafka.*}, which goes before. */
    private static void configure(CamelContext camelContext, KafkaComponent kafka) {
        if (kafka.getConfiguration().getBrokers() == null) {
            kafka.getConfiguration().setBrokers(Settings.text(camelContext, "kafka.brokers"));
        }
        // a receiver without a broker is an incident; it must not call an application not ready that takes requests all the same
        kafka.setHealthCheckConsumerEnabled(false);
    }

    /**
     * Camel looks for options, variables of the environment and classes by their names in the lower or upper case of the JVM's locale. In
     * Turkish the small I is another letter, and nothing starts. Numbers and dates keep their locale.
     */
    private static void spellAsCamelDoes() {
        Locale locale = Locale.getDefault();
        if (!"I".toLowerCase(locale).equals("i") || !"i".toUpperCase(locale).equals("I")) {
            Locale format = Locale.getDefault(Locale.Category.FORMAT);
            Locale display = Locale.getDefault(Locale.Category.DISPLAY);
            Locale.setDefault(Locale.ROOT);
            Locale.setDefault(Locale.Category.FORMAT, format);
            Locale.setDefault(Locale.Category.DISPLAY, display);
            LOG.info("The locale {} has another small I than Camel's names, so the JVM's default is none from now on, but for formats", locale);
        }
    }

    /** Loaded only where JMS is. */
    private static final class Jms {

        static void close(CamelContext context) {
            context.getRegistry().findByType(XaConnectionFactory.class).forEach(XaConnectionFactory::close);
        }
    }
}
