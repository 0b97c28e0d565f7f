package io.reliableroutes.support;

/** A consumer is not where the database says that its receiver is. The message is innocent: the consumer takes up its partitions again. */
public class StalePositionException extends RuntimeException {

    /** SQLSTATE by which {@code move_inbox_position} says the same. */
    static final String SQL_STATE = "RR001";

    private static final long serialVersionUID = 1L;

    /** @param message value, problem, what follows; not null */
    public StalePositionException(String message) {
        super(message);
    }
}
