package io.reliableroutes.outbox;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.reliableroutes.outbox.kafka.KafkaTopics;
import io.reliableroutes.outbox.kafka.RelayKafkaClientFactory;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.RetrySettings;
import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refuses settings with which a relay could not work, and names destinations whose messages will wait. */
public final class OutboxCheck {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxCheck.class);

    /** Half of what Kafka's producer holds: a batch above it would wait for room until it is rolled back, and begin again for ever. */
    private static final int LARGEST_BATCH = 16 * 1024 * 1024;

    private final CamelContext context;

    public OutboxCheck(CamelContext context) {
        this.context = context;
    }

    /** @throws ConfigurationException for the first setting that is wrong */
    public void checkSettings() {
        Settings.duration(context, "outbox.circuit-delay");
        checkDeadline(Settings.text(context, "outbox.relay.send-deadline"), Settings.text(context, "tx.timeout"));
        number("outbox.relay.shards-per-batch", 64, "there are 64 shards");
        number("outbox.relay.workers", 64, "there are 64 shards");
        number("outbox.relay.rows-per-shard", 100_000, "a batch is held in memory");
        number("outbox.relay.max-batch-bytes", LARGEST_BATCH, "the producer has room for twice that");
        number("outbox.relay.max-request-size", Integer.MAX_VALUE, "Kafka's limit");
        for (String destination : destinations()) {
            RetrySettings.of(context, "outbox", destination);
        }
    }

    private static void checkDeadline(String deadline, String timeout) {
        Long limit = Settings.seconds(timeout);
        // a container's own policy may know nothing of tx.timeout
        if (RelayKafkaClientFactory.deadline(deadline).toMillis() >= (limit == null ? Long.MAX_VALUE : limit)) {
            throw new ConfigurationException("outbox.relay.send-deadline (" + deadline + ") is not shorter than tx.timeout (" + timeout + "): behind a slow "
                    + "broker each batch would be sent, rolled back by its time-out and sent again. Shorten the one, or raise the other.");
        }
    }

    private void number(String setting, int most, String reason) {
        String text = Settings.text(context, setting).trim();
        if (!text.matches("[0-9]{1,10}") || Long.parseLong(text) < 1 || Long.parseLong(text) > most) {
            throw new ConfigurationException(setting + " (" + text + ") is no whole number from 1 to " + most + " (" + reason
                    + "): the relay could not claim a batch. Correct it.");
        }
    }

    /** Says which mapped topics cannot be written to: also where the broker makes topics by itself, none is made for a mistyped name. */
    public void nameClosed() {
        Map<String, Throwable> closed;
        try {
            closed = new OutboxDestinations().closed(context, destinations());
        } catch (KafkaException e) {
            LOG.warn("Nobody could look whether the topics of the destinations exist: {}", e.getMessage());
            return;
        }
        if (!closed.isEmpty()) {
            StringBuilder names = new StringBuilder();
            closed.forEach((destination, problem) -> names.append("\n  ").append(KafkaTopics.DESTINATION).append(destination).append("=")
                    .append(Settings.text(context, KafkaTopics.DESTINATION + destination)).append(": ").append(problem.getMessage()));
            LOG.warn("Messages to these destinations will wait, none is lost. Create the topics, or correct their names: {}", names);
        }
    }

    /** All destinations that are mapped, sorted; not null. */
    public Set<String> destinations() {
        Set<String> destinations = new TreeSet<>();
        context.getPropertiesComponent().loadProperties(key -> key.startsWith(KafkaTopics.DESTINATION)).stringPropertyNames()
                .forEach(key -> destinations.add(key.substring(KafkaTopics.DESTINATION.length())));
        return destinations;
    }
}
