package k8s;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

/** What an application's routes do in Kafka: read a topic as a group, write a topic through the outbox, and write the dead letters of what they read. A saga reads answers, and writes commands. */
record Access(Set<String> needs) {

    static Access of(JsonNode flows, Properties settings) {
        Access access = new Access(new LinkedHashSet<>());
        access.add(flows, settings);
        return access;
    }

    private void add(JsonNode node, Properties settings) {
        String name = node.path("name").asText();
        String value = node.path("value").asText();
        if (name.equals("inboxTopic")) {
            for (String topic : value.split(",")) {
                String resolved = settings.getProperty(topic.replaceAll("[{}]", ""), topic);
                needs.add("Read topic " + resolved);
                needs.add("Write topic " + resolved + ".dead");
            }
        } else if (name.equals("inboxConsumer") && !value.startsWith("alert")) {
            needs.add("Read group " + value);
        } else if (name.equals("sagaAnswers")) {
            String resolved = settings.getProperty(value.replaceAll("[{}]", ""), value);
            needs.add("Read topic " + resolved);
            needs.add("Write topic " + resolved + ".dead");
        } else if (name.equals("sagaName")) {
            needs.add("Read group saga-" + value);
        } else if (name.equals("sagaSteps")) {
            for (String step : value.split(",")) {
                needs.add("Write topic " + settings.getProperty("outbox.destination." + step.replaceFirst(".*:", "").strip()));
            }
        }
        for (String sink : List.of("outboxDestination", "answerDestination")) {
            if (node.path(sink).isTextual()) {
                needs.add("Write topic " + settings.getProperty("outbox.destination." + node.get(sink).asText()));
            }
        }
        node.forEach(child -> add(child, settings));
    }

    boolean receives() {
        return needs.stream().anyMatch(need -> need.startsWith("Read topic "));
    }

    /** What the KafkaUser may not. */
    Set<String> without(JsonNode user) {
        Set<String> missing = new LinkedHashSet<>(needs);
        user.at("/spec/authorization/acls").forEach(acl -> acl.path("operations").forEach(operation ->
                missing.remove(operation.asText() + " " + acl.at("/resource/type").asText() + " " + acl.at("/resource/name").asText())));
        return missing;
    }
}
