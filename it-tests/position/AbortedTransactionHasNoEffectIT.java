package position;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;

import harness.Routes;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AbortedTransactionHasNoEffectIT {

    private final PositionFixture bank = new PositionFixture();

    @Test
    void recordsOfATransactionThatItsSenderHasRolledBackHaveNoEffect() {
        Map<String, Object> settings = Map.of("bootstrap.servers", bank.topic.kafka().brokers(), "transactional.id", UUID.randomUUID().toString());
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(record(1));
            producer.flush();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(record(2));
            producer.commitTransaction();
        }
        bank.requests(3, 3);

        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-2", "t-3");
        }
        // the markers of the transactions are records too, and no gap
        assertThat(bank.position()).isEqualTo(4);
        assertThat(bank.incidents()).isEmpty();
    }

    private ProducerRecord<String, byte[]> record(int number) {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(bank.topic.name(), "a-1",
                PositionFixture.body("t-" + number).getBytes(StandardCharsets.UTF_8));
        PositionFixture.headers("m-" + number).forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        return record;
    }
}
