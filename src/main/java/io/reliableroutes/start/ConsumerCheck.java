package io.reliableroutes.start;

import java.util.Map;

import io.reliableroutes.jms.XaConnectionFactory;
import io.reliableroutes.jms.XaJmsTransactionManager;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.xa.XaTransactionManager;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.spi.PropertyConfigurerGetter;

/** Refuses Kafka and JMS consumers of transacted routes whose options would lose messages. */
final class ConsumerCheck {

    /**
     * Camel's defaults skip a failed record and commit past it. After an error of the consumer itself, such as a commit that timed out,
     * {@code pollOnError} would go on behind all records that were fetched; only a reconnect starts at the stored position, or at the committed offset.
     */
    private static final Map<String, String> SAFE_KAFKA_CONSUMER = Map.of("autoCommitEnable", "false", "allowManualCommit", "true",
            "breakOnFirstError", "true", "pollOnError", "RECONNECT");

    /** A cached session or consumer does not join the transaction of a message; a mapped ObjectMessage is deserialised; a sender could name a queue. */
    private static final Map<String, String> SAFE_JMS_CONSUMER = Map.of("cacheLevelName", "CACHE_NONE", "mapJmsMessage", "false",
            "disableReplyTo", "true");

    private final CamelContext context;
    private final String route;
    private final String uri;
    private final Map<String, Object> options;

    ConsumerCheck(CamelContext context, String route, String uri) {
        this.context = context;
        this.route = route;
        this.uri = uri;
        this.options = ConfigurationCheck.query(uri);
    }

    /** @throws ConfigurationException for the first problem it finds */
    void check() {
        if (uri.startsWith("kafka:")) {
            checkKafka();
        } else if (uri.startsWith("jms:")) {
            checkJms();
        }
    }

    private void checkKafka() {
        checkOptions(SAFE_KAFKA_CONSUMER, "Kafka's offset would pass a message that has no effect yet");
        checkOptions(Map.of("isolationLevel", "read_committed"), "messages of a transaction that its sender has rolled back would take effect");
        checkOptions(Map.of("additionalProperties.allow.auto.create.topics", "false"), "a broker may make a topic of a mistyped name, "
                + "and nobody would miss the messages");
        if (options.get("offsetRepository") == null) {
            checkOptions(Map.of("autoOffsetReset", "earliest"), "a new consumer would begin behind the messages that wait for it");
        } else {
            checkOptions(Map.of("autoOffsetReset", "none"), "records that expire before they are read would be skipped without a word");
        }
        if (options.get("groupId") == null) {
            throw new ConfigurationException("route " + route + ": groupId is missing: after a restart the consumer would not know "
                    + "what it has read. Write groupId: the consumer's name.");
        }
        if ("true".equals(String.valueOf(options.get("batching")))) {
            throw new ConfigurationException("route " + route + ": batching (true) commits offsets past a failed message "
                    + "(CAMEL-23994): it would be lost. Leave batching out.");
        }
    }

    private void checkJms() {
        checkOptions(SAFE_JMS_CONSUMER, "a message could be acknowledged outside its transaction and lost, or foreign code run");
        if (context.getRegistry().findByType(XaTransactionManager.class).isEmpty()) {
            throw new ConfigurationException("route " + route + " receives from JMS in a transaction, and transactionManager is no "
                    + "io.reliableroutes.xa.XaTransactionManager: message and database would not be one fact. Start it with --profile=xa.");
        }
        checkJmsWiring("connectionFactory", XaConnectionFactory.class);
        checkJmsWiring("transactionManager", XaJmsTransactionManager.class);
    }

    /** What is bound to an option of the JMS component decides whether its consumers are in the transaction at all. */
    private void checkJmsWiring(String option, Class<?> needed) {
        Object bean = jmsOption(context, option);
        if (!needed.isInstance(bean)) {
            throw new ConfigurationException("route " + route + ": camel.component.jms." + option + " (" + (bean == null ? "" : bean.getClass().getName())
                    + ") is no " + needed.getName() + ": a message would be acknowledged outside its transaction and lost with the first failure. "
                    + "Bind it as application-xa.properties does.");
        }
    }

    /** Whether what is sent to JMS is part of the current transaction. */
    static boolean isXa(CamelContext context) {
        Object forSending = jmsOption(context, "templateConnectionFactory");
        return !context.getRegistry().findByType(XaTransactionManager.class).isEmpty()
                && (forSending == null ? jmsOption(context, "connectionFactory") : forSending) instanceof XaConnectionFactory;
    }

    private static Object jmsOption(CamelContext context, String option) {
        Component jms = context.getComponent("jms");
        return ((PropertyConfigurerGetter) jms.getComponentPropertyConfigurer()).getOptionValue(jms, option, true);
    }

    private void checkOptions(Map<String, String> safeOptions, String consequence) {
        safeOptions.forEach((option, safe) -> {
            if (!safe.equals(String.valueOf(options.get(option)))) {
                throw new ConfigurationException("route " + route + ": " + option + " (" + options.get(option) + ") is not " + safe
                        + ": " + consequence + ". Write " + option + ": " + safe + ".");
            }
        });
    }
}
