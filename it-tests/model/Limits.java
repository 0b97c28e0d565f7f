package model;

import java.util.List;
import java.util.concurrent.TimeUnit;

import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.AroundTryHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import net.jqwik.api.lifecycle.TryExecutionResult;
import net.jqwik.api.lifecycle.TryExecutor;
import net.jqwik.api.lifecycle.TryLifecycleContext;

/** As many histories as {@code -Dmodel.seconds} takes, 15 by default, and at least 20, from {@code -Dseed}; says how many there were, and their seed. */
class Limits implements AroundPropertyHook, AroundTryHook {

    private static final int FEWEST = 20;

    private static long statements;
    private static long histories;
    private long start;

    static void count(int steps) {
        statements += steps;
        histories++;
    }

    @Override
    public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
        if (System.getProperty("seed") != null) {
            context.attributes().setSeed(System.getProperty("seed"));
        }
        Statements.EFFECTIVE.clear();
        statements = 0;
        histories = 0;
        start = 0;
        PropertyExecutionResult result = property.execute();
        System.out.println("model: %s: %d histories, %d steps, %d s, seed %s: %s%n  %s".formatted(context.label(), histories, statements,
                seconds(), result.seed().orElse("none"), result.status(), Statements.EFFECTIVE));
        if (result.throwable().orElse(null) instanceof Violation violation) {
            System.out.println("model: " + violation.getMessage() + "\n  " + Shortest.of(result, ""));
        }
        return result;
    }

    @Override
    public TryExecutionResult aroundTry(TryLifecycleContext context, TryExecutor one, List<Object> parameters) {
        TryExecutionResult result = one.execute(parameters);
        // the first one starts the server
        start = start == 0 ? System.nanoTime() : start;
        return result.isSatisfied() && histories >= FEWEST && seconds() >= Integer.getInteger("model.seconds", 15) ? TryExecutionResult.satisfied(true) : result;
    }

    private long seconds() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    }
}
