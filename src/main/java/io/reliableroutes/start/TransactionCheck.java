package io.reliableroutes.start;

import java.util.ArrayList;
import java.util.List;

import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.model.DelayDefinition;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.MulticastDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.ThreadsDefinition;
import org.apache.camel.model.ThrottleDefinition;
import org.apache.camel.model.TransactedDefinition;
import org.apache.camel.model.WireTapDefinition;
import org.apache.camel.spi.TransactedPolicy;

import static org.apache.camel.model.ProcessorDefinitionHelper.filterTypeInOutputs;

/** Refuses transacted blocks that would not be one transaction, also by what they call. */
final class TransactionCheck {

    private final ModelCamelContext context;

    TransactionCheck(ModelCamelContext context) {
        this.context = context;
    }

    /** @throws ConfigurationException for the first problem it finds in the block, or in a route that is called from it */
    void check(RouteDefinition route, TransactedDefinition transacted) {
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
                    + ": the steps of route " + route.getId() + " would not be one fact. Leave tx.policy as it is, or bind a real policy.");
        }
        checkSteps(route, transacted.getOutputs(), List.of(route.getId()));
    }

    /**
     * A called route with an error handler of its own keeps a failure from the caller's policy. With Camel's default one a received record
     * comes again for ever; one that calls the failure handled lets the offset pass it, with nothing parked.
     *
     * @param path the routes from the one with the transaction to this one
     */
    private void checkSteps(RouteDefinition caller, List<ProcessorDefinition<?>> steps, List<String> path) {
        checkThread(path, steps);
        for (Call call : Call.of(steps)) {
            String target = RouteUri.of(context, caller, call.uri());
            if (target.matches("(seda|disruptor|vm|disruptor-vm):.*")) {
                refuse(path, target.replaceFirst("\\?.*", ""), "Call a direct: endpoint, or send by outbox-sink");
            }
            if (!target.startsWith("direct:")) {
                continue;
            }
            RouteDefinition called = context.getRouteDefinitions().stream()
                    .filter(route -> RouteUri.of(context, route, route.getInput().getEndpointUri()).equals(target))
                    .findFirst()
                    .orElseThrow(() -> new ConfigurationException("route " + caller.getId() + " calls " + target
                            + ", which no route reads: every message would fail. Add the route to this application."));
            if (!path.contains(called.getId()) && !hasNoErrorHandler(called)) {
                throw new ConfigurationException("route " + called.getId() + " is called in the transaction of route " + caller.getId()
                        + " and has an error handler of its own: a failure would not reach the policy of the caller, and its message would come "
                        + "again for ever or be lost. Write errorHandler: {noErrorHandler: {}} into route " + called.getId() + ".");
            }
            List<String> further = new ArrayList<>(path);
            further.add(called.getId());
            if (path.contains(called.getId())) {
                throw new ConfigurationException("route " + called.getId() + " calls itself (" + String.join(" calls ", further) + "): a message could "
                        + "go round in its transaction until the stack is full, and come again for ever. Break the circle.");
            }
            checkSteps(called, called.getOutputs(), further);
        }
    }

    /** Whether failures of a route are its caller's, as those of a part of a transaction must be. */
    static boolean hasNoErrorHandler(RouteDefinition route) {
        Object errorHandler = route.getErrorHandlerFactory();
        return errorHandler != null && errorHandler.getClass().getSimpleName().startsWith("NoErrorHandler");
    }

    /** What runs on another thread has no part in the transaction: it is neither undone with it nor waited for, or waits for it in vain. */
    private static void checkThread(List<String> path, List<ProcessorDefinition<?>> steps) {
        for (ProcessorDefinition<?> step : filterTypeInOutputs(steps, ProcessorDefinition.class)) {
            if (step instanceof WireTapDefinition || step instanceof ThreadsDefinition) {
                refuse(path, step.getShortName(), "Take it out, or send by outbox-sink");
            } else if (step instanceof SplitDefinition split && (isSet(split.getParallelProcessing()) || split.getExecutorService() != null)
                    || step instanceof MulticastDefinition multicast && (isSet(multicast.getParallelProcessing()) || multicast.getExecutorService() != null)
                    || step instanceof RecipientListDefinition<?> list && (isSet(list.getParallelProcessing()) || list.getExecutorService() != null)) {
                refuse(path, step.getShortName() + " with parallelProcessing or an executorService", "Take that out");
            } else if (step instanceof DelayDefinition delay && !"false".equals(delay.getAsyncDelayed())
                    || step instanceof ThrottleDefinition throttle && isSet(throttle.getAsyncDelayed())) {
                refuse(path, step.getShortName() + " without asyncDelayed: false", "Write asyncDelayed: false");
            }
        }
    }

    private static boolean isSet(String option) {
        return option != null && !option.equals("false");
    }

    private static void refuse(List<String> path, String step, String fix) {
        throw new ConfigurationException("route " + path.get(path.size() - 1) + (path.size() == 1 ? "" : ", which is called in the transaction of route " + path.get(0) + ",")
                + " has " + step + " in its transaction: that leaves the transaction's thread, so it would neither be undone nor waited for. " + fix + ".");
    }
}
