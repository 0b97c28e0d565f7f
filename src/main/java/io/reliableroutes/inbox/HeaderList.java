package io.reliableroutes.inbox;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.DatabaseText;
import io.reliableroutes.support.RetrySettings;
import org.apache.camel.CamelContext;

/**
 * The headers of a received message that its handler gets, as text: those that {@code inbox.headers} lists. It is the one place that says
 * so: what it lets in is what is parked, and what a retry or a replay brings back.
 */
public final class HeaderList {

    /** What Camel's components read from any message's headers: a sender could steer routes by them. A star is any ending. */
    private static final List<String> CAMELS = List.of("camel*", "org.apache.camel*", "kafka.*", "jms*", "breadcrumbid", "long-running-action",
            "rabbitmq.*", "websocket.*", "subject", "to", "from", "cc", "bcc", "reply-to", "contenttype",
            "operationname", "operationnamespace");
    private static final Pattern NAME = Pattern.compile("[\\w.-]{1,200}");
    private static final Map<String, HeaderList> LISTS = new ConcurrentHashMap<>();

    private final Pattern names;

    private HeaderList(String list) {
        names = Pattern.compile(Stream.of(list.trim().split("\\s*,\\s*")).map(HeaderList::checked)
                .map(name -> name.endsWith("*") ? Pattern.quote(name.substring(0, name.length() - 1)) + ".*" : Pattern.quote(name))
                .collect(Collectors.joining("|")), Pattern.CASE_INSENSITIVE);
    }

    /**
     * @param  consumer               name of the receiver, not null
     * @return                        the headers that its handler gets, not null
     * @throws ConfigurationException if the list of the consumer has no name, or one that Camel reads
     */
    public static HeaderList of(CamelContext context, String consumer) {
        String list = RetrySettings.value(context, "inbox", consumer, "headers");
        try {
            return LISTS.computeIfAbsent(list, HeaderList::new);
        } catch (ConfigurationException e) {
            throw new ConfigurationException("inbox.headers (" + list + ") for " + consumer + ": " + e.getMessage());
        }
    }

    private static String checked(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!NAME.matcher(lower.replaceFirst("\\*$", "x")).matches()) {
            throw new ConfigurationException(name + " is no name: a header has up to 200 letters, digits, dots, hyphens and underscores, and no other "
                    + "would ever be handed over. List names, each with an * at its end for all that begin so.");
        }
        CAMELS.stream().filter(camels -> overlap(lower, camels)).findAny().ifPresent(camels -> {
            throw new ConfigurationException(name + " lets " + camels + " in, which Camel's components read: whoever sends a message could steer the "
                    + "routes. List the headers that the handler needs.");
        });
        return name;
    }

    private static boolean overlap(String one, String other) {
        String first = one.replaceFirst("\\*$", "");
        String second = other.replaceFirst("\\*$", "");
        return first.equals(second) || one.endsWith("*") && second.startsWith(first) || other.endsWith("*") && first.startsWith(second);
    }

    /** The listed headers as text that the database can hold, sorted; a header without a value is none. */
    Map<String, String> of(Map<String, Object> headers, DatabaseText text) {
        Map<String, String> listed = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach((name, value) -> {
            if (value != null && NAME.matcher(name).matches() && names.matcher(name).matches()) {
                listed.put(name, text.clean(value));
            }
        });
        return listed;
    }
}
