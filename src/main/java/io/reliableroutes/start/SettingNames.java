package io.reliableroutes.start;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The names of the pack's settings: those of docs/settings.md and docs/xa.md, without the applications' own. */
final class SettingNames {

    /** Nobody else's settings begin so. */
    static final List<String> OURS = List.of("inbox.", "outbox.", "retry.", "standstill.", "alert.", "operate.", "check.", "retention.", "dead-letter.",
            "tx.", "xa.", "database.");

    /** Others may have settings that begin so: only what is nearly a name of the pack is taken for one. */
    static final List<String> SHARED = List.of("jms.", "sql.");

    private static final List<String> RETRIES = List.of("order", "immediate-attempts", "immediate-delay", "retry.first-delay", "retry.delay",
            "retry.multiplier", "retry.max-delay", "retry.jitter", "retry.max-attempts", "permanent-errors");

    /** What can also be set for one consumer, behind its name, and in a profile. */
    private static final List<String> OF_A_CONSUMER = List.of("source", "headers", "tombstones", "outage-patience", "outage-errors", "outage-statuses",
            "permanent-statuses", "dead-letter-topic", "brake", "brake-delay");

    private static final List<String> OTHERS = List.of("tx.policy", "tx.timeout", "check.wait", "check.broker", "sql.dialect", "retry.profile",
            "outbox.relay.shards-per-batch", "outbox.relay.rows-per-shard", "outbox.relay.max-batch-bytes", "outbox.relay.poll-max-delay",
            "outbox.relay.send-deadline", "outbox.relay.metadata-timeout", "outbox.relay.max-request-size", "outbox.relay.producer-batch-size",
            "outbox.relay.outage-max-delay", "outbox.retry.poll-max-delay", "outbox.circuit-delay", "outbox.archive", "outbox.archive-retention",
            "inbox.retry.poll-max-delay", "inbox.outage-delay", "inbox.max-poll-records", "inbox.retention", "inbox.redelivery-horizon",
            "dead-letter.retention", "retention.poll-delay", "operate.data-source", "operate.logins", "standstill.inbox", "standstill.outbox",
            "standstill.retry", "standstill.retention", "standstill.poll-delay", "alert.channels", "alert.window", "alert.poll-delay", "alert.mail.host",
            "alert.mail.port", "alert.mail.user", "alert.mail.password", "alert.mail.from", "alert.mail.to", "alert.webhook.url",
            "alert.webhook.template", "xa.node-identifier", "xa.object-store", "xa.recovery-period", "jms.url", "jms.user", "jms.password",
            "jms.pool-size");

    private SettingNames() {
    }

    /** Those that are one name each; sorted. */
    static Set<String> all() {
        Set<String> all = new TreeSet<>(OTHERS);
        for (String side : List.of("inbox", "outbox")) {
            ofOne(side).forEach(setting -> all.add(side + "." + setting));
        }
        return all;
    }

    /**
     * @param  side {@code inbox} or {@code outbox}
     * @return      what can be set for one consumer or destination, behind its name, and in a profile
     */
    static List<String> ofOne(String side) {
        List<String> settings = new ArrayList<>(RETRIES);
        if (side.equals("inbox")) {
            settings.addAll(OF_A_CONSUMER);
        }
        return settings;
    }
}
