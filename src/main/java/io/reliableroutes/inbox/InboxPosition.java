package io.reliableroutes.inbox;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.reliableroutes.kafka.KafkaHeaders;
import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.Readiness;
import io.reliableroutes.support.Settings;
import io.reliableroutes.support.StalePositionException;
import io.reliableroutes.support.StartCheck;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.spi.StateRepository;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a receiver is in its topics: the consumer's {@code offsetRepository}. The position is stored in the database of the effects, by the
 * transaction of each effect, and Kafka's committed offsets are for show. Each record says after which one it comes: a transaction
 * whose predecessor is not the stored position fails, so nothing is passed over, and nothing is done again by a process that another one
 * has replaced, nor behind the back of an operator who moves the position or restores the database.
 */
public class InboxPosition extends ServiceSupport implements StateRepository<String, String>, CamelContextAware {

    static final Step NOT_STORED = new Step(null, null, null, null, null);
    private static final long LOOK_AT_TOPICS_SECONDS = 5;
    /** An outage shall not make the group divide the partitions again and again, nor let it wait for this consumer for long. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final Logger LOG = LoggerFactory.getLogger(InboxPosition.class);

    private final Map<TopicPartition, Place> places = new ConcurrentHashMap<>();
    private CamelContext camelContext;
    private String dataSource;
    private String consumer;
    private String topic;
    private TopicOffsets topics;
    private StartingPoint startingPoint;
    private TopicWatch watch;
    private ReceiverProgress progress;
    private ScheduledExecutorService watchman;

    /** @param dataSource bean name of the data source that the handler uses, not null */
    public void setDataSource(String dataSource) {
        this.dataSource = dataSource;
    }

    /** @param consumer name of the receiver, which is its group, not null */
    public void setConsumer(String consumer) {
        this.consumer = consumer;
    }

    /** @param topic that the receiver reads, or several with commas between them, not null */
    public void setTopic(String topic) {
        this.topic = topic;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.camelContext = camelContext;
    }

    @Override
    public CamelContext getCamelContext() {
        return camelContext;
    }

    /**
     * Called for each partition that the consumer gets, before it reads.
     *
     * @param  key                   {@code topic/partition}, not null
     * @return                       offset of the last record that is done, not null, -1 for none: Camel goes on behind it
     * @throws RuntimeCamelException if database or broker do not tell for half a minute: Camel connects the consumer again
     */
    @Override
    public String getState(String key) {
        int slash = key.lastIndexOf('/');
        TopicPartition partition = new TopicPartition(key.substring(0, slash), Integer.parseInt(key.substring(slash + 1)));
        places.remove(partition);
        long begin = System.nanoTime();
        for (boolean told = false;; told = true) {
            try {
                Step last = startingPoint.of(partition);
                places.put(partition, new Place(Thread.currentThread(), last));
                watch.seen(partition.topic(), last.topicId());
                InboxPartitions.begin(partition, last.done() + 1);
                return String.valueOf(last.done());
            } catch (Exception e) {
                if (!told) {
                    LOG.warn("inbox of {} does not know where to go on in {} and asks again: {}", consumer, partition,
                            FailureText.message(e, 1000));
                }
                if (!pause() || System.nanoTime() - begin > PATIENCE_NANOS) {
                    throw new RuntimeCamelException("position of " + consumer + " in " + partition + " cannot be read: "
                            + FailureText.message(e, 1000), e);
                }
            }
        }
    }

    /** False if there is no time left. */
    private boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(Settings.duration(camelContext, "inbox.outage-delay"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !camelContext.getStatus().isStopping() && !Thread.currentThread().isInterrupted();
    }

    /** Does nothing: each transaction stores its own. What Camel would store here is one too many, and not yet committed. */
    @Override
    public void setState(String key, String value) {
        // see above
    }

    /**
     * Which step the record of an exchange is. The same record again, after a failed attempt, is the same step.
     *
     * @param  exchange               of any consumer, as it came, not null
     * @return                        the step, one that stores nothing for an exchange that comes from no receiver with positions; not null
     * @throws StalePositionException if the partition has to be taken up anew
     */
    static Step take(Exchange exchange) {
        InboxPosition position = of(exchange);
        return position == null ? NOT_STORED : position.step(exchange);
    }

    /**
     * Goes back behind a record that was taken, and all after it: it is taken again.
     *
     * @param exchange of the consumer that has taken it, not null
     * @param step     that the record is, not null
     */
    static void back(Exchange exchange, Step step) {
        InboxPosition position = of(exchange);
        if (position != null) {
            position.places.computeIfPresent(new TopicPartition(step.topic(), step.partition()), (partition, place) -> place.isOfThisConsumer() ? new Place(place.consumer(), step.before()) : place);
        }
    }

    /** Null for an exchange that comes from no receiver with positions. */
    private static InboxPosition of(Exchange exchange) {
        return exchange.getFromEndpoint() instanceof KafkaEndpoint kafka && kafka.getConfiguration().getOffsetRepository() instanceof InboxPosition position ? position : null;
    }

    private Step step(Exchange exchange) {
        TopicPartition partition = new TopicPartition(exchange.getMessage().getHeader(KafkaHeaders.TOPIC, String.class),
                exchange.getMessage().getHeader(KafkaHeaders.PARTITION, Integer.class));
        Long offset = exchange.getMessage().getHeader(KafkaHeaders.OFFSET, Long.class);
        Place place = places.computeIfPresent(partition, (key, last) -> last.isOfThisConsumer() ? last.next(offset) : last);
        if (place == null || !place.isOfThisConsumer()) {
            throw new StalePositionException("topic " + partition.topic() + " was made anew, or its partition " + partition.partition()
                    + " is no longer that of this consumer: it is taken up again where " + consumer + " is");
        }
        return place.step();
    }

    private Map<TopicPartition, Long> begun() {
        return places.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, place -> place.getValue().step().done()));
    }

    @Override
    protected void doStart() {
        StartCheck.require(camelContext);
        topics = new TopicOffsets(camelContext, consumer);
        startingPoint = new StartingPoint(camelContext, dataSource, consumer, topics);
        watch = new TopicWatch(camelContext, dataSource, consumer, topics, anew -> places.keySet().removeIf(partition -> partition.topic().equals(anew)));
        List<String> names = TopicCheck.names(topic);
        names.forEach(watch::expect);
        progress = new ReceiverProgress(camelContext, dataSource, consumer, names, topics);
        Readiness.ofReceiver(camelContext, consumer, () -> progress.problem(begun()));
        watchman = camelContext.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "inbox-topics-" + consumer);
        watchman.scheduleWithFixedDelay(watch, LOOK_AT_TOPICS_SECONDS, LOOK_AT_TOPICS_SECONDS, TimeUnit.SECONDS);
        watchman.scheduleWithFixedDelay(progress, LOOK_AT_TOPICS_SECONDS, LOOK_AT_TOPICS_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    protected void doStop() {
        camelContext.getExecutorServiceManager().shutdownNow(watchman);
        topics.close();
        places.clear();
    }

    /**
     * Where a consumer is in a partition. Each has a thread of its own: one that has lost the partition to another of this process must not go on
     * behind the other's step, and leave out what it has gathered and not handled.
     */
    private record Place(Thread consumer, Step step) {

        boolean isOfThisConsumer() {
            return consumer == Thread.currentThread();
        }

        Place next(long offset) {
            return step.done() == offset ? this : new Place(consumer, step.next(offset));
        }
    }

    /**
     * One record's move of a position.
     *
     * @param topicId Kafka's id of the topic; null, as all the others, where no position is stored
     * @param seen    offset of the record before it in the partition, as it was received; or the stored position
     * @param done    offset of the record itself
     */
    record Step(String topic, Integer partition, String topicId, Long seen, Long done) {

        Step next(long offset) {
            return new Step(topic, partition, topicId, done, offset);
        }

        /** The step of the record before it, as far as the next one needs it. */
        Step before() {
            return new Step(topic, partition, topicId, null, seen);
        }

        boolean follows(Step other) {
            return topic.equals(other.topic) && partition.equals(other.partition) && seen.equals(other.done);
        }
    }
}
