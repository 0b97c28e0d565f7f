package io.reliableroutes;

import java.time.Duration;
import java.util.Properties;

import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.camel.util.TimeUtils;
import org.apache.kafka.clients.producer.Producer;

/** Gives the relay's Kafka endpoint a producer that stops at its first failure, see {@link RelayProducer}. */
public class RelayKafkaClientFactory extends DefaultKafkaClientFactory {

    /** The deadline travels as an additional property of the endpoint: a duration such as {@code 30s}. */
    static final String DEADLINE = "relay.sendDeadline";

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Producer getProducer(Properties settings) {
        Object deadline = settings.remove(DEADLINE);
        Duration wait = Duration.ofMillis(TimeUtils.toMilliSeconds(deadline == null ? "30s" : deadline.toString()));
        return RelayProducer.create(() -> super.getProducer(settings), wait);
    }
}
