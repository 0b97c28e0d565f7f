package io.reliableroutes;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.apache.camel.Exchange;

/**
 * Notices parked messages that nobody takes: their consumer runs in no process, or was renamed. An inbox-retry finishes what is due, or gives it
 * another time; so where the first one that is due stays the same for {@code inbox.unread-after}, none runs. A bean of one retention route.
 */
public class UnreadMessages {

    private static final String KIND = "UNREAD";

    /** Since when the first due message of a consumer is the same. */
    private final Map<String, First> firsts = new ConcurrentHashMap<>();

    /**
     * @param exchange   whose body is a list of rows of {@code list-first-parked.sql}, not null
     * @param dataSource bean name of the data source, not null
     */
    @SuppressWarnings("unchecked")
    public void look(Exchange exchange, String dataSource) {
        List<Map<String, Object>> rows = exchange.getMessage().getBody(List.class);
        long limit = TimeUnit.MILLISECONDS.toNanos(Settings.milliseconds(exchange.getContext(), "inbox.unread-after"));
        Set<String> due = rows.stream().map(row -> (String) row.get("consumer")).collect(Collectors.toSet());
        firsts.keySet().stream().filter(consumer -> !due.contains(consumer)).toList().forEach(consumer -> forget(exchange, dataSource, consumer));
        for (Map<String, Object> row : rows) {
            String consumer = (String) row.get("consumer");
            String first = (String) row.get("first");
            First known = firsts.get(consumer);
            if (known == null || !known.row().equals(first)) {
                forget(exchange, dataSource, consumer);
                firsts.put(consumer, new First(first, System.nanoTime()));
            } else if (System.nanoTime() - known.since() >= limit) {
                Incidents.raise(exchange.getContext(), dataSource, KIND, consumer, ConfigurationException.class.getName(), "parked messages of consumer "
                        + consumer + " are due since " + row.get("due_at") + ", and nobody has taken one for inbox.unread-after ("
                        + Settings.text(exchange.getContext(), "inbox.unread-after") + "): they and what waits behind them have no effect. Start its "
                        + "inbox-retry, or, if it was renamed, give its rows the new name, see docs/operations.md.");
            }
        }
    }

    private void forget(Exchange exchange, String dataSource, String consumer) {
        firsts.remove(consumer);
        Incidents.end(exchange.getContext(), dataSource, KIND, consumer);
    }

    private record First(String row, long since) {
    }
}
