package io.reliableroutes.inbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

import io.reliableroutes.kafka.KafkaHeaders;
import io.reliableroutes.support.Settings;
import io.reliableroutes.support.StalePositionException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers the records that one poll has brought of a partition. A bean of one template's route. */
public class InboxPoll {

    private static final int ANSWER_SECONDS = 5;
    private static final Logger LOG = LoggerFactory.getLogger(InboxPoll.class);

    private final ThreadLocal<Hand> hands = ThreadLocal.withInitial(Hand::new);
    private String consumer;
    private String dataSource;

    /** @param dataSource bean name of the data source that the handler uses, not null */
    public void setDataSource(String dataSource) {
        this.dataSource = dataSource;
    }

    /** @param consumer name of the receiver, not null */
    public void setConsumer(String consumer) {
        this.consumer = consumer;
    }

    /**
     * Leaves as the body what is to be handled now: nothing, or the records up to this one, when it is the last of its partition in the poll or
     * enough of them are there. Nothing is kept beyond a poll: what a consumer loses before, it gets again from its position. Of a partition that
     * waits nothing is taken.
     *
     * @param  exchange               of a Kafka consumer, not null
     * @throws StalePositionException if the partition has to be taken up anew
     */
    public void gather(Exchange exchange) {
        if (InboxPartition.of(exchange).skips()) {
            exchange.getMessage().setBody(List.of());
            return;
        }
        Hand hand = hands.get();
        ReceivedRecord record = new ReceivedRecord(exchange.getMessage().copy(), InboxPosition.take(exchange));
        if (!hand.records.isEmpty() && !record.follows(hand.records.get(hand.records.size() - 1))) {
            // of a poll that was broken off
            hand.records.clear();
        }
        hand.records.add(record);
        List<ReceivedRecord> ready = List.of();
        if (isLast(exchange) || hand.records.size() >= hand.size.of(exchange.getContext(), consumer)) {
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

    private static boolean isLast(Exchange exchange) {
        return !Boolean.FALSE.equals(exchange.getMessage().getHeader(KafkaHeaders.LAST_OF_PARTITION));
    }

    /**
     * Commits to Kafka what is handled. If a message is to come again, its partition waits with it for {@code inbox.outage-delay}, and all partitions
     * where it is the database that is away.
     *
     * @param  exchange  behind the {@link InboxCourse} of the gathered records, not null
     * @throws Throwable if the consumer is not where the database says, so that it has to be connected again
     */
    public void settle(Exchange exchange) throws Throwable {
        InboxCourse course = InboxCourse.of(exchange);
        InboxPartition partition = InboxPartition.of(exchange);
        if (course.isGood() || StalePositionException.isCauseOf(course.failure())) {
            InboxCourse.end(exchange);
            if (isLast(exchange)) {
                partition.commit();
            }
            return;
        }
        ReceivedRecord record = (ReceivedRecord) course.failed();
        long offset = record.message().getHeader(KafkaHeaders.OFFSET, Long.class);
        long delay = Settings.duration(exchange.getContext(), "inbox.outage-delay");
        boolean all = InboxFailure.isOfDatabase(course.failure()) && isAway(exchange.getContext());
        InboxPosition.back(exchange, record.step());
        partition.waitWith(offset, delay, all);
        String failure = InboxFailure.text(course.failure());
        if (all) {
            LOG.warn("inbox of {}: all partitions wait {} ms, since the database is away, {} with offset {}: {}", consumer, delay, partition, offset, failure);
        } else {
            LOG.warn("inbox of {}: {} waits {} ms with offset {}, other partitions go on: {}", consumer, partition, delay, offset, failure);
        }
        partition.commit(offset);
    }

    /** Whether nothing can be handled now, of any partition. */
    private boolean isAway(CamelContext context) {
        try (Connection connection = context.getRegistry().lookupByNameAndType(dataSource, DataSource.class).getConnection()) {
            return !connection.isValid(ANSWER_SECONDS);
        } catch (SQLException e) {
            return true;
        }
    }

    /** What one consumer, which is a thread, has gathered. */
    private static final class Hand {

        private final List<ReceivedRecord> records = new ArrayList<>();
        private final BatchSize size = new BatchSize();
    }
}
