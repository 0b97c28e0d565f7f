package io.reliableroutes;

import org.apache.camel.Exchange;

/** Says in a line of log with what an exchange has failed: what the database has said, also where a wrapper leaves it out, and no row's values. */
public class FailureText {

    private static final int LONGEST = 4000;

    /**
     * @param  exchange that has failed, not null
     * @return          what its failure says, not null
     */
    public String of(Exchange exchange) {
        Throwable failure = FailureClassification.failure(exchange);
        return failure == null ? "nobody has told what has failed" : UnsafeFailureException.message(failure, LONGEST);
    }
}
