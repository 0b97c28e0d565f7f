package io.reliableroutes.start;

import java.util.List;

import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;

/**
 * Refuses settings that are no durations, before Camel's components get them, which take many a word for 0. Those of one consumer or destination are
 * looked at with the rest of its retries.
 */
final class DurationCheck {

    private static final List<String> DURATIONS = List.of("alert.poll-delay", "alert.window", "check.wait", "dead-letter.retention", "inbox.outage-delay",
            "inbox.redelivery-horizon", "inbox.retention", "inbox.retry.poll-max-delay", "outbox.archive-retention", "outbox.circuit-delay",
            "outbox.relay.metadata-timeout", "outbox.relay.outage-max-delay", "outbox.relay.poll-max-delay", "outbox.retry.poll-max-delay",
            "retention.poll-delay", "standstill.inbox", "standstill.outbox", "standstill.poll-delay", "standstill.retention", "standstill.retry");

    private DurationCheck() {
    }

    /** @throws io.reliableroutes.support.ConfigurationException for the first setting that is no duration */
    static void check(CamelContext context) {
        DURATIONS.forEach(setting -> Settings.duration(context, setting));
    }
}
