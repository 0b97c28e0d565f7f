package io.reliableroutes;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import org.apache.camel.CamelContext;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks from time to time whether the topics that a receiver reads are still there, and still the same. A consumer itself says nothing when
 * its topic goes, and goes on at its offset where another topic has come with the old one's name.
 */
final class TopicWatch implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);

    private final Map<String, String> ids = new ConcurrentHashMap<>();
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
            if (!topics.id(topic).equals(id)) {
                madeAnew.accept(topic);
            }
        } catch (UnknownTopicOrPartitionException e) {
            TopicCheck.tellMissing(context, dataSource, consumer, topic);
        } catch (Exception e) {
            LOG.debug("topic {} of {} cannot be looked at", topic, consumer, e);
        }
    }
}
