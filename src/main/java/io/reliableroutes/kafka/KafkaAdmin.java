package io.reliableroutes.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Asks the broker of the routes, with their certificates and passwords. */
public final class KafkaAdmin {

    private KafkaAdmin() {
    }

    static KafkaConfiguration configuration(CamelContext context) {
        return context.getComponent("kafka", KafkaComponent.class).getConfiguration();
    }

    /** @return a reader of committed records that is of no group, not null; the caller closes it */
    public static Consumer<byte[], byte[]> reader(CamelContext context) {
        KafkaConfiguration kafka = configuration(context);
        Map<String, Object> settings = new HashMap<>();
        kafka.createConsumerProperties().forEach((name, value) -> settings.put(name.toString(), value));
        settings.keySet().removeAll(List.of("group.id", "group.instance.id", "key.deserializer", "value.deserializer"));
        settings.putAll(Map.of("bootstrap.servers", kafka.getBrokers(), "isolation.level", "read_committed", "max.poll.records", 1,
                "auto.offset.reset", "earliest", "enable.auto.commit", false, "default.api.timeout.ms", 5000));
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** @return a client whose answers take 5 seconds at most, not null; the caller closes it */
    public static Admin create(CamelContext context) {
        KafkaConfiguration kafka = configuration(context);
        Map<String, Object> settings = new HashMap<>();
        kafka.createConsumerProperties().forEach((name, value) -> {
            if (AdminClientConfig.configNames().contains(name.toString())) {
                settings.put(name.toString(), value);
            }
        });
        settings.putAll(Map.of("bootstrap.servers", kafka.getBrokers(), "request.timeout.ms", 4000, "default.api.timeout.ms", 5000));
        return Admin.create(settings);
    }
}
