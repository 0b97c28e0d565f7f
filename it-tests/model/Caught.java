package model;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/** A property of broken statements that must fail, with these words: a model that catches nothing would be none. Prints the shortest history. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@AddLifecycleHook(Caught.Hook.class)
@interface Caught {

    String value() default "";

    /** Turns the failure into a success, and everything else into a failure. */
    class Hook implements AroundPropertyHook {

        @Override
        public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
            String words = context.findAnnotation(Caught.class).orElseThrow().value();
            context.attributes().setAfterFailure(AfterFailureMode.RANDOM_SEED);
            PropertyExecutionResult result = property.execute();
            Throwable failure = result.throwable().orElse(null);
            if (result.status() != PropertyExecutionResult.Status.FAILED) {
                return result.mapToFailed("no history has shown it: " + context.label());
            }
            // without words a refusal of the database is a catch too
            if (!words.isEmpty() && !(failure instanceof Violation && failure.getMessage().contains(words))) {
                return result.mapToFailed(new AssertionError("it should have been \"" + words + "\"", failure));
            }
            System.out.println("model: %s: caught by history %d of seed %s: %s%n  %s".formatted(context.label(), result.countTries(),
                    result.seed().orElse(""), failure.getMessage(), Shortest.of(result, words)));
            return result.mapToSuccessful();
        }
    }
}
