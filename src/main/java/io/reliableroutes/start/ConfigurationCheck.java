package io.reliableroutes.start;

import java.net.URISyntaxException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;

import io.reliableroutes.half.HalfCheck;
import io.reliableroutes.inbox.TopicCheck;
import io.reliableroutes.kafka.BrokerCheck;
import io.reliableroutes.operate.OperatorAccess;
import io.reliableroutes.outbox.OutboxCheck;
import io.reliableroutes.outbox.kafka.KafkaTopics;
import io.reliableroutes.saga.SagaCheck;
import io.reliableroutes.saga.StepBarrier;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.xa.XaStart;
import org.apache.camel.CamelContext;
import org.apache.camel.StartupListener;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.TransactedDefinition;
import org.apache.camel.util.StringHelper;
import org.apache.camel.util.URISupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.apache.camel.model.ProcessorDefinitionHelper.filterTypeInOutputs;

/**
 * Refuses to start routes that would lose or double messages, with a {@link ConfigurationException} for the first problem it finds.
 * docs/guarantees.md tells which guarantee rests on which rule.
 */
final class ConfigurationCheck implements StartupListener {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigurationCheck.class);

    /** What a route does in a database, by the parameter that names its data source: the roles of roles.sql, and what {@link DatabaseCheck} names. */
    private static final Map<String, String> PARTS = Map.of("relayDataSource", "relay", "inboxDataSource", "receiver", "alertDataSource", "operator",
            "retentionDataSource", "operator", "halfDataSource", "messages", "barrierDataSource", DatabaseCheck.BARRIER, "sagaDataSource", "orchestrator");

    private final Map<String, Set<String>> dataSources = new TreeMap<>();
    private final Set<String> enlisted = new TreeSet<>();
    private ModelCamelContext context;
    private boolean used;

    @Override
    public void onCamelContextStarting(CamelContext camelContext, boolean alreadyStarted) {
        context = (ModelCamelContext) camelContext;
        if (isExport(context)) {
            return;
        }
        KameletVariableCheck.check(context);
        OperatorAccess.check(context);
        HalfCheck.check(context);
        SagaCheck.check(context);
        TransactionCheck transactions = new TransactionCheck(context);
        Set<String> kafka = new TreeSet<>();
        boolean jms = false;
        Map<String, String> queues = new HashMap<>();
        for (RouteDefinition route : context.getRouteDefinitions()) {
            Collection<TransactedDefinition> transacted = filterTypeInOutputs(route.getOutputs(), TransactedDefinition.class);
            transacted.forEach(step -> transactions.check(route, step));
            String from = RouteUri.of(context, route, route.getInput().getEndpointUri());
            jms |= from.startsWith("jms:");
            if (from.startsWith("jms:queue:")) {
                Object inbox = RouteUri.parameters(route).get("inboxDataSource");
                queues.put(StringHelper.before(from + "?", "?").substring("jms:queue:".length()),
                        inbox == null ? null : context.resolvePropertyPlaceholders(inbox.toString()));
            }
            if (!transacted.isEmpty() || from.startsWith("kafka:") && RouteUri.parameters(route).containsKey("inboxConsumer")) {
                new ConsumerCheck(context, route.getId(), from).check();
            }
            if (!from.startsWith("direct:") && RouteUri.parameters(route).containsKey("inboxHandler")) {
                HandlerCalls.check(context, RouteUri.parameters(route));
            }
            for (Call call : Call.of(route.getOutputs())) {
                String target = RouteUri.of(context, route, call.uri());
                checkOutboxSink(route, target);
                checkSagaUse(route, target);
                jms |= target.startsWith("jms:");
                Matcher dataSource = DataSourceCheck.NAME.matcher(target);
                while (dataSource.find()) {
                    enlisted.add(dataSource.group(1));
                    if (target.contains("-dead-letters.sql")) {
                        use(dataSource.group(1), "operator");
                    } else if (target.contains("-half-message.sql")) {
                        use(dataSource.group(1), "messages");
                    }
                }
            }
            for (Map.Entry<String, Object> parameter : RouteUri.parameters(route).entrySet()) {
                if (parameter.getKey().endsWith("DataSource")) {
                    String dataSource = context.resolvePropertyPlaceholders(parameter.getValue().toString());
                    use(dataSource, PARTS.getOrDefault(parameter.getKey(), DatabaseCheck.TABLES));
                    if (from.startsWith("kafka:") || parameter.getKey().equals("relayDataSource")) {
                        kafka.add(dataSource);
                    }
                }
            }
        }
        if (!dataSources.isEmpty()) {
            new RetryCheck(context).check();
            new ServerCheck(context).check(dataSources);
            new RenameCheck(context).check();
            new CallerCheck(context).check();
            if (!kafka.isEmpty()) {
                new BrokerCheck(context, kafka, this::checkTopics).check();
            }
        }
        enlisted.addAll(dataSources.keySet());
        used = jms || !enlisted.isEmpty();
        XaStart.run(context, enlisted, jms, queues);
    }

    @Override
    public void onCamelContextStarted(CamelContext camelContext, boolean alreadyStarted) {
        if (!used && !isExport(camelContext)) {
            LOG.warn("no route of this process uses Reliable Routes (it has {}): nothing is sent, received or looked after. If that is not meant, name the files "
                    + "with the routes: on the command line of Camel JBang, or by camel.main.routes-include-pattern.", context.getRouteDefinitions().size());
        }
        // all is checked before the routes start, but for what another process may do later
        if (!dataSources.isEmpty()) {
            new RelayWatch(context).start();
        }
    }

    private void checkTopics() {
        new TopicCheck(context).check();
        if (context.getRouteDefinitions().stream().anyMatch(route -> RouteUri.parameters(route).containsKey("relayDataSource"))) {
            new OutboxCheck(context).nameClosed();
        }
    }

    /** {@code camel export} only looks which components the routes use: every placeholder resolves to the same made-up text, nothing starts. */
    static boolean isExport(CamelContext context) {
        return "true".equals(context.getPropertiesComponent().loadProperties("camel.jbang.export"::equals).getProperty("camel.jbang.export"));
    }

    /** @throws ConfigurationException if a setting that has a default, and no list, is set to nothing */
    static void checkSettings(CamelContext context) {
        for (String setting : SettingNames.needed()) {
            if (context.getPropertiesComponent().resolveProperty(setting).orElse("").isBlank()) {
                throw new ConfigurationException(setting + " is not set: the routes of Reliable Routes cannot start. "
                        + "Set it, or leave it out: then it has the default that docs/settings.md tells.");
            }
        }
    }

    private void checkOutboxSink(RouteDefinition route, String target) {
        if (!target.startsWith("kamelet:outbox-sink")) {
            return;
        }
        Object destination = query(target).get("outboxDestination");
        if (context.resolvePropertyPlaceholders("{{" + KafkaTopics.DESTINATION + destination + ":}}").isEmpty()) {
            throw new ConfigurationException(KafkaTopics.DESTINATION + destination + " is not set, and route " + route.getId()
                    + " writes to it: its messages would wait in outbox_parked. Map the destination to a topic.");
        }
        use(String.valueOf(query(target).get("outboxDataSource")), "sender");
    }

    private void checkSagaUse(RouteDefinition route, String target) {
        Map<String, Object> parameters = target.startsWith("kamelet:") ? query(target) : Map.of();
        if (target.startsWith("kamelet:saga-start-sink")) {
            SagaCheck.checkStart(context, route.getId(), (String) parameters.get("startSaga"), (String) parameters.get("startDataSource"));
            use(String.valueOf(parameters.get("startDataSource")), "orchestrator");
        } else if (target.startsWith("kamelet:saga-answer-sink")) {
            SagaCheck.checkAnswer(context, route.getId(), String.valueOf(parameters.get("answerDestination")));
            use(String.valueOf(parameters.get("answerDataSource")), "sender");
        } else if (target.startsWith("kamelet:step-barrier-action")) {
            StepBarrier.check(String.valueOf(parameters.getOrDefault("stepModel", "SAGA")), String.valueOf(parameters.getOrDefault("stepPhase", "enter")));
            use(String.valueOf(parameters.get("stepDataSource")), "receiver");
        }
    }

    private void use(String dataSource, String part) {
        dataSources.computeIfAbsent(dataSource, name -> new TreeSet<>()).add(part);
    }

    static Map<String, Object> query(String uri) {
        try {
            String query = StringHelper.after(uri, "?");
            return query == null ? Map.of() : URISupport.parseQuery(query);
        } catch (URISyntaxException e) {
            throw new ConfigurationException(uri + " is no URI: " + e.getMessage() + ". Nothing could be sent or read. Correct it.");
        }
    }
}
