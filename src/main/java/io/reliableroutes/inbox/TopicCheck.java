package io.reliableroutes.inbox;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.reliableroutes.kafka.KafkaAdmin;
import io.reliableroutes.support.Incidents;
import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.util.TimeUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells at start which topics of receivers are missing, and which keep records longer than the inbox keeps keys. Refuses nothing. */
public final class TopicCheck {

    /** Kind of incident: over when the consumer gets a partition of the topic. */
    static final String MISSING = "TOPIC_MISSING";
    /** A record goes with its segment, and that is written for so long. */
    private static final List<String> KEPT = List.of("retention.ms", "segment.ms");
    private static final Logger LOG = LoggerFactory.getLogger(TopicCheck.class);

    private final ModelCamelContext context;

    /** @param context whose receivers are meant, not null */
    public TopicCheck(ModelCamelContext context) {
        this.context = context;
    }

    /** The topics of a receiver's parameter, which has commas between them, not null. */
    public static List<String> names(String topics) {
        return Stream.of(topics.split(",")).map(String::trim).toList();
    }

    static String subject(String consumer, String topic) {
        return consumer + ' ' + topic;
    }

    static void tellMissing(CamelContext context, String dataSource, String consumer, String topic) {
        Incidents.raise(context, dataSource, MISSING, subject(consumer, topic), UnknownTopicOrPartitionException.class.getName(), "topic " + topic
                + " of " + consumer + " does not exist: nothing is received. Create the topic, or correct its name.");
    }

    /** Looks at the topics of all receivers, and waits for each answer for 10 seconds at most. */
    public void check() {
        try (Admin admin = KafkaAdmin.create(context)) {
            for (RouteDefinition route : context.getRouteDefinitions()) {
                Map<String, Object> parameters = route.getTemplateParameters();
                if (parameters != null && parameters.get("inboxTopic") != null) {
                    String consumer = resolved(context, parameters.get("inboxConsumer"));
                    for (String topic : names(resolved(context, parameters.get("inboxTopic")))) {
                        check(admin, consumer, topic, resolved(context, parameters.get("inboxDataSource")));
                    }
                }
            }
        }
    }

    private void check(Admin admin, String consumer, String topic, String dataSource) {
        try {
            admin.describeTopics(List.of(topic)).allTopicNames().get(10, TimeUnit.SECONDS);
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            checkRetention(consumer, topic, admin.describeConfigs(List.of(resource)).all().get(10, TimeUnit.SECONDS).get(resource));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                tellMissing(context, dataSource, consumer, topic);
            } else if (e.getCause() instanceof AuthorizationException) {
                LOG.info("topic {}: the user of {} may not read its configuration, so inbox.retention is not compared with it. Allow "
                        + "DescribeConfigs on the topic.", topic, consumer);
            } else {
                LOG.warn("topic {} of {} cannot be looked at: {}", topic, consumer, e.getCause().toString());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("topic {} of {} cannot be looked at: {}", topic, consumer, e.toString());
        }
    }

    private void checkRetention(String consumer, String topic, Config config) {
        long kept = 0;
        for (String part : KEPT) {
            long milliseconds = Long.parseLong(config.get(part).value());
            kept = milliseconds < 0 || kept > Long.MAX_VALUE - milliseconds ? Long.MAX_VALUE : kept + milliseconds;
        }
        boolean compacted = !config.get("cleanup.policy").value().contains("delete");
        if (compacted || kept > Settings.duration(context, "inbox.retention")) {
            LOG.warn("topic {} keeps records {}, longer than inbox.retention ({}) keeps the keys of {}: where its position is moved back further, "
                    + "by an operator or with a restored backup, what is older has a second effect. Raise inbox.retention, or shorten the topic's "
                    + "retention.ms.", topic, compacted || kept == Long.MAX_VALUE ? "for ever" : "up to " + TimeUtils.printDuration(kept, true)
                    + " (retention.ms and segment.ms)", Settings.text(context, "inbox.retention"), consumer);
        }
    }

    private static String resolved(CamelContext context, Object parameter) {
        return context.resolvePropertyPlaceholders(parameter.toString());
    }
}
