package example;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** What docs/adapting.md asks of {@code kafka-console-producer.sh}, by Kafka's producer. */
final class KafkaProducerStandIn {

    private KafkaProducerStandIn() {
    }

    /** {@code --bootstrap-server … --topic … --property parse.headers=true --property parse.key=true}, and lines of headers, key and value with tabs between them. */
    public static void main(String[] arguments) throws Exception {
        List<String> options = new ArrayList<>(List.of(arguments));
        String brokers = option(options, "--bootstrap-server");
        String topic = option(options, "--topic");
        if (!options.equals(List.of("--property", "parse.headers=true", "--property", "parse.key=true"))) {
            throw new IllegalArgumentException(options.toString());
        }
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers", brokers), new StringSerializer(), new StringSerializer())) {
            for (String line : new String(System.in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                String[] parts = line.split("\t", 3);
                ProducerRecord<String, String> message = new ProducerRecord<>(topic, parts[1], parts[2]);
                for (String header : parts[0].split(",")) {
                    message.headers().add(header.split(":", 2)[0], header.split(":", 2)[1].getBytes(StandardCharsets.UTF_8));
                }
                producer.send(message).get();
            }
        }
    }

    private static String option(List<String> options, String name) {
        int at = options.indexOf(name);
        options.remove(at);
        return options.remove(at);
    }
}
