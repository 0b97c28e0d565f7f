package io.reliableroutes.outbox.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.reliableroutes.kafka.KafkaAdmin;
import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which topics can be written to. A producer would look for a missing topic for {@code max.block.ms}, with every shard of its batch locked,
 * and its question makes the topic where the broker creates topics by itself, so that a mistyped name gets the messages.
 */
public final class KafkaTopics extends ServiceSupport {

    /** Prefix of the properties that map a destination to a topic: the list of what a row may name. */
    public static final String DESTINATION = "outbox.destination.";

    private static final Logger LOG = LoggerFactory.getLogger(KafkaTopics.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final CamelContext context;
    /** topics that could be written to when they were looked at last */
    private final Set<String> open = ConcurrentHashMap.newKeySet();
    private Admin admin;

    private KafkaTopics(CamelContext context) {
        this.context = context;
    }

    /** The topics of the broker of a context, not null. */
    public static KafkaTopics of(CamelContext context) {
        synchronized (context) {
            KafkaTopics topics = context.getCamelContextExtension().getContextPlugin(KafkaTopics.class);
            if (topics == null) {
                topics = new KafkaTopics(context);
                context.getCamelContextExtension().addContextPlugin(KafkaTopics.class, topics);
                try {
                    context.addService(topics, true, true);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
            return topics;
        }
    }

    /** Every topic that a destination is mapped to, not null. */
    static Collection<String> mapped(CamelContext context) {
        return context.getPropertiesComponent().loadProperties(name -> name.startsWith(DESTINATION)).values().stream().map(String::valueOf)
                .map(context::resolvePropertyPlaceholders).filter(topic -> !topic.isBlank()).toList();
    }

    /**
     * @param  topics         to look at, not null; those that were open at the last look are not looked at again
     * @return                why some cannot be written to, by topic; empty if all can be
     * @throws KafkaException if the broker cannot be asked: that is an outage
     */
    public Map<String, Throwable> closed(Collection<String> topics) {
        List<String> unknown = topics.stream().filter(topic -> !open.contains(topic)).distinct().toList();
        Map<String, Throwable> closed = new LinkedHashMap<>();
        if (!unknown.isEmpty()) {
            Map<String, KafkaFuture<TopicDescription>> answers = admin()
                    .describeTopics(unknown, new DescribeTopicsOptions().includeAuthorizedOperations(true)).topicNameValues();
            answers.forEach((topic, answer) -> {
                Throwable problem = problem(topic, answer);
                if (problem == null) {
                    open.add(topic);
                } else {
                    closed.put(topic, problem);
                }
            });
        }
        return closed;
    }

    /**
     * @param  topics to look at, not null
     * @return        the smallest {@code max.message.bytes} of those that are there and may be looked at, bytes; the largest integer if there is none
     */
    int smallestLimit(Collection<String> topics) {
        int smallest = Integer.MAX_VALUE;
        for (KafkaFuture<Config> answer : admin().describeConfigs(topics.stream().distinct()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic)).toList()).values().values()) {
            try {
                Config config = answer.get(TIMEOUT.toSeconds() + 1, TimeUnit.SECONDS);
                smallest = Math.min(smallest, Integer.parseInt(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value()));
            } catch (ExecutionException | TimeoutException e) {
                LOG.debug("the limits of a topic are not known", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return smallest;
            }
        }
        return smallest;
    }

    /** After a failure: a topic may be gone. */
    public void forget() {
        open.clear();
    }

    private static Throwable problem(String topic, KafkaFuture<TopicDescription> answer) {
        try {
            Set<AclOperation> allowed = answer.get(TIMEOUT.toSeconds() + 1, TimeUnit.SECONDS).authorizedOperations();
            return allowed == null || allowed.contains(AclOperation.WRITE) ? null : new TopicAuthorizationException(Set.of(topic));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return new UnknownTopicOrPartitionException("topic " + topic + " does not exist: its messages wait. Create it, or correct its name.");
            }
            if (e.getCause() instanceof InvalidTopicException || e.getCause() instanceof TopicAuthorizationException) {
                return e.getCause();
            }
            throw new KafkaException("broker cannot be asked for topic " + topic + ": " + e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaException("broker does not answer about topic " + topic, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while asking for topic " + topic, e);
        }
    }

    private synchronized Admin admin() {
        if (admin == null) {
            admin = KafkaAdmin.create(context);
        }
        return admin;
    }

    @Override
    protected synchronized void doStop() {
        if (admin != null) {
            admin.close(Duration.ZERO);
            admin = null;
        }
    }
}
