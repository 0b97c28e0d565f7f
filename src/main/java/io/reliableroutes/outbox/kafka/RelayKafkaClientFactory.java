package io.reliableroutes.outbox.kafka;

import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;

import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the relay's Kafka endpoint a producer that stops at its first failure, see {@link RelayProducer}, and whose batches no topic refuses:
 * Kafka's producer divides a batch that is longer than its topic's {@code max.message.bytes} into batches of {@code batch.size} (KAFKA-8350),
 * so one that is shorter than that would be sent as it is for ever, and nothing behind it.
 */
public class RelayKafkaClientFactory extends DefaultKafkaClientFactory implements CamelContextAware {

    private static final Logger LOG = LoggerFactory.getLogger(RelayKafkaClientFactory.class);

    /** The deadline travels as an additional property of the endpoint: a duration such as {@code 30s}. */
    static final String DEADLINE = "relay.sendDeadline";

    /** So does Kafka's {@code max.block.ms}, for which Camel takes no units. */
    static final String METADATA_TIMEOUT = "relay.metadataTimeout";

    private final AtomicInteger told = new AtomicInteger();
    private CamelContext context;

    @Override
    public void setCamelContext(CamelContext camelContext) {
        context = camelContext;
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Producer getProducer(Properties settings) {
        Object deadline = settings.remove(DEADLINE);
        Object metadata = settings.remove(METADATA_TIMEOUT);
        if (metadata != null) {
            settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Settings.duration(metadata.toString()));
        }
        Duration wait = deadline(deadline == null ? "30s" : deadline.toString());
        return RelayProducer.create(() -> super.getProducer(bounded(settings)), wait);
    }

    /** A producer is made anew after each failure, so the limit of a topic that came later, or has changed, is found then. */
    private Properties bounded(Properties settings) {
        Properties bounded = new Properties();
        bounded.putAll(settings);
        int size = Integer.parseInt(String.valueOf(settings.get(ProducerConfig.BATCH_SIZE_CONFIG)));
        int limit = KafkaTopics.of(context).smallestLimit(KafkaTopics.mapped(context));
        if (limit < size) {
            bounded.setProperty(ProducerConfig.BATCH_SIZE_CONFIG, String.valueOf(limit));
        }
        if (limit < size && told.getAndSet(limit) != limit) {
            LOG.info("outbox: records are sent in batches of {} bytes and not of outbox.relay.producer-batch-size ({}): a topic takes no "
                    + "longer ones", limit, size);
        }
        return bounded;
    }

    /**
     * @param  text                   of {@code outbox.relay.send-deadline}, not null
     * @return                        how long a record may stay unacknowledged, positive, not null
     * @throws ConfigurationException if the text is no duration, or 0
     */
    public static Duration deadline(String text) {
        Long millis = Settings.duration(text);
        if (millis == null || millis == 0) {
            throw new ConfigurationException("outbox.relay.send-deadline (" + text + ") is no duration of more than 0: each batch would be "
                    + "rolled back before the broker could answer, and sent again for ever. Write for example 30s.");
        }
        return Duration.ofMillis(millis);
    }
}
