package io.reliableroutes;

/** A received message is wrong in itself: no attempt can succeed, so it becomes a dead letter at once. */
public class InvalidMessageException extends RuntimeException {

    /** @param message value, problem, consequence, fix; not null */
    public InvalidMessageException(String message) {
        super(message);
    }
}
