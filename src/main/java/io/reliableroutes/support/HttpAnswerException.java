package io.reliableroutes.support;

/** An answer of an HTTP server that the pack itself has asked, and that is not what it wants. {@link FailureClassification} tells whose fault it is. */
public class HttpAnswerException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final Long retryAfter;

    /**
     * @param message    without the secrets of its address, not null
     * @param status     of the answer
     * @param retryAfter its header {@code Retry-After}, null if it has none
     * @param date       its header {@code Date}, null if it has none
     */
    public HttpAnswerException(String message, int status, String retryAfter, String date) {
        super(message);
        this.status = status;
        this.retryAfter = RetryAfter.milliseconds(retryAfter, date);
    }

    int status() {
        return status;
    }

    /** Milliseconds, null if the answer does not say. */
    Long retryAfter() {
        return retryAfter;
    }
}
