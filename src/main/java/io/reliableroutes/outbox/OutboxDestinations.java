package io.reliableroutes.outbox;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.reliableroutes.outbox.kafka.KafkaTopics;
import io.reliableroutes.support.CommitLog;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;

/** Where the messages of a destination go, and which destinations are closed: not mapped, without a topic, or forbidden. */
public class OutboxDestinations {

    private final Map<String, String> topics = new ConcurrentHashMap<>();

    /**
     * Looks at closed destinations again, and sets {@code probed}, parameter of {@code probe-outbox-destinations.sql}.
     *
     * @param  exchange                                the exchange of an outbox-retry, not null; its body is a list of rows of
     *                                                 {@code claim-closed-outbox-destinations.sql}
     * @throws JsonProcessingException                 never
     * @throws org.apache.kafka.common.KafkaException  if the broker cannot be asked
     */
    @SuppressWarnings("unchecked")
    public void probe(Exchange exchange) throws JsonProcessingException {
        List<String> destinations = new ArrayList<>();
        for (Map<String, Object> row : (List<Map<String, Object>>) exchange.getMessage().getBody(List.class)) {
            destinations.add((String) row.get("destination"));
        }
        Map<String, Throwable> closed = closed(exchange.getContext(), destinations);
        List<Map<String, Object>> all = new ArrayList<>();
        for (String destination : destinations) {
            Map<String, Object> probed = closing(exchange.getContext(), destination, closed.get(destination));
            probed.put("open", !closed.containsKey(destination));
            all.add(probed);
            if (!closed.containsKey(destination)) {
                new CommitLog().write(exchange, "INFO", "destination " + destination + " is open again: what waits for it is sent");
            }
        }
        OutboxBatch.of(exchange).set("probed", OutboxRefusal.json(all));
    }

    /** One destination for {@code close-outbox-destinations.sql} or {@code probe-outbox-destinations.sql}. */
    static Map<String, Object> closing(CamelContext context, String destination, Throwable problem) {
        Map<String, Object> closing = new LinkedHashMap<>();
        closing.put("destination", destination);
        closing.put("error_class", problem == null ? null : problem.getClass().getName());
        closing.put("error_message", problem == null ? null : OutboxRefusal.text(problem));
        closing.put("delay", Settings.duration(context, "outbox.circuit-delay"));
        return closing;
    }

    /** Why some destinations are closed, in the order of their names; empty if all are open. */
    Map<String, Throwable> closed(CamelContext context, Collection<String> destinations) {
        Map<String, Throwable> closed = new TreeMap<>();
        Map<String, String> mapped = new TreeMap<>();
        for (String destination : new TreeSet<>(destinations)) {
            String topic = topic(context, destination);
            if (topic == null) {
                closed.put(destination, new ConfigurationException(KafkaTopics.DESTINATION + destination
                        + " is not set: its messages wait. Map the destination to a topic."));
            } else {
                mapped.put(destination, topic);
            }
        }
        Map<String, Throwable> problems = KafkaTopics.of(context).closed(mapped.values());
        mapped.forEach((destination, topic) -> {
            if (problems.containsKey(topic)) {
                closed.put(destination, problems.get(topic));
            }
        });
        return closed;
    }

    /**
     * @param  context     not null
     * @param  destination name of one, not null; {@code [A-Za-z0-9._-]} only, it becomes part of a placeholder
     * @return             its topic, null if it is not mapped
     */
    public String topic(CamelContext context, String destination) {
        String topic = topics.get(destination);
        if (topic == null) {
            topic = context.resolvePropertyPlaceholders("{{" + KafkaTopics.DESTINATION + destination + ":}}");
            if (topic.isEmpty()) {
                return null;
            }
            topics.put(destination, topic);
        }
        return topic;
    }
}
