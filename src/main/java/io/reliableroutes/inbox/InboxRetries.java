package io.reliableroutes.inbox;

import java.util.List;

import io.reliableroutes.support.WakeUp;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins each poll for parked messages: those that are due share a transaction, and where one of them fails each of them has its own. A bean of one
 * template's route.
 */
public class InboxRetries {

    private static final Logger LOG = LoggerFactory.getLogger(InboxRetries.class);

    private final BatchSize size = new BatchSize();
    private String consumer;
    private String dataSource;
    /** How many are to be taken alone: so many have shared a transaction that has failed. */
    private int left;

    /** @param consumer name of the receiver, not null */
    public void setConsumer(String consumer) {
        this.consumer = consumer;
    }

    /** @param dataSource bean name of the data source that the handler uses, not null */
    public void setDataSource(String dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * Begins an {@link InboxCourse} with {@link ParkedMessages} as its only message; with none, if the next one is to be taken alone.
     *
     * @param exchange of a scheduler, not null
     */
    public void begin(Exchange exchange) {
        int most = left > 0 ? 1 : size.of(exchange.getContext(), consumer);
        List<ParkedMessages> batch = most > 1 ? List.of(new ParkedMessages(consumer, dataSource, most)) : List.of();
        batch.forEach(messages -> messages.keepWith(exchange));
        InboxCourse.begin(exchange, batch);
    }

    /**
     * @param  exchange behind the transaction that several have shared, not null
     * @return          true if one is to be taken alone now
     */
    public boolean isOneByOne(Exchange exchange) {
        ParkedMessages batch = ParkedMessages.of(exchange);
        if (batch == null) {
            left = Math.max(0, left - 1);
            return true;
        }
        InboxCourse course = InboxCourse.of(exchange);
        if (!course.isGood()) {
            LOG.debug("retries of {}: a batch has failed, its messages are handled one by one", consumer, course.failure());
            size.learn(false);
            left = Math.max(0, batch.size() - 1);
            return true;
        }
        if (batch.size() > 0) {
            size.learn(true);
            WakeUp.wake(exchange.getContext(), consumer);
        }
        return batch.isNextAlone();
    }

    /**
     * A poll for one parked message, before its claim.
     *
     * @param exchange of a scheduler, not null
     */
    public void next(Exchange exchange) {
        new ParkedMessages(consumer, dataSource, 1).keepWith(exchange);
        new ParkedMessage(consumer, dataSource).keepWith(exchange);
    }
}
