package io.reliableroutes.inbox;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import org.apache.camel.component.kafka.consumer.CommitManager;
import org.apache.camel.component.kafka.consumer.KafkaManualCommitFactory;
import org.apache.camel.component.kafka.consumer.errorhandler.KafkaConsumerListener;
import org.apache.camel.component.kafka.consumer.support.ProcessingResult;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The partitions of a receiver, of which some wait: a message that meets an outage holds up its own and no other. Camel's answer to a failure
 * is to connect the consumer again, which begins with the same partition as before, and makes the group divide all of them anew. A bean of one
 * template's route; Camel gives each record an {@link InboxPartition} of it, and tells it of each poll.
 */
public class InboxPartitions extends KafkaConsumerListener implements KafkaManualCommitFactory, Predicate<Object> {

    private final Map<TopicPartition, Waiting> waiting = new ConcurrentHashMap<>();

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
        waiting.forEach((partition, wait) -> {
            boolean paused = wait.consumer == consumer && consumer.paused().contains(partition);
            if (wait.consumer == consumer && !(paused && wait.isOn())) {
                // what is not paused any more was taken away and given back, or an operator has suspended and resumed the route
                waiting.remove(partition);
                if (paused) {
                    consumer.resume(Set.of(partition));
                }
            }
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

    boolean isWaiting(TopicPartition partition, Consumer<?, ?> consumer) {
        Waiting wait = waiting.get(partition);
        return wait != null && wait.consumer == consumer;
    }

    void put(TopicPartition partition, Waiting wait) {
        waiting.put(partition, wait);
    }

    /**
     * Why a partition brings nothing.
     *
     * @param consumer that has it
     * @param route    what an operator may suspend
     * @param until    {@link System#nanoTime}
     */
    record Waiting(Consumer<?, ?> consumer, ServiceSupport route, long until) {

        /** A suspended route is resumed with all of its partitions. */
        boolean isOn() {
            return System.nanoTime() - until < 0 || route.isSuspendingOrSuspended();
        }
    }
}
