package io.reliableroutes;

import java.time.Duration;
import java.util.Properties;

import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.producer.Producer;

/** Gives the relay's Kafka endpoint a producer that stops at its first failure, see {@link RelayProducer}. */
public class RelayKafkaClientFactory extends DefaultKafkaClientFactory {

    /** The deadline travels as an additional property of the endpoint: a duration such as {@code 30s}. */
    static final String DEADLINE = "relay.sendDeadline";

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Producer getProducer(Properties settings) {
        Object deadline = settings.remove(DEADLINE);
        Duration wait = deadline(deadline == null ? "30s" : deadline.toString());
        return RelayProducer.create(() -> super.getProducer(settings), wait);
    }

    /** @throws ConfigurationException if the text is no duration, or 0 */
    static Duration deadline(String text) {
        Long millis = Settings.duration(text);
        if (millis == null || millis == 0) {
            throw new ConfigurationException("outbox.relay.send-deadline (" + text + ") is no duration of more than 0: each batch would be "
                    + "rolled back before the broker could answer, and sent again for ever. Write for example 30s.");
        }
        return Duration.ofMillis(millis);
    }
}
