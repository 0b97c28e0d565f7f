package io.reliableroutes.start;

import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The names of the pack's settings: those of docs/settings.md and docs/xa.md, without the applications' own. */
final class SettingNames {

    /** Nobody else's settings begin so. */
    static final List<String> OURS = List.of("inbox.", "outbox.", "retry.", "standstill.", "alert.", "operate.", "check.", "retention.", "dead-letter.",
            "half.", "saga.", "tx.", "xa.", "database.", "profile.");

    private static final Properties DEFAULTS = Defaults.read();

    private static final List<String> WITHOUT_A_DEFAULT = List.of("operate.data-source", "half.data-source", "alert.mail.user", "alert.mail.password", "xa.node-identifier",
            "xa.object-store", "xa.recovery-period", "jms.url", "jms.user", "jms.password", "jms.pool-size");

    /** All others of {@code inbox.} and {@code outbox.} can also be set for one consumer or destination. */
    private static final Pattern OF_THE_WHOLE_SIDE = Pattern.compile("outbox\\.(relay|archive|circuit).*|inbox\\.(max-poll-records|outage-delay|retention"
            + "|redelivery-horizon)|.*\\.retry\\.poll-max-delay");

    /** Lists that may have nothing in them, and what only a channel that is chosen needs. */
    private static final Pattern MAY_BE_EMPTY = Pattern.compile("inbox\\.(outage-errors|outage-statuses|permanent-statuses)|outbox\\.permanent-errors"
            + "|half\\.(headers|check-back\\.hosts)|alert\\.(channels|mail\\..*|webhook\\..*)|replay\\..*");

    private SettingNames() {
    }

    /** What others than {@link #OURS} begin with: others may have such settings too, so only what is nearly a name of the pack is taken for one. */
    static Set<String> shared() {
        return all().stream().map(name -> name.substring(0, name.indexOf('.') + 1)).filter(prefix -> !OURS.contains(prefix)).collect(Collectors.toSet());
    }

    /** Those that are one name each; sorted. */
    static Set<String> all() {
        Set<String> all = new TreeSet<>(WITHOUT_A_DEFAULT);
        DEFAULTS.stringPropertyNames().stream().filter(name -> !name.startsWith("profile.")).forEach(all::add);
        return all;
    }

    /**
     * @param  side {@code inbox} or {@code outbox}
     * @return      what can be set for one consumer or destination, behind its name, and in a profile; sorted
     */
    static List<String> ofOne(String side) {
        return all().stream().filter(name -> name.startsWith(side + ".") && !OF_THE_WHOLE_SIDE.matcher(name).matches())
                .map(name -> name.substring(side.length() + 1)).toList();
    }

    /** Those that have a default and need a value; sorted. */
    static List<String> needed() {
        return all().stream().filter(name -> !DEFAULTS.getProperty(name, "").isBlank() && !MAY_BE_EMPTY.matcher(name).matches()).toList();
    }
}
