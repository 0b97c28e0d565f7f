package io.reliableroutes.inbox;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.reliableroutes.kafka.KafkaHeaders;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.consumer.KafkaManualCommit;
import org.apache.camel.component.kafka.consumer.KafkaManualCommitFactory.CamelExchangePayload;
import org.apache.camel.component.kafka.consumer.KafkaManualCommitFactory.KafkaRecordPayload;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** The partition of a record, for the thread of its consumer. What is committed to Kafka is for show, see {@link InboxPosition}. */
final class InboxPartition implements KafkaManualCommit {

    private final InboxPartitions partitions;
    private final Exchange exchange;
    private final Consumer<?, ?> consumer;
    private final KafkaRecordPayload record;

    InboxPartition(InboxPartitions partitions, CamelExchangePayload received, KafkaRecordPayload record) {
        this.partitions = partitions;
        this.exchange = received.exchange;
        this.consumer = received.consumer;
        this.record = record;
    }

    /** That of an exchange, as its consumer has brought it, not null. */
    static InboxPartition of(Exchange exchange) {
        return exchange.getMessage().getHeader(KafkaHeaders.MANUAL_COMMIT, InboxPartition.class);
    }

    /** True if it waits: then the record comes again, when it goes on. */
    boolean skips() {
        if (!partitions.isWaiting(record.partition)) {
            return false;
        }
        if (consumer.position(record.partition) > record.recordOffset) {
            consumer.seek(record.partition, record.recordOffset);
        }
        return true;
    }

    /**
     * Lets it wait.
     *
     * @param next         offset with which it goes on
     * @param milliseconds until it does
     * @param all          whether the consumer's other partitions wait too
     */
    void waitWith(long next, long milliseconds, boolean all) {
        consumer.seek(record.partition, next);
        Collection<TopicPartition> paused = all ? consumer.assignment() : Set.of(record.partition);
        consumer.pause(paused);
        InboxPartitions.Waiting wait = new InboxPartitions.Waiting((ServiceSupport) exchange.getContext().getRoute(exchange.getFromRouteId()).getConsumer(),
                System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds));
        paused.forEach(partition -> partitions.put(partition, wait));
    }

    /** The record is done, and all before it. */
    @Override
    public void commit() {
        commit(record.recordOffset + 1);
    }

    /** @param next offset of the first one that is not done */
    void commit(long next) {
        InboxPartitions.commit(consumer, record.partition, next);
    }

    @Override
    public String toString() {
        return record.partition.toString();
    }
}
