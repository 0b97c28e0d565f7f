package io.reliableroutes.inbox;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.reliableroutes.kafka.BrokerCheck;
import io.reliableroutes.support.Incidents;
import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Looks from time to time whether the topics that a receiver reads are still there, and still the same. A consumer itself says nothing when
 * its topic or its broker goes, and goes on at its offset where another topic has come with the old one's name.
 */
final class TopicWatch implements Runnable {

    private static final String SILENT = "TOPIC_SILENT";

    private static final String NOT_YET_SEEN = "";

    /** By name. */
    private final Map<String, String> ids = new ConcurrentHashMap<>();
    private final Map<String, Long> silentSince = new ConcurrentHashMap<>();
    private final CamelContext context;
    private final String dataSource;
    private final String consumer;
    private final TopicOffsets topics;
    private final Consumer<String> madeAnew;

    /** @param madeAnew is told each time the name of a topic that has another id than the receiver has seen */
    TopicWatch(CamelContext context, String dataSource, String consumer, TopicOffsets topics, Consumer<String> madeAnew) {
        this.context = context;
        this.dataSource = dataSource;
        this.consumer = consumer;
        this.topics = topics;
        this.madeAnew = madeAnew;
    }

    /** The receiver shall read the topic: where it never gets a partition, that has to be told too. */
    void expect(String topic) {
        ids.putIfAbsent(topic, NOT_YET_SEEN);
    }

    /** The receiver has a partition of the topic. */
    void seen(String topic, String id) {
        ids.put(topic, id);
        Incidents.end(context, dataSource, TopicCheck.MISSING, TopicCheck.subject(consumer, topic));
    }

    @Override
    public void run() {
        ids.forEach(this::look);
    }

    private void look(String topic, String id) {
        try {
            String found = topics.id(topic);
            if (!id.equals(NOT_YET_SEEN) && !id.equals(found)) {
                madeAnew.accept(topic);
            }
            answered(topic);
        } catch (UnknownTopicOrPartitionException e) {
            answered(topic);
            TopicCheck.tellMissing(context, dataSource, consumer, topic);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            long now = System.nanoTime();
            long limit = Settings.duration(context, "check.wait");
            if (now - silentSince.computeIfAbsent(topic, name -> now) >= TimeUnit.MILLISECONDS.toNanos(limit)
                    && !BrokerCheck.isKnownToBeAway(context, dataSource)) {
                Incidents.raise(context, dataSource, SILENT, TopicCheck.subject(consumer, topic), e.getClass().getName(), "the broker has told nothing of topic "
                        + topic + " for check.wait (" + Settings.text(context, "check.wait") + ") and longer: " + consumer
                        + " receives nothing. Mend the broker, the way to it, or the receiver's rights. " + e.getMessage());
            }
        }
    }

    private void answered(String topic) {
        silentSince.remove(topic);
        Incidents.end(context, dataSource, SILENT, TopicCheck.subject(consumer, topic));
    }
}
