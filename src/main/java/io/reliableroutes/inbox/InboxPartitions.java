package io.reliableroutes.inbox;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import org.apache.camel.component.kafka.consumer.CommitManager;
import org.apache.camel.component.kafka.consumer.KafkaManualCommitFactory;
import org.apache.camel.component.kafka.consumer.errorhandler.KafkaConsumerListener;
import org.apache.camel.component.kafka.consumer.support.ProcessingResult;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of a receiver, of which some wait: a message that meets an outage holds up its own and no other. Camel's answer to a failure
 * is to connect the consumer again, which begins with the same partition as before, and makes the group divide all of them anew. A bean of one
 * template's route; Camel gives each record an {@link InboxPartition} of it, and tells it of each poll.
 */
public class InboxPartitions extends KafkaConsumerListener implements KafkaManualCommitFactory, Predicate<Object> {

    private static final Logger LOG = LoggerFactory.getLogger(InboxPartitions.class);
    private static final ThreadLocal<Consumer<?, ?>> CONSUMER = new ThreadLocal<>();

    /** Each consumer is a thread. One that has lost a partition to another of this process may not know it yet, and must not take its wait away. */
    private final ThreadLocal<Map<TopicPartition, Waiting>> waiting = ThreadLocal.withInitial(HashMap::new);

    /** Called by the thread that has made it; what waited of the one before, which is closed, waits no longer. */
    @Override
    public void setConsumer(Consumer<?, ?> consumer) {
        CONSUMER.set(consumer);
        waiting.remove();
    }

    /**
     * Tells Kafka where the receiver is in a partition that the consumer of this thread has just been given: a route that was suspended is resumed
     * there by Camel, and what had been told in an earlier life may be further than the receiver is now.
     *
     * @param next offset of the first one that is not done
     */
    static void begin(TopicPartition partition, long next) {
        Consumer<?, ?> consumer = CONSUMER.get();
        if (consumer != null) {
            commit(consumer, partition, next);
        }
    }

    /** Nobody waits for it: where the broker is away or the group is being divided, the next poll sees to that. */
    static void commit(Consumer<?, ?> consumer, TopicPartition partition, long next) {
        consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(next)), (offsets, failure) -> {
            if (failure != null) {
                LOG.debug("{} is not committed at {}", partition, next, failure);
            }
        });
    }

    @Override
    public InboxPartition newInstance(CamelExchangePayload exchange, KafkaRecordPayload record, CommitManager none) {
        return new InboxPartition(this, exchange, record);
    }

    /**
     * Lets go on what has waited for long enough.
     *
     * @param  polled the consumer, in its thread, not null
     * @return        true, or what it has polled would not be handled
     */
    @Override
    public boolean afterConsume(Object polled) {
        Consumer<?, ?> consumer = (Consumer<?, ?>) polled;
        waiting.get().entrySet().removeIf(entry -> {
            boolean paused = consumer.paused().contains(entry.getKey());
            if (paused && entry.getValue().isOn()) {
                return false;
            }
            // if it is not paused any more, it was taken away and given back, or an operator has suspended and resumed the route
            if (paused) {
                consumer.resume(Set.of(entry.getKey()));
            }
            return true;
        });
        return true;
    }

    /** Stops at no failure: those that concern one message are settled, and for the others Camel connects the consumer again. */
    @Override
    public boolean afterProcess(ProcessingResult result) {
        return true;
    }

    /** Not asked, though Camel wants to have it. */
    @Override
    public boolean test(Object none) {
        return true;
    }

    /** Of the consumer of this thread. */
    boolean isWaiting(TopicPartition partition) {
        return waiting.get().containsKey(partition);
    }

    void put(TopicPartition partition, Waiting wait) {
        waiting.get().put(partition, wait);
    }

    /**
     * Why a partition brings nothing.
     *
     * @param route what an operator may suspend
     * @param until {@link System#nanoTime}
     */
    record Waiting(ServiceSupport route, long until) {

        /** A suspended route is resumed with all of its partitions. */
        boolean isOn() {
            return System.nanoTime() - until < 0 || route.isSuspendingOrSuspended();
        }
    }
}
