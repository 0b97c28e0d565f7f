package io.reliableroutes.inbox;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;

import io.reliableroutes.support.DatabaseText;
import io.reliableroutes.support.FailureClassification;
import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.Incidents;
import io.reliableroutes.support.RetrySettings;
import io.reliableroutes.support.UnsafeFailureException;
import jakarta.transaction.RollbackException;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;

/** A failed attempt to handle a received message, of an inbox or an inbox-retry: whose fault it was, and what its row tells of it. */
public final class InboxFailure {

    private InboxFailure() {
    }

    /** True if a server is away or refuses everybody, and the consumer's permanent errors do not say otherwise: the message is innocent. */
    static boolean isOutage(Exchange exchange) {
        return FailureClassification.isOutage(exchange.getContext(), "inbox", consumer(exchange), failure(exchange)) && !isPermanent(exchange);
    }

    /** When a downstream wants to be asked again, in milliseconds and no later than the longest delay of a retry; null if it has not said so. */
    static Long wait(Exchange exchange) {
        Long wait = FailureClassification.retryAfter(failure(exchange));
        return wait == null || isPermanent(exchange) ? null : (Long) Math.min(wait, Math.max(1000, settings(exchange).maxDelay()));
    }

    /** True if no further attempt can help. */
    static boolean isPermanent(Exchange exchange) {
        return FailureClassification.isPermanent(exchange.getContext(), "inbox", consumer(exchange), failure(exchange));
    }

    /** True if the message is wrong for good, and must not be given up now; what stands for it is not null. */
    static boolean isBraked(Exchange exchange, Object place) {
        InboxMessage message = InboxMessage.of(exchange);
        return isPermanent(exchange) && ReceiverPause.of(exchange.getContext(), message.consumer())
                .brakes(message.dataSource(), message.key() == null ? place : message.key(), place, failure(exchange));
    }

    /** What has failed: now, or in an earlier delivery of a message that is given up; null if nothing has. */
    private static Throwable failure(Exchange exchange) {
        Throwable failure = FailureClassification.failure(exchange);
        return failure != null ? failure : InboxMessage.of(exchange).givenUp();
    }

    private static String consumer(Exchange exchange) {
        return InboxMessage.of(exchange).consumer();
    }

    /** A message is or stays parked because of an outage that has lasted too long: either the outage goes on, or only this message meets it. */
    static void tellOutage(Exchange exchange, String messageId) {
        InboxMessage message = InboxMessage.of(exchange);
        Throwable error = unwrapped(failure(exchange));
        Incidents.raise(exchange.getContext(), message.dataSource(), "OUTAGE", message.consumer(), error.getClass().getName(), "message " + messageId + " has met an outage for longer than inbox.outage-patience and is parked, so that others "
                        + "go on. If they fail too, the downstream is away: nothing is lost. Its error: " + FailureText.message(error, 2000));
    }

    /** When a failed message of the exchange's consumer is tried again; not null. */
    public static RetrySettings settings(Exchange exchange) {
        return RetrySettings.of(exchange.getContext(), "inbox", consumer(exchange));
    }

    /** Adds the error to the parameters of a statement, and as {@code delay} the milliseconds until the next attempt, null if there is none. */
    static void describe(Map<String, Object> parameters, Exchange exchange, int attempts) {
        Throwable cause = unwrapped(failure(exchange));
        DatabaseText text = DatabaseText.ofKnown(exchange.getContext(), InboxMessage.of(exchange).dataSource());
        Long wait = wait(exchange);
        // who is told to come later has not been tried
        parameters.put("attempts", wait == null ? attempts : attempts - 1);
        boolean permanent = isPermanent(exchange);
        String errorClass = cause == null ? "unknown" : cause.getClass().getName();
        if (cause instanceof EarlierFailure earlier) {
            permanent = earlier.isPermanent();
            errorClass = earlier.errorClass();
        }
        parameters.put("error_class", text.cut(errorClass, 500));
        parameters.put("error_message", text.cut(cause == null ? "nobody has told what has failed" : FailureText.message(cause, 4000), 4000));
        parameters.put("delay", permanent ? null : wait != null ? wait : settings(exchange).next(attempts));
    }

    /** True if a database has failed, of whomever. */
    static boolean isOfDatabase(Throwable failure) {
        return UnsafeFailureException.causes(failure).stream().anyMatch(SQLException.class::isInstance);
    }

    /** For a log: class and message of what has failed, not null. */
    static String text(Throwable failure) {
        Throwable cause = unwrapped(failure);
        return cause.getClass().getName() + ": " + FailureText.message(cause, 1000);
    }

    /** What has failed, without what Camel wraps around an Error, and Narayana around the answer of a participant; null for null. */
    public static Throwable unwrapped(Throwable failure) {
        List<Throwable> causes = UnsafeFailureException.causes(failure);
        return causes.size() > 1 && (causes.get(0) instanceof CamelExecutionException || causes.get(0) instanceof RollbackException) ? causes.get(1) : causes.isEmpty() ? null : causes.get(0);
    }

    /** Null where dead letters are not announced, and for a message that came from no topic, or from one whose name has no room for more. */
    static String deadDestination(Exchange exchange, String topic) {
        String announced = RetrySettings.value(exchange.getContext(), "inbox", consumer(exchange), "dead-letter-topic");
        return topic == null || "false".equals(announced) || !isDestination(topic + ".dead") ? null : topic + ".dead";
    }

    /** True for what the outbox takes for a destination; not null. */
    public static boolean isDestination(String name) {
        return name.matches("[A-Za-z0-9._-]{1,200}");
    }
}
