package example;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** What the pages ask of {@code kafka-topics.sh}, by Kafka's Admin client. */
final class KafkaTopicsStandIn {

    private KafkaTopicsStandIn() {
    }

    /** {@code --bootstrap-server … --create [--if-not-exists] --topic … --partitions …} */
    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < arguments.length; i++) {
            options.put(arguments[i], arguments[i].matches("--create|--if-not-exists") ? "" : arguments[++i]);
        }
        boolean mayBeThere = options.remove("--if-not-exists") != null;
        if (!options.keySet().equals(Set.of("--bootstrap-server", "--create", "--topic", "--partitions"))) {
            throw new IllegalArgumentException(options.toString());
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", options.get("--bootstrap-server")))) {
            if (mayBeThere && admin.listTopics().names().get().contains(options.get("--topic"))) {
                return;
            }
            admin.createTopics(List.of(new NewTopic(options.get("--topic"), Integer.parseInt(options.get("--partitions")), (short) -1))).all().get();
        }
    }
}
