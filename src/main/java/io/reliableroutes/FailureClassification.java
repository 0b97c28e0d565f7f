package io.reliableroutes;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;

/**
 * Tells whose fault a failure is. <em>Infrastructure</em>: a server cannot be reached or is shutting down; the message is innocent and
 * must not use up an attempt. <em>Permanent</em>: the message is wrong and no further attempt can help. Everything else is worth
 * another attempt.
 */
final class FailureClassification {

    /**
     * SQLSTATEs of a server that is gone, full or stopping, by PostgreSQL's Appendix A: class 08 connection, 53 resources, 57P operator
     * intervention, 58 system error, 25006 read-only (a demoted primary); and the position of a receiver that is elsewhere.
     */
    private static final Set<String> SQL_STATE_CLASSES = Set.of("08", "53", "58");

    private FailureClassification() {
    }

    /**
     * @param  exchange the failed exchange, not null
     * @return          true if a database, broker or downstream cannot be reached
     */
    static boolean isInfrastructure(Exchange exchange) {
        for (Throwable t : UnsafeFailureException.causes(failure(exchange))) {
            if (isUnreachable(t)) {
                return true;
            }
        }
        return false;
    }

    /** The same of one exception, without its causes. */
    static boolean isUnreachable(Throwable t) {
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
                    || UnsafeFailureException.message(e, 1000).contains("acquisition timeout");
        }
        return state.length() == 5 && SQL_STATE_CLASSES.contains(state.substring(0, 2)) || state.startsWith("57P") || state.equals("25006")
                || state.equals(StalePositionException.SQL_STATE);
    }

    /**
     * @param  exchange the failed exchange, not null
     * @param  side     {@code inbox} or {@code outbox}, not null
     * @param  name     consumer or destination, not null
     * @return          true if the message is wrong for good: by the list {@code permanent-errors} of the consumer or destination, or
     *                  because a downstream answered with an HTTP status 4xx which is not 408, 425 or 429
     */
    static boolean isPermanent(Exchange exchange, String side, String name) {
        return isPermanent(exchange.getContext(), side, name, failure(exchange));
    }

    static boolean isPermanent(CamelContext context, String side, String name, Throwable failure) {
        Set<String> names = new HashSet<>(List.of(RetrySettings.value(context, side, name, "permanent-errors").trim().split("\\s*,\\s*")));
        for (Throwable t : UnsafeFailureException.causes(failure)) {
            for (Class<?> type = t.getClass(); type != null; type = type.getSuperclass()) {
                if (names.contains(type.getName())) {
                    return true;
                }
                if (type.getName().equals("org.apache.camel.http.base.HttpOperationFailedException")) {
                    int status = HttpStatus.of(t);
                    return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
                }
            }
        }
        return false;
    }

    /** A class of its own, loaded only where camel-http is. */
    private static final class HttpStatus {
        static int of(Throwable failure) {
            return ((org.apache.camel.http.base.HttpOperationFailedException) failure).getStatusCode();
        }
    }

    /** What has failed: now, or in an earlier delivery of a message that is given up. */
    static Throwable failure(Exchange exchange) {
        Throwable caught = exchange.getException();
        caught = caught != null ? caught : exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        return caught != null ? caught : exchange.getProperty(JmsInbox.FAILURE, Throwable.class);
    }
}
