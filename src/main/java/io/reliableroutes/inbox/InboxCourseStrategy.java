package io.reliableroutes.inbox;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;

/** Lets a {@code split} go through all messages of an {@link InboxCourse}, and leaves the exchange as it was. */
public final class InboxCourseStrategy implements AggregationStrategy {

    @Override
    public Exchange aggregate(Exchange none, Exchange exchange, Exchange whole) {
        InboxCourse.of(whole).passed(exchange);
        return null;
    }

    /** Not supported: without the exchange that was split nothing is known of the others. */
    @Override
    public Exchange aggregate(Exchange oldExchange, Exchange newExchange) {
        throw new UnsupportedOperationException();
    }
}
