package io.reliableroutes.outbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;

import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.DisconnectException;
import org.junit.jupiter.api.Test;

/** The order of a producer's answers cannot be had from a real broker at will: this is Kafka's own stand-in, which answers when told. */
class RelayProducerTest {

    private final List<MockProducer<Object, Object>> producers = new ArrayList<>();
    private final Producer<Object, Object> relay = RelayProducer.create(this::next, Duration.ofSeconds(10));

    @Test
    void whatAnOldProducerStillTellsDoesNotFailTheNextBatch() throws Exception {
        relay.send(record("1"));
        relay.send(record("2"));
        MockProducer<Object, Object> old = producers.get(0);
        old.errorNext(new DisconnectException("gone"));
        assertThatThrownBy(() -> relay.send(record("3"))).hasMessageContaining("broker did not acknowledge");

        Future<RecordMetadata> sent = relay.send(record("1"));
        old.errorNext(new DisconnectException("late"));
        producers.get(1).completeNext();

        assertThat(sent.get()).isNotNull();
        assertThat(relay.send(record("2"))).isNotNull();
    }

    private Producer<Object, Object> next() {
        MockProducer<Object, Object> producer = new MockProducer<>(false, null, (topic, data) -> null, (topic, data) -> null) {
            @Override
            public void close(Duration timeout) {
                // Kafka's producer still calls back what was on its way
            }
        };
        producers.add(producer);
        return producer;
    }

    private static ProducerRecord<Object, Object> record(String value) {
        return new ProducerRecord<>("topic", 0, null, value);
    }
}
