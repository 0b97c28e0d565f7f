package io.reliableroutes.start;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.reliableroutes.inbox.HeaderList;
import io.reliableroutes.inbox.InboxFailure;
import io.reliableroutes.inbox.TopicCheck;
import io.reliableroutes.outbox.OutboxCheck;
import io.reliableroutes.outbox.kafka.KafkaTopics;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.DatabaseText;
import io.reliableroutes.support.HttpStatuses;
import io.reliableroutes.support.RetrySettings;
import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.util.TimeUtils;

/** Refuses retry, dead letter and retention settings that contradict each other, and receivers and relays whose failures nobody retries. */
final class RetryCheck {

    private final ModelCamelContext context;

    RetryCheck(ModelCamelContext context) {
        this.context = context;
    }

    /** @throws ConfigurationException for the first problem it finds */
    void check() {
        checkProfile();
        Set<String> retried = new HashSet<>();
        for (RouteDefinition route : context.getRouteDefinitions()) {
            if (from(route).contains("-retry-")) {
                retried.add(parameter(route, "inboxConsumer"));
                retried.add(parameter(route, "relayDataSource"));
            }
        }
        boolean relay = false;
        for (RouteDefinition route : context.getRouteDefinitions()) {
            String consumer = parameter(route, "inboxConsumer");
            String dataSource = parameter(route, "relayDataSource");
            if (from(route).matches("(kafka|jms):.*") && consumer != null) {
                checkRetried(route, retried.contains(consumer), "inbox-retry", "inboxConsumer", consumer);
                String topic = parameter(route, from(route).startsWith("kafka:") ? "inboxTopic" : "inboxQueue");
                checkInbox(consumer, context.resolvePropertyPlaceholders(topic));
            } else if (dataSource != null) {
                checkRetried(route, retried.contains(dataSource), "outbox-retry", "relayDataSource", dataSource);
                relay = true;
            }
        }
        for (RouteDefinition route : context.getRouteDefinitions()) {
            String channels = parameter(route, "alertChannels");
            if (channels != null) {
                checkAlerts(route, context.resolvePropertyPlaceholders(channels), retried);
            }
        }
        if (relay) {
            OutboxCheck outbox = new OutboxCheck(context);
            outbox.checkSettings();
            outbox.destinations().forEach(destination -> checkNames("outbox", destination));
        }
    }

    private void checkProfile() {
        String profile = property("retry.profile");
        String prefix = "profile." + profile + ".";
        if (!profile.isEmpty() && context.getPropertiesComponent().loadProperties(key -> key.startsWith(prefix)).stringPropertyNames().isEmpty()) {
            throw new ConfigurationException("retry.profile (" + profile + ") is no profile: the defaults would be used unseen. Set it to cap or "
                    + "backoff, leave it empty, or add settings that start with " + prefix + ".");
        }
    }

    private static void checkRetried(RouteDefinition route, boolean retried, String template, String parameter, String value) {
        if (!retried) {
            throw new ConfigurationException("route " + route.getId() + " has no " + template + " with " + parameter + " " + value
                    + ": a message that it parks would wait for ever. Add a templatedRoute of " + template + " beside it.");
        }
    }

    private void checkInbox(String consumer, String topics) {
        long horizon = RetrySettings.of(context, "inbox", consumer).horizon();
        checkNames("inbox", consumer);
        checkDownstream(consumer);
        duration("standstill.inbox");
        if (DatabaseText.ASCII.clean(consumer).length() > 200) {
            throw new ConfigurationException("inboxConsumer (" + consumer + ") has more than 200 characters: it is part of every inbox key, and no index "
                    + "would hold that. Give it a shorter name.");
        }
        HeaderList.of(context, consumer);
        checkBatch(consumer);
        String tombstones = RetrySettings.value(context, "inbox", consumer, "tombstones");
        if (!tombstones.equals("refuse") && !tombstones.equals("handle")) {
            throw new ConfigurationException("inbox.tombstones (" + tombstones + ") for " + consumer + " is neither refuse nor handle: nobody would know "
                    + "whether a record without a body is a message. Set one of the two.");
        }
        String retention = property("inbox.retention");
        long needed = Math.max(duration("inbox.redelivery-horizon"), horizon + duration("dead-letter.retention"));
        if (duration("inbox.retention") < needed) {
            throw new ConfigurationException("inbox.retention (" + retention + ") is shorter than inbox.redelivery-horizon ("
                    + property("inbox.redelivery-horizon") + ") or than the retry horizon of " + consumer + " and the replay window ("
                    + TimeUtils.printDuration(horizon, true) + " + " + property("dead-letter.retention")
                    + "): a message that comes again that late would run twice. Raise inbox.retention.");
        }
        for (String topic : TopicCheck.names(topics)) {
            if (announces(context, consumer, topic) && property(KafkaTopics.DESTINATION + topic + ".dead").isEmpty()) {
                throw new ConfigurationException(KafkaTopics.DESTINATION + topic + ".dead is not set, and the inbox of " + consumer + " reads "
                        + topic + ": its dead letters could not be announced. Map it to a topic, or set inbox." + consumer
                        + ".dead-letter-topic=false.");
            }
        }
    }

    /** Whether a route is a receiver that writes to the outbox which messages it has given up. */
    static boolean announces(CamelContext context, RouteDefinition route) {
        Map<String, Object> parameters = RouteUri.parameters(route);
        Object topics = parameters.get(from(route).startsWith("kafka:") ? "inboxTopic" : "inboxQueue");
        return parameters.get("inboxConsumer") != null && topics != null
                && TopicCheck.names(context.resolvePropertyPlaceholders(topics.toString())).stream()
                        .anyMatch(topic -> announces(context, context.resolvePropertyPlaceholders(parameters.get("inboxConsumer").toString()), topic));
    }

    private static boolean announces(CamelContext context, String consumer, String topic) {
        return InboxFailure.isDestination(topic + ".dead") && !"false".equals(RetrySettings.value(context, "inbox", consumer, "dead-letter-topic"));
    }

    private void checkBatch(String consumer) {
        String size = RetrySettings.value(context, "inbox", consumer, "batch-size").trim();
        if (!size.matches("[1-9][0-9]{0,3}")) {
            throw new ConfigurationException("inbox.batch-size (" + size + ") for " + consumer + " is no whole number from 1 to 9999: nobody would know how "
                    + "many messages share a transaction. Set it to 100 for example, or to 1, so that each has its own.");
        }
    }

    private void checkAlerts(RouteDefinition route, String channels, Set<String> retried) {
        for (String channel : channels.trim().split("\\s*,\\s*")) {
            if (!channel.startsWith("alert-") || !retried.contains(channel)) {
                throw new ConfigurationException("route " + route.getId() + " has the channel " + channel + ", and no inbox-retry with that "
                        + "inboxConsumer runs in this process: its alerts would wait unseen. Start the channel's file too, and let its name begin "
                        + "with alert-.");
            }
            if (channel.equals("alert-webhook") && !isHttp(property("alert.webhook.url"))) {
                throw new ConfigurationException("alert.webhook.url is no http or https URL: no alert could be posted. Correct it; it is not shown "
                        + "because it often holds a secret.");
            }
        }
        List.of("standstill.outbox", "standstill.retry", "standstill.retention").forEach(this::duration);
        if (duration("alert.window") > duration("dead-letter.retention")) {
            throw new ConfigurationException("alert.window (" + property("alert.window") + ") is longer than dead-letter.retention ("
                    + property("dead-letter.retention") + "): letters could be gone before their digest. Shorten alert.window.");
        }
    }

    private void checkDownstream(String consumer) {
        HttpStatuses outage = statuses(consumer, "outage-statuses");
        HttpStatuses permanent = statuses(consumer, "permanent-statuses");
        if (outage.common(permanent) != null) {
            throw new ConfigurationException("inbox.outage-statuses and inbox.permanent-statuses for " + consumer + " both have " + outage.common(permanent)
                    + ": nobody would know whether such an answer is the downstream's fault or the message's. Take it out of one of them.");
        }
        for (String setting : List.of("outage-patience", "brake-delay")) {
            String value = RetrySettings.value(context, "inbox", consumer, setting);
            if (Settings.duration(value) == null) {
                throw new ConfigurationException("inbox." + setting + " (" + value + ") for " + consumer + " is no duration: nobody would know how long. "
                        + "Write for example 2m.");
            }
        }
        String brake = RetrySettings.value(context, "inbox", consumer, "brake");
        if (!brake.trim().matches("[0-9]{1,6}")) {
            throw new ConfigurationException("inbox.brake (" + brake + ") for " + consumer + " is no number of messages: nobody would know when to stop. "
                    + "Write for example 20, or 0 for no brake.");
        }
        String errors = RetrySettings.value(context, "inbox", consumer, "outage-errors");
        for (String error : errors.trim().split("\\s*,\\s*")) {
            if (!error.matches("([\\p{javaJavaIdentifierPart}.]+)?")) {
                throw new ConfigurationException("inbox.outage-errors (" + error + ") for " + consumer + " is no name of a class: such errors would use up "
                        + "attempts. Write for example javax.net.ssl.SSLException.");
            }
        }
    }

    private HttpStatuses statuses(String consumer, String setting) {
        String value = RetrySettings.value(context, "inbox", consumer, setting);
        try {
            return HttpStatuses.of(value);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("inbox." + setting + " (" + e.getMessage() + ") for " + consumer + " is no HTTP status and no range of them: "
                    + "nobody would know what such an answer means. Write for example 401-404,503.");
        }
    }

    private static boolean isHttp(String url) {
        try {
            URI uri = new URI(url);
            return uri.getHost() != null && uri.getScheme() != null && uri.getScheme().matches("(?i)https?");
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private void checkNames(String side, String name) {
        String order = RetrySettings.value(context, side, name, "order");
        if (!order.equals("wait") && !order.equals("skip")) {
            throw new ConfigurationException(side + ".order (" + order + ") for " + name + " is neither wait nor skip: nobody would know whether a "
                    + "message may overtake a failed one of its key. Set one of the two.");
        }
        for (String error : RetrySettings.value(context, side, name, "permanent-errors").trim().split("\\s*,\\s*")) {
            if (!error.isEmpty() && context.getClassResolver().resolveClass(error) == null) {
                throw new ConfigurationException(side + ".permanent-errors (" + error + ") for " + name + " is no class: such errors would be "
                        + "retried as if they could pass. Correct the name, or add its library.");
            }
        }
    }

    private long duration(String setting) {
        return Settings.duration(context, setting);
    }

    private String property(String name) {
        return Settings.text(context, name);
    }

    private static String from(RouteDefinition route) {
        return route.getInput().getEndpointUri();
    }

    private static String parameter(RouteDefinition route, String name) {
        Map<String, Object> parameters = route.getTemplateParameters();
        return parameters == null || parameters.get(name) == null ? null : parameters.get(name).toString();
    }
}
