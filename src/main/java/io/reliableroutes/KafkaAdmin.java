package io.reliableroutes;

import java.util.HashMap;
import java.util.Map;

import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Asks the broker of the routes, with their certificates and passwords. */
final class KafkaAdmin {

    private KafkaAdmin() {
    }

    static KafkaConfiguration configuration(CamelContext context) {
        return context.getComponent("kafka", KafkaComponent.class).getConfiguration();
    }

    /** @return a client whose answers take 5 seconds at most, not null; the caller closes it */
    static Admin create(CamelContext context) {
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
