package io.reliableroutes.start;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.reliableroutes.outbox.kafka.KafkaTopics;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.util.OrderedLocationProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses settings that nobody reads. What others may know is no mistake: one file serves all processes, so a consumer that is not here may be there.
 * The environment is not looked at: its names are anybody's.
 */
final class SettingCheck {

    private static final Logger LOG = LoggerFactory.getLogger(SettingCheck.class);

    private final ModelCamelContext context;
    private final Set<String> known = SettingNames.all();
    private final Set<String> shared = SettingNames.shared();
    private final Properties set;

    SettingCheck(ModelCamelContext context) {
        this.context = context;
        this.set = context.getPropertiesComponent().loadProperties(name -> !isOfTheEnvironment(name));
    }

    /** @throws ConfigurationException for the first name, in the order of the alphabet, that is no setting */
    void check() {
        for (String name : new TreeSet<>(set.stringPropertyNames())) {
            if (name.startsWith("profile.")) {
                checkOfProfile(name);
            } else if (SettingNames.OURS.stream().anyMatch(name::startsWith)) {
                checkOurs(name);
            } else if (shared.stream().anyMatch(name::startsWith)) {
                String nearest = NearestName.of(name, known);
                refuse(!known.contains(name) && NearestName.distance(name, nearest) <= NearestName.SLIP, name, nearest);
            }
        }
    }

    private void checkOfProfile(String name) {
        String profile = name.replaceFirst("(profile\\..+?)\\.(?:in|out)box\\..*|(profile\\.[^.]*).*", "$1$2");
        List<String> settings = Stream.of("inbox", "outbox").flatMap(side -> SettingNames.ofOne(side).stream().map(setting -> profile + "." + side + "." + setting))
                .toList();
        refuse(!settings.contains(name), name, NearestName.of(name, settings));
    }

    private void checkOurs(String name) {
        if (known.contains(name) || name.startsWith(KafkaTopics.DESTINATION) || isOfAnAlertChannel(name)) {
            return;
        }
        if (name.startsWith("database.")) {
            checkOfDatabase(name);
            return;
        }
        String side = name.substring(0, name.indexOf('.'));
        List<String> ofOne = side.equals("inbox") || side.equals("outbox") ? SettingNames.ofOne(side) : List.of();
        String setting = ofOne.stream().filter(each -> name.endsWith("." + each) && name.length() > side.length() + each.length() + 2).findFirst().orElse(null);
        String one = setting == null ? "" : name.substring(side.length() + 1, name.length() - setting.length() - 1);
        refuse(setting == null || one.equals("retry") || one.equals("relay"), name, nearest(name, side, ofOne));
        if (side.equals("inbox")) {
            checkConsumer(name, one, setting);
        } else {
            checkDestination(name, one, setting);
        }
    }

    private void checkOfDatabase(String name) {
        String[] parts = name.split("\\.", 3);
        List<String> settings = SuppliedBeans.OF_A_DATABASE.stream().map(setting -> "database." + (parts[1].isEmpty() || parts.length < 3 ? "<name>" : parts[1]) + "." + setting)
                .sorted().toList();
        refuse(!settings.contains(name), name, NearestName.of(name, settings));
    }

    /** The nearest setting, also of one consumer or destination, whose name may have dots. */
    private String nearest(String name, String side, List<String> ofOne) {
        Set<String> candidates = new TreeSet<>(known);
        if (name.matches("outbox\\.[^.]+\\..+")) {
            candidates.add(KafkaTopics.DESTINATION + name.replaceFirst("outbox\\.[^.]+\\.", ""));
        }
        for (int dot = name.indexOf('.', side.length() + 1); dot > 0; dot = name.indexOf('.', dot + 1)) {
            String setting = NearestName.of(name.substring(dot + 1), ofOne);
            if (setting != null) {
                candidates.add(name.substring(0, dot + 1) + setting);
            }
            if (known.contains(side + name.substring(dot))) {
                return side + name.substring(dot);
            }
        }
        return NearestName.of(name, candidates);
    }

    private void checkConsumer(String name, String consumer, String setting) {
        Set<String> consumers = parameters("inboxConsumer");
        String nearest = NearestName.of(consumer, consumers);
        if (nearest != null && !consumers.contains(consumer) && NearestName.distance(consumer, nearest) <= NearestName.SLIP) {
            LOG.warn("{} is for a receiver that does not run in this process{}, and {} does. If that is meant, nobody reads the setting: write "
                    + "inbox.{}.{}", name, place(name), nearest, nearest, setting);
        }
    }

    private void checkDestination(String name, String destination, String setting) {
        if (context.getPropertiesComponent().resolveProperty(KafkaTopics.DESTINATION + destination).isPresent()) {
            return;
        }
        Set<String> destinations = new TreeSet<>();
        set.stringPropertyNames().stream().filter(other -> other.startsWith(KafkaTopics.DESTINATION))
                .forEach(other -> destinations.add(other.substring(KafkaTopics.DESTINATION.length())));
        String nearest = NearestName.of(destination, destinations);
        String fix = nearest == null || NearestName.distance(destination, nearest) > NearestName.SLIP ? "Map it, or leave the setting out" : "Write outbox." + nearest + "." + setting + ", or map it";
        if (!parameters("relayDataSource").isEmpty()) {
            throw new ConfigurationException(name + place(name) + " is for the destination " + destination + ", which " + KafkaTopics.DESTINATION
                    + destination + " does not map: the setting would be used nowhere. " + fix + ".");
        }
        LOG.warn("{}{} is for the destination {}, which {}{} does not map here. {}, if no relay elsewhere does", name, place(name), destination,
                KafkaTopics.DESTINATION, destination, fix);
    }

    /** A user's own channel may have settings of its own beside those of the pack's. */
    private boolean isOfAnAlertChannel(String name) {
        return parameters("inboxConsumer").stream().anyMatch(channel -> channel.startsWith("alert-") && name.startsWith(channel.replaceFirst("-", ".") + ".")
                && known.stream().noneMatch(setting -> setting.startsWith(channel.replaceFirst("-", ".") + ".")));
    }

    private Set<String> parameters(String parameter) {
        Set<String> values = new HashSet<>();
        for (RouteDefinition route : context.getRouteDefinitions()) {
            if (route.getTemplateParameters() != null && route.getTemplateParameters().get(parameter) != null) {
                values.add(context.resolvePropertyPlaceholders(route.getTemplateParameters().get(parameter).toString()));
            }
        }
        return values;
    }

    private void refuse(boolean wrong, String name, String nearest) {
        if (wrong) {
            throw new ConfigurationException(name + place(name) + " is no setting: nobody reads it, and a default is used unseen. "
                    + "Write " + nearest + ", or leave it out.");
        }
    }

    /** Values are not shown: some are secrets. */
    private String place(String name) {
        String location = set instanceof OrderedLocationProperties located ? located.getLocation(name) : null;
        return location == null ? "" : " (" + location + ")";
    }

    /** Quarkus makes names of properties of the variables of the environment, whose dashes are dots then. */
    private static boolean isOfTheEnvironment(String name) {
        return System.getenv().containsKey(name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"));
    }
}
