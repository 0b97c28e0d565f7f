package io.reliableroutes.start;

import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import io.reliableroutes.inbox.InboxBatch;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.builder.ExpressionClause;
import org.apache.camel.model.BeanDefinition;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.language.ExpressionDefinition;
import org.apache.camel.model.language.MethodCallExpression;

import static org.apache.camel.model.ProcessorDefinitionHelper.filterTypeInOutputs;

/** Whom a handler calls. What is not undone with its transaction is done again with each message of a batch that fails. */
final class HandlerCalls {

    /** What ends with the transaction, or has no effect. */
    private static final String OF_THE_TRANSACTION
            = "(sql|jdbc|log|json-validator|validator|language):.*|kamelet:(//)?(outbox-sink|barrier-action|saga-start-sink|saga-answer-sink|step-barrier-action)([/?].*)?";

    /** Where JMS takes part: sent through the component's own connections, and with no answer, which could not come before the commit. */
    private static final String OF_AN_XA_TRANSACTION = "jms:(?!.*([cC]onnectionFactory|InOut|transactionManager)).*";

    /** Steps that call nobody by themselves, and those that {@link Call} knows. */
    private static final Set<String> INSIDE = Set.of("choice", "when", "otherwise", "filter", "setBody", "setHeader", "setHeaders", "setProperty", "setVariable", "setVariables",
            "removeHeader", "removeHeaders", "removeProperty", "removeProperties", "removeVariable", "convertBodyTo", "convertHeaderTo", "convertVariableTo", "transform", "validate",
            "marshal", "unmarshal", "log", "loop", "split", "multicast", "pipeline", "step", "sort", "delay", "idempotentConsumer", "doTry", "doCatch", "doFinally", "throwException",
            "rollback", "stop", "transacted", "to", "toD", "wireTap", "kamelet");
    private static final String OURS = "io.reliableroutes.";

    private final ModelCamelContext context;
    private final Set<String> seen = new HashSet<>();

    HandlerCalls(ModelCamelContext context) {
        this.context = context;
    }

    /**
     * Lets the messages of a receiver share transactions if its handlers call nothing outside.
     *
     * @param  parameters             of the receiver's route, those of its template among them, not null
     * @throws ConfigurationException if it has a handler of lists that would never get one
     */
    static void check(ModelCamelContext context, Map<String, Object> parameters) {
        String handler = parameter(context, parameters, "inboxHandler");
        String batchHandler = parameter(context, parameters, "inboxBatchHandler");
        String consumer = parameter(context, parameters, "inboxConsumer");
        Stream.of(handler, batchHandler).filter(name -> !name.isBlank()).map(name -> new HandlerCalls(context).outside("direct:" + name)).filter(Objects::nonNull)
                .findFirst().ifPresent(outside -> InboxBatch.notBy(context, consumer, outside));
        if (!batchHandler.isBlank() && InboxBatch.isEachAlone(context, consumer)) {
            throw new ConfigurationException("inboxBatchHandler (" + batchHandler + ") of " + consumer + " would never be called: each message has its own transaction, by inbox."
                    + consumer + ".batch-size, or since a handler calls more than its database. Let both handlers only write to it, or leave inboxBatchHandler out.");
        }
    }

    private static String parameter(ModelCamelContext context, Map<String, Object> parameters, String name) {
        Object value = parameters.get(name);
        return value == null ? "" : context.resolvePropertyPlaceholders(value.toString());
    }

    /**
     * @param  endpoint of the handler, {@code direct:} and its name, not null
     * @return          what it calls outside its database, also by other routes; null if it calls nothing there, as far as its steps tell
     */
    String outside(String endpoint) {
        for (RouteDefinition route : context.getRouteDefinitions()) {
            if (RouteUri.of(context, route, route.getInput().getEndpointUri()).equals(endpoint)) {
                return seen.add(route.getId()) ? outside(route) : null;
            }
        }
        return endpoint;
    }

    /** Of somebody else, which may do anything. */
    private static boolean asksABean(ExpressionDefinition written) {
        // that of Java's DSL is within another one
        ExpressionDefinition expression = written != null && written.getExpressionValue() instanceof ExpressionClause<?> clause
                && clause.getExpressionType() instanceof ExpressionDefinition within ? within : written;
        if (expression instanceof MethodCallExpression method) {
            return method.getBeanTypeName() == null || !method.getBeanTypeName().startsWith(OURS);
        }
        return expression != null && expression.getExpression() != null && expression.getExpression().replace("${bean:type:" + OURS, "").contains("${bean:");
    }

    private String outside(RouteDefinition route) {
        for (ProcessorDefinition<?> step : filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)) {
            boolean ours = step instanceof BeanDefinition bean && bean.getBeanType() != null && bean.getBeanType().startsWith(OURS);
            if (!ours && !INSIDE.contains(step.getShortName()) || step instanceof ExpressionNode node && asksABean(node.getExpression())) {
                return step.getShortName() + " in route " + route.getId();
            }
        }
        for (Call call : Call.of(route.getOutputs())) {
            String target = RouteUri.of(context, route, call.uri());
            String outside = target.startsWith("direct:") ? outside(target)
                    : target.matches("(?s)" + OF_THE_TRANSACTION) || target.matches("(?s)" + OF_AN_XA_TRANSACTION) && ConsumerCheck.isXa(context) ? null
                    : target.replaceFirst("(?s):.*", "") + " in route " + route.getId();
            if (outside != null) {
                return outside;
            }
        }
        return null;
    }
}
