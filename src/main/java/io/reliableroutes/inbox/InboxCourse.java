package io.reliableroutes.inbox;

import java.util.List;

import io.reliableroutes.support.UnsafeFailureException;
import org.apache.camel.Exchange;

/**
 * How far the messages of a poll are that a route handles one after the other, by a {@code split} with {@link InboxCourseStrategy}. Its own
 * {@code stopOnException} would also stop behind a message whose failure is settled, and behind a handler that ends with {@code stop}.
 */
public final class InboxCourse {

    private static final String PROPERTY = "inboxCourse";
    /** What a route reads at each message stands beside it: Camel would look up each method of an object anew. */
    private static final String MESSAGES = "inboxMessages";
    private static final String GOOD = "inboxGood";

    private final List<?> messages;
    private int passed;
    private Throwable failure;

    private InboxCourse(List<?> messages) {
        this.messages = messages;
    }

    static void begin(Exchange exchange, List<?> messages) {
        exchange.setProperty(PROPERTY, new InboxCourse(messages));
        exchange.setProperty(MESSAGES, messages);
    }

    /**
     * Gives the route the messages, as the exchange property {@code inboxMessages}.
     *
     * @param exchange whose body they are, not null
     */
    public static void begin(Exchange exchange) {
        begin(exchange, exchange.getMessage().getBody(List.class));
    }

    static InboxCourse of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, InboxCourse.class);
    }

    /**
     * Before one of the messages: the exchange property {@code inboxGood} is false if one has failed, and nothing more is to be done.
     *
     * @param exchange one of the split, not null
     */
    public static void next(Exchange exchange) {
        exchange.setProperty(GOOD, of(exchange).isGood());
    }

    boolean isGood() {
        return failure == null;
    }

    /** What the first one that did not pass has failed with, null if all passed. */
    Throwable failure() {
        return failure;
    }

    /** The first one that did not pass; only if one did not. */
    Object failed() {
        return messages.get(passed);
    }

    void passed(Exchange exchange) {
        if (failure == null && exchange.getException() != null) {
            failure = UnsafeFailureException.guarded(exchange.getException());
        } else if (failure == null && (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast())) {
            failure = new IllegalStateException("a message has marked the transaction for rollback");
        }
        if (failure == null) {
            passed++;
        }
    }

    /**
     * @param  exchange  behind the split, not null
     * @throws Throwable what one of the messages has failed with
     */
    public static void end(Exchange exchange) throws Throwable {
        InboxCourse course = of(exchange);
        if (course.failure != null) {
            throw course.failure;
        }
        if (course.passed != course.messages.size()) {
            throw new IllegalStateException(course.passed + " of " + course.messages.size() + " messages of a poll were handled");
        }
    }
}
