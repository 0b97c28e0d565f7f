package io.reliableroutes.inbox;

import java.util.ArrayList;
import java.util.List;

import io.reliableroutes.kafka.KafkaHeaders;
import io.reliableroutes.support.StalePositionException;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers the records that one poll has brought of a partition. A bean of one template's route. */
public class InboxPoll {

    private static final Logger LOG = LoggerFactory.getLogger(InboxPoll.class);

    private final ThreadLocal<Hand> hands = ThreadLocal.withInitial(Hand::new);
    private String consumer;

    /** @param consumer name of the receiver, not null */
    public void setConsumer(String consumer) {
        this.consumer = consumer;
    }

    /**
     * Leaves as the body what is to be handled now: nothing, or the records up to this one, when it is the last of its partition in the poll or
     * enough of them are there. Nothing is kept beyond a poll: what a consumer loses before, it gets again from its position.
     *
     * @param  exchange               of a Kafka consumer, not null
     * @throws StalePositionException if the partition has to be taken up anew
     */
    public void gather(Exchange exchange) {
        Hand hand = hands.get();
        ReceivedRecord record = new ReceivedRecord(exchange.getMessage().copy(), InboxPosition.take(exchange));
        if (!hand.records.isEmpty() && !record.follows(hand.records.get(hand.records.size() - 1))) {
            // of a poll that was broken off
            hand.records.clear();
        }
        hand.records.add(record);
        boolean last = !Boolean.FALSE.equals(exchange.getMessage().getHeader(KafkaHeaders.LAST_OF_PARTITION));
        List<ReceivedRecord> ready = List.of();
        if (last || hand.records.size() >= hand.size.of(exchange.getContext(), consumer)) {
            ready = List.copyOf(hand.records);
            hand.records.clear();
        }
        exchange.getMessage().setBody(ready);
    }

    /**
     * Begins an {@link InboxCourse} with the gathered records as its only message.
     *
     * @param exchange with the records as its body, not null
     */
    public void begin(Exchange exchange) {
        InboxCourse.begin(exchange, List.of(exchange.getMessage().getBody(List.class)));
    }

    /**
     * Leaves nothing in the body if all gathered records are handled, and else all of them.
     *
     * @param exchange behind the transaction of its records, not null
     */
    public void end(Exchange exchange) {
        InboxCourse course = InboxCourse.of(exchange);
        hands.get().size.learn(course.isGood());
        if (course.isGood()) {
            exchange.getMessage().setBody(List.of());
        } else {
            LOG.debug("inbox of {}: a batch has failed, its messages are handled one by one", consumer, course.failure());
        }
    }

    /** What one consumer, which is a thread, has gathered. */
    private static final class Hand {

        private final List<ReceivedRecord> records = new ArrayList<>();
        private final BatchSize size = new BatchSize();
    }
}
