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

    private final List<?> messages;
    private int passed;
    private Throwable failure;

    private InboxCourse(List<?> messages) {
        this.messages = messages;
    }

    static void begin(Exchange exchange, List<?> messages) {
        exchange.setProperty(PROPERTY, new InboxCourse(messages));
    }

    /** @param exchange whose body are the messages, not null */
    public static void begin(Exchange exchange) {
        begin(exchange, exchange.getMessage().getBody(List.class));
    }

    static InboxCourse of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, InboxCourse.class);
    }

    /** In their order, not null. */
    public List<?> messages() {
        return messages;
    }

    /** False if one has failed: nothing more is to be done. */
    public boolean isGood() {
        return failure == null;
    }

    /** What the first one that did not pass has failed with, null if all passed. */
    Throwable failure() {
        return failure;
    }

    void passed(Exchange exchange) {
        passed++;
        if (failure == null && exchange.getException() != null) {
            failure = UnsafeFailureException.guarded(exchange.getException());
        } else if (failure == null && (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast())) {
            failure = new IllegalStateException("a message has marked the transaction for rollback");
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
