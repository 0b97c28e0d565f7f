package io.reliableroutes;

import java.util.List;
import java.util.Map;

import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;

/** A failed attempt to handle a received message, of an inbox or an inbox-retry: whose fault it was, and what its row tells of it. */
final class InboxFailure {

    private InboxFailure() {
    }

    /** True if a server cannot be reached and the consumer's permanent errors do not say otherwise: the message is innocent. */
    static boolean isOutage(Exchange exchange) {
        return FailureClassification.isInfrastructure(exchange) && !isPermanent(exchange);
    }

    /** True if no further attempt can help. */
    static boolean isPermanent(Exchange exchange) {
        return FailureClassification.isPermanent(exchange, "inbox", InboxMessage.consumer(exchange));
    }

    static RetrySettings settings(Exchange exchange) {
        return RetrySettings.of(exchange.getContext(), "inbox", InboxMessage.consumer(exchange));
    }

    /** Adds the error to the parameters of a statement, and as {@code delay} the milliseconds until the next attempt, null if there is none. */
    static void describe(Map<String, Object> parameters, Exchange exchange, int attempts) {
        Throwable cause = told(FailureClassification.failure(exchange));
        DatabaseText text = DatabaseText.ofKnown(exchange.getContext(), exchange.getProperty("inboxDataSource", String.class));
        parameters.put("attempts", attempts);
        boolean permanent = isPermanent(exchange);
        String errorClass = cause == null ? "unknown" : cause.getClass().getName();
        if (cause instanceof EarlierFailure earlier) {
            permanent = earlier.isPermanent();
            errorClass = earlier.errorClass();
        }
        parameters.put("error_class", text.cut(errorClass, 500));
        parameters.put("error_message", text.cut(cause == null ? "nobody has told what has failed" : UnsafeFailureException.message(cause, 4000), 4000));
        parameters.put("delay", permanent ? null : settings(exchange).next(attempts));
    }

    /** What has failed, without what Camel wraps around an Error; null for null. */
    static Throwable told(Throwable failure) {
        List<Throwable> causes = UnsafeFailureException.causes(failure);
        return causes.size() > 1 && causes.get(0) instanceof CamelExecutionException ? causes.get(1) : causes.isEmpty() ? null : causes.get(0);
    }

    /** Null where dead letters are not announced, and for a message that came from no topic, or from one whose name has no room for more. */
    static String deadDestination(Exchange exchange, String topic) {
        String announced = RetrySettings.value(exchange.getContext(), "inbox", InboxMessage.consumer(exchange), "dead-letter-topic");
        return topic == null || "false".equals(announced) || !isDestination(topic + ".dead") ? null : topic + ".dead";
    }

    /** What the outbox takes for a destination. */
    static boolean isDestination(String name) {
        return name.matches("[A-Za-z0-9._-]{1,200}");
    }
}
