package io.reliableroutes.support;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.transaction.RollbackException;
import jakarta.transaction.SystemException;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers an HTTP request with a problem detail of RFC 9457: {@code {"type", "title", "status", "detail"}}. */
public class ProblemDetail {

    /** Media type of the answers. */
    public static final String CONTENT_TYPE = "application/problem+json";

    private static final Logger LOG = LoggerFactory.getLogger(ProblemDetail.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<Integer, String> TITLES = Map.ofEntries(
            Map.entry(400, "Bad Request"), Map.entry(401, "Unauthorized"), Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"), Map.entry(405, "Method Not Allowed"), Map.entry(406, "Not Acceptable"),
            Map.entry(409, "Conflict"), Map.entry(413, "Content Too Large"), Map.entry(414, "URI Too Long"),
            Map.entry(415, "Unsupported Media Type"), Map.entry(422, "Unprocessable Content"),
            Map.entry(431, "Request Header Fields Too Large"), Map.entry(500, "Internal Server Error"), Map.entry(503, "Service Unavailable"));

    /**
     * @param exchange whose body, a text, is the detail: value, problem, consequence, fix; not null. All headers go.
     * @param status   HTTP status, 400 to 599
     */
    public void answer(Exchange exchange, int status) {
        answer(exchange, status, "");
    }

    /**
     * @param exchange as above
     * @param status   as above
     * @param members  names of variables that are members of the problem detail too, with commas between them, not null
     */
    public void answer(Exchange exchange, int status, String members) {
        Map<String, Object> more = new LinkedHashMap<>();
        for (String name : members.isBlank() ? new String[0] : members.trim().split("\\s*,\\s*")) {
            more.put(name, exchange.getVariable(name));
        }
        String body = json(status, exchange.getMessage().getBody(String.class), more);
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, CONTENT_TYPE);
        exchange.getMessage().setBody(body);
    }

    /**
     * Answers 503 where the same request may succeed later, and 500 where nobody but an operator can help, and logs the cause.
     *
     * @param exchange a failed one, not null
     */
    public void fail(Exchange exchange) {
        Throwable failure = FailureClassification.failure(exchange);
        boolean passes = passes(exchange, failure);
        // the one that it came by is only that of the REST service
        LOG.error("Request failed in route {}: {}", exchange.getProperty(Exchange.FAILURE_ROUTE_ID, exchange.getFromRouteId(), String.class), cause(failure));
        exchange.getMessage().setBody(passes ? "the service cannot answer now: nothing is known to be done. Send the same request again."
                : "the service has a fault: nothing is known to be done, and the same request would fail again. Tell its operators; its log has the cause.");
        answer(exchange, passes ? 503 : 500);
    }

    /**
     * @param  detail value, problem, consequence, fix; not null
     * @param  more   further members by their names, not null; none takes the place of a standard one
     * @return        the problem detail as JSON, not null
     */
    public static String json(int status, String detail, Map<String, Object> more) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", "about:blank");
        problem.put("title", TITLES.getOrDefault(status, "HTTP " + status));
        problem.put("status", status);
        problem.put("detail", detail);
        more.forEach(problem::putIfAbsent);
        try {
            return JSON.writeValueAsString(problem);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Outages, what another transaction has caused: SQLSTATE classes 40, 55 and 57, and what a part causes that has not started yet, or has ended. */
    private static boolean passes(Exchange exchange, Throwable failure) {
        if (!exchange.getContext().isStarted() || FailureClassification.isInfrastructure(exchange)
                || exchange.getContext().getRegistry().findByType(OutageJudge.class).stream().anyMatch(judge -> judge.isOutage(failure))) {
            return true;
        }
        for (Throwable cause : UnsafeFailureException.causes(failure)) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState().matches("(40|55|57).*");
            }
        }
        // a transaction that took longer than tx.timeout, or that may not begin before recovery
        return UnsafeFailureException.causes(failure).stream().anyMatch(cause -> cause instanceof RollbackException || cause instanceof SystemException);
    }

    /** The root cause in one line, or what the database has said; not null, as the failure is. */
    public static String cause(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause : UnsafeFailureException.causes(failure)) {
            root = cause;
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                break;
            }
        }
        return root.getClass().getName() + ": " + FailureText.message(root, 1000).lines().findFirst().orElse("");
    }
}
