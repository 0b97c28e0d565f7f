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
import java.util.regex.Pattern;

import io.reliableroutes.inbox.TopicCheck;
import io.reliableroutes.kafka.BrokerCheck;
import io.reliableroutes.operate.OperatorAccess;
import io.reliableroutes.outbox.OutboxCheck;
import io.reliableroutes.outbox.OutboxDestinations;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.xa.XaStart;
import org.apache.camel.CamelContext;
import org.apache.camel.StartupListener;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.TransactedDefinition;
import org.apache.camel.spi.TransactedPolicy;
import org.apache.camel.util.StringHelper;
import org.apache.camel.util.URISupport;

import static org.apache.camel.model.ProcessorDefinitionHelper.filterTypeInOutputs;

/**
 * Refuses to start routes that would lose or double messages, with a {@link ConfigurationException} for the first problem it finds.
 * docs/guarantees.md tells which guarantee rests on which rule.
 */
final class ConfigurationCheck implements StartupListener {

    /** What the vocabulary uses; the applications' own settings are theirs. */
    private static final List<String> SETTINGS = List.of("alert.poll-delay", "alert.window", "check.broker", "check.wait", "dead-letter.retention",
            "inbox.brake", "inbox.brake-delay", "inbox.headers", "inbox.max-poll-records", "inbox.outage-delay", "inbox.outage-patience",
            "inbox.permanent-errors", "inbox.redelivery-horizon", "inbox.retention", "inbox.retry.poll-max-delay", "inbox.tombstones", "kafka.brokers",
            "outbox.archive", "outbox.archive-retention", "outbox.circuit-delay", "outbox.relay.max-request-size", "outbox.relay.metadata-timeout",
            "outbox.relay.max-batch-bytes", "outbox.relay.outage-max-delay", "outbox.relay.poll-max-delay", "outbox.relay.producer-batch-size",
            "outbox.relay.rows-per-shard", "outbox.relay.send-deadline", "outbox.relay.shards-per-batch", "outbox.retry.poll-max-delay",
            "retention.poll-delay", "sql.dialect", "standstill.inbox", "standstill.outbox", "standstill.poll-delay", "standstill.retention", "standstill.retry", "tx.policy");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([A-Za-z0-9._-]+)}}");

    private static final Pattern DATA_SOURCE = Pattern.compile("(?:[?&]dataSource=(?:#|%23)(?:bean(?::|%3A))?|^jdbc:)(\\w+)");

    /** What a route does in a database, by the parameter that names its data source: the roles of roles.sql. */
    private static final Map<String, String> PARTS = Map.of("relayDataSource", "relay", "inboxDataSource", "receiver", "alertDataSource", "operator",
            "retentionDataSource", "operator");

    private final Map<String, Set<String>> dataSources = new TreeMap<>();
    private final Set<String> enlisted = new TreeSet<>();
    private ModelCamelContext context;

    @Override
    public void onCamelContextStarting(CamelContext camelContext, boolean alreadyStarted) {
        context = (ModelCamelContext) camelContext;
        if (isExport(context)) {
            return;
        }
        OperatorAccess.check(context);
        Set<String> kafka = new TreeSet<>();
        boolean jms = false;
        Map<String, String> queues = new HashMap<>();
        for (RouteDefinition route : context.getRouteDefinitions()) {
            Collection<TransactedDefinition> transacted = filterTypeInOutputs(route.getOutputs(), TransactedDefinition.class);
            transacted.forEach(step -> checkTransacted(route, step));
            String from = uri(route, route.getInput().getEndpointUri());
            jms |= from.startsWith("jms:");
            if (from.startsWith("jms:queue:")) {
                Object inbox = parameters(route).get("inboxDataSource");
                queues.put(StringHelper.before(from + "?", "?").substring("jms:queue:".length()),
                        inbox == null ? null : context.resolvePropertyPlaceholders(inbox.toString()));
            }
            if (!transacted.isEmpty()) {
                new ConsumerCheck(context, route.getId(), from).check();
            }
            for (ToDefinition to : filterTypeInOutputs(route.getOutputs(), ToDefinition.class)) {
                String target = uri(route, to.getEndpointUri());
                checkOutboxSink(route, target);
                jms |= target.startsWith("jms:");
                Matcher dataSource = DATA_SOURCE.matcher(target);
                while (dataSource.find()) {
                    enlisted.add(dataSource.group(1));
                    if (target.contains("-dead-letters.sql")) {
                        use(dataSource.group(1), "operator");
                    }
                }
            }
            for (Map.Entry<String, Object> parameter : parameters(route).entrySet()) {
                if (parameter.getKey().endsWith("DataSource")) {
                    String dataSource = context.resolvePropertyPlaceholders(parameter.getValue().toString());
                    use(dataSource, PARTS.get(parameter.getKey()));
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
            if (!kafka.isEmpty()) {
                new BrokerCheck(context, kafka, this::checkTopics).check();
            }
        }
        enlisted.addAll(dataSources.keySet());
        XaStart.run(context, enlisted, jms, queues);
    }

    @Override
    public void onCamelContextStarted(CamelContext camelContext, boolean alreadyStarted) {
        // all is checked before the routes start
    }

    private void checkTopics() {
        new TopicCheck(context).check();
        if (context.getRouteDefinitions().stream().anyMatch(route -> parameters(route).containsKey("relayDataSource"))) {
            new OutboxCheck(context).nameClosed();
        }
    }

    /** {@code camel export} only looks which components the routes use: every placeholder resolves to the same made-up text, nothing starts. */
    static boolean isExport(CamelContext context) {
        return "true".equals(context.getPropertiesComponent().loadProperties("camel.jbang.export"::equals).getProperty("camel.jbang.export"));
    }

    /** @throws ConfigurationException if a setting of the vocabulary is missing or empty */
    static void checkSettings(CamelContext context) {
        for (String setting : SETTINGS) {
            if (context.getPropertiesComponent().resolveProperty(setting).orElse("").isBlank()) {
                throw new ConfigurationException(setting + " is not set: the routes of Reliable Routes cannot start. "
                        + "Set it; routes/application.properties has all settings with their defaults.");
            }
        }
    }

    private void checkTransacted(RouteDefinition route, TransactedDefinition transacted) {
        if (transacted.getRef() == null) {
            throw new ConfigurationException("route " + route.getId() + ": transacted names no policy: Camel would look for one, and Camel "
                    + "JBang binds a dummy without transactions. Write transacted: {ref: \"{{tx.policy}}\"}.");
        }
        // the onException blocks of a route configuration are among the outputs
        long steps = route.getOutputs().stream().filter(step -> step == transacted || !step.isTopLevelOnly()).count();
        // its parent is no witness: a route that Camel 4.8 has put into a rest service keeps that of its old place
        if (!route.getOutputs().contains(transacted) || steps != 1) {
            throw new ConfigurationException("route " + route.getId() + ": transacted is not the only step of its route: its siblings "
                    + "would be pulled inside or run outside. Move them into transacted or into a route of their own.");
        }
        String ref = context.resolvePropertyPlaceholders(transacted.getRef());
        TransactedPolicy policy = context.getRegistry().lookupByNameAndType(ref, TransactedPolicy.class);
        if (policy == null || policy.getClass().getName().contains("Dummy")) {
            throw new ConfigurationException("tx.policy (" + ref + ") is " + (policy == null ? "no bean" : "a dummy without transactions")
                    + ": the steps of route " + route.getId() + " would not be one fact. Bind a real policy, see application.properties.");
        }
        checkCalledRoutes(route, transacted.getOutputs());
    }

    /**
     * A called route with an error handler of its own keeps a failure from the caller's policy. With Camel's default one a received record
     * comes again for ever; one that calls the failure handled lets the offset pass it, with nothing parked.
     */
    private void checkCalledRoutes(RouteDefinition caller, List<ProcessorDefinition<?>> steps) {
        for (ToDefinition to : filterTypeInOutputs(steps, ToDefinition.class)) {
            String target = uri(caller, to.getEndpointUri());
            if (!target.startsWith("direct:")) {
                continue;
            }
            RouteDefinition called = context.getRouteDefinitions().stream()
                    .filter(route -> uri(route, route.getInput().getEndpointUri()).equals(target))
                    .findFirst()
                    .orElseThrow(() -> new ConfigurationException("route " + caller.getId() + " calls " + target
                            + ", which no route reads: every message would fail. Add the route to this application."));
            Object errorHandler = called.getErrorHandlerFactory();
            if (errorHandler == null || !errorHandler.getClass().getSimpleName().startsWith("NoErrorHandler")) {
                throw new ConfigurationException("route " + called.getId() + " is called in the transaction of route " + caller.getId()
                        + " and has an error handler of its own: a failure would not reach the policy of the caller, and its message would come "
                        + "again for ever or be lost. Write errorHandler: {noErrorHandler: {}} into route " + called.getId() + ".");
            }
            checkCalledRoutes(called, called.getOutputs());
        }
    }

    private void checkOutboxSink(RouteDefinition route, String target) {
        if (!target.startsWith("kamelet:outbox-sink")) {
            return;
        }
        Object destination = query(target).get("outboxDestination");
        if (context.resolvePropertyPlaceholders("{{" + OutboxDestinations.PREFIX + destination + ":}}").isEmpty()) {
            throw new ConfigurationException(OutboxDestinations.PREFIX + destination + " is not set, and route " + route.getId()
                    + " writes to it: its messages would wait in outbox_parked. Map the destination to a topic.");
        }
        use(String.valueOf(query(target).get("outboxDataSource")), "sender");
    }

    private void use(String dataSource, String part) {
        Set<String> parts = dataSources.computeIfAbsent(dataSource, name -> new TreeSet<>());
        if (part != null) {
            parts.add(part);
        }
    }

    /** The URI with what is known of its placeholders filled in: template parameters, then properties. Names of template beans stay. */
    private String uri(RouteDefinition route, String uri) {
        String filled = PLACEHOLDER.matcher(uri).replaceAll(match -> {
            String key = match.group(1);
            Object local = parameters(route).get(key);
            String value = local != null ? local.toString() : context.getPropertiesComponent().resolveProperty(key).orElse(match.group());
            return Matcher.quoteReplacement(value);
        });
        return filled.replaceFirst("^([a-z-]+)://", "$1:");
    }

    private static Map<String, Object> parameters(RouteDefinition route) {
        return route.getTemplateParameters() == null ? Map.of() : route.getTemplateParameters();
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
