package peers;

import java.util.Map;
import java.util.concurrent.ExecutionException;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes for outboxes that leave this to the application: with the client's defaults, and waiting for the broker's word. */
final class Producer {

    private final KafkaProducer<String, String> producer;
    private final String topic;

    Producer(Outbox.Servers servers) {
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", servers.brokers()), new StringSerializer(), new StringSerializer());
        topic = servers.topic();
    }

    void publish(String key, String payload) {
        try {
            producer.send(new ProducerRecord<>(topic, key, payload)).get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
