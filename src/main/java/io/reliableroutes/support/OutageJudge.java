package io.reliableroutes.support;

/** A bean that knows outages of its own, beside those that {@link FailureClassification} knows: what it works with is away, full or forbidden. */
public interface OutageJudge {

    /**
     * @param  failure with all that it was caused by, not null
     * @return         true if no message and no request is to blame for it
     */
    boolean isOutage(Throwable failure);
}
