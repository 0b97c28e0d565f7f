package io.reliableroutes.support;

import java.sql.SQLException;

/** A consumer is not where the database says that its receiver is. The message is innocent: the consumer takes up its partitions again. */
public class StalePositionException extends RuntimeException {

    /** SQLSTATE by which {@code move_inbox_position} says the same. */
    static final String SQL_STATE = "RR001";

    private static final long serialVersionUID = 1L;

    /**
     * @param  failure with all that it was caused by, not null
     * @return         true if the process or the database says so
     */
    public static boolean isCauseOf(Throwable failure) {
        return UnsafeFailureException.causes(failure).stream()
                .anyMatch(cause -> cause instanceof StalePositionException || cause instanceof SQLException sql && SQL_STATE.equals(sql.getSQLState()));
    }

    /** @param message value, problem, what follows; not null */
    public StalePositionException(String message) {
        super(message);
    }
}
