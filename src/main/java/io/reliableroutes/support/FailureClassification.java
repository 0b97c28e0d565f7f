package io.reliableroutes.support;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;

/**
 * Tells whose fault a failure is; docs/failures.md has the table. An <em>outage</em>: a server cannot be reached, is stopping, or refuses
 * everybody; the message is innocent and must not use up an attempt. <em>Permanent</em>: the message is wrong and no further attempt can
 * help. Everything else is worth another attempt, at a time that a downstream may have named.
 */
public final class FailureClassification {

    /**
     * SQLSTATEs of a server that is gone, full or stopping, by PostgreSQL's Appendix A: class 08 connection, 53 resources, 57P operator
     * intervention, 58 system error, 25006 read-only (a demoted primary); and the position of a receiver that is elsewhere.
     */
    private static final Set<String> SQL_STATE_CLASSES = Set.of("08", "53", "58");

    private FailureClassification() {
    }

    /**
     * @param  exchange the failed exchange, not null
     * @return          true if a database, broker or downstream cannot be reached: what was asked has not been refused
     */
    public static boolean isInfrastructure(Exchange exchange) {
        for (Throwable t : UnsafeFailureException.causes(failure(exchange))) {
            if (isUnreachable(t)) {
                return true;
            }
        }
        return false;
    }

    /** The same of one exception, without its causes. */
    public static boolean isUnreachable(Throwable t) {
        return t instanceof SQLTransientConnectionException || t instanceof SQLNonTransientConnectionException
                || t instanceof SocketException || t instanceof SocketTimeoutException || t instanceof UnknownHostException
                || t instanceof java.net.http.HttpTimeoutException || t instanceof StalePositionException
                || t instanceof SQLException sql && isServerGone(sql);
    }

    private static boolean isServerGone(SQLException e) {
        String state = e.getSQLState();
        if (state == null) {
            // Agroal: no connection within the acquisition time-out; the driver always gives a state
            return e.getCause() instanceof java.util.concurrent.TimeoutException || e.getCause() instanceof IOException
                    || FailureText.message(e, 1000).contains("acquisition timeout");
        }
        return state.length() == 5 && SQL_STATE_CLASSES.contains(state.substring(0, 2)) || state.startsWith("57P") || state.equals("25006")
                || state.equals(StalePositionException.SQL_STATE);
    }

    /**
     * @param  side    {@code inbox} or {@code outbox}, not null
     * @param  name    consumer or destination, not null
     * @param  failure with all that it was caused by, not null
     * @return         true if a server cannot be reached, or the error or the HTTP status is in {@code outage-errors} or
     *                 {@code outage-statuses} of the consumer or destination
     */
    public static boolean isOutage(CamelContext context, String side, String name, Throwable failure) {
        return UnsafeFailureException.causes(failure).stream().anyMatch(FailureClassification::isUnreachable)
                || isListed(context, side, name, failure, "outage");
    }

    /** The same of {@code permanent-errors} and {@code permanent-statuses}: the message is wrong for good. */
    public static boolean isPermanent(CamelContext context, String side, String name, Throwable failure) {
        return isListed(context, side, name, failure, "permanent");
    }

    private static boolean isListed(CamelContext context, String side, String name, Throwable failure, String kind) {
        Set<String> names = new HashSet<>(List.of(RetrySettings.value(context, side, name, kind + "-errors").trim().split("\\s*,\\s*")));
        for (Throwable t : UnsafeFailureException.causes(failure)) {
            for (Class<?> type = t.getClass(); type != null; type = type.getSuperclass()) {
                if (names.contains(type.getName())) {
                    return true;
                }
            }
            if (isHttpAnswer(t)) {
                int status = t instanceof HttpAnswerException answer ? answer.status() : HttpAnswer.status(t);
                return HttpStatuses.of(RetrySettings.value(context, side, name, kind + "-statuses")).contains(status);
            }
        }
        return false;
    }

    /**
     * @param  failure with all that it was caused by, not null
     * @return         milliseconds after which a downstream wants to be asked again, by the {@code Retry-After} of its answer, or null
     */
    public static Long retryAfter(Throwable failure) {
        for (Throwable t : UnsafeFailureException.causes(failure)) {
            if (isHttpAnswer(t)) {
                return t instanceof HttpAnswerException answer ? answer.retryAfter() : HttpAnswer.retryAfter(t);
            }
        }
        return null;
    }

    private static boolean isHttpAnswer(Throwable t) {
        for (Class<?> type = t.getClass(); type != null; type = type.getSuperclass()) {
            if (type == HttpAnswerException.class || type.getName().equals("org.apache.camel.http.base.HttpOperationFailedException")) {
                return true;
            }
        }
        return false;
    }

    /** A class of its own, loaded only where camel-http is. */
    private static final class HttpAnswer {

        static int status(Throwable failure) {
            return ((HttpOperationFailedException) failure).getStatusCode();
        }

        static Long retryAfter(Throwable failure) {
            Map<String, String> headers = ((HttpOperationFailedException) failure).getResponseHeaders();
            return headers == null ? null : RetryAfter.milliseconds(header(headers, "Retry-After"), header(headers, "Date"));
        }

        private static String header(Map<String, String> headers, String name) {
            return headers.entrySet().stream().filter(header -> name.equalsIgnoreCase(header.getKey())).map(Map.Entry::getValue).findFirst().orElse(null);
        }
    }

    /** What has failed, null if nothing has. */
    public static Throwable failure(Exchange exchange) {
        Throwable failure = exchange.getException();
        return failure != null ? failure : exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    }
}
