package io.reliableroutes.inbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.sql.DataSource;

import io.reliableroutes.support.Incidents;
import io.reliableroutes.support.Settings;
import io.reliableroutes.support.SqlFile;
import org.apache.camel.CamelContext;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a receiver makes no step for {@code standstill.inbox} though records wait: its handler hangs, or no process has the partition. It
 * looks at all partitions, so one process that runs is enough to tell it of the others.
 */
final class ReceiverProgress implements Runnable {

    /** Kind of incident: over when no partition stands still. */
    private static final String WAITS = "INBOX_WAITS";
    private static final int STATEMENT_SECONDS = 10;
    private static final Logger LOG = LoggerFactory.getLogger(ReceiverProgress.class);

    private final Map<TopicPartition, Stand> stands = new ConcurrentHashMap<>();
    private final CamelContext context;
    private final String dataSource;
    private final String consumer;
    private final List<String> names;
    private final TopicOffsets topics;

    ReceiverProgress(CamelContext context, String dataSource, String consumer, List<String> names, TopicOffsets topics) {
        this.context = context;
        this.dataSource = dataSource;
        this.consumer = consumer;
        this.names = names;
        this.topics = topics;
    }

    /**
     * @param  begun offset of the last record that this process has taken up, by partition, not null
     * @return       why a restart of this process may help: a record of its own stands still; or null
     */
    String problem(Map<TopicPartition, Long> begun) {
        String hanging = stands.entrySet().stream()
                .filter(stand -> isStill(stand.getValue()) && begun.getOrDefault(stand.getKey(), -1L) >= stand.getValue().next())
                .map(stand -> stand.getKey() + " at offset " + stand.getValue().next()).sorted().collect(Collectors.joining(", "));
        return hanging.isEmpty() ? null : consumer + " makes no step in " + hanging;
    }

    @Override
    public void run() {
        for (String topic : names) {
            try {
                look(topic);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                // a broker or a database that does not answer is told by others
                LOG.debug("progress of {} in {} is not known", consumer, topic, e);
            }
        }
    }

    private void look(String topic) throws Exception {
        Map<Integer, Long> positions = positions(topic);
        Map<Integer, Long> still = new TreeMap<>();
        boolean decided = true;
        for (Map.Entry<TopicPartition, TopicOffsets.Range> partition : topics.committedRanges(topic).entrySet()) {
            TopicOffsets.Range range = partition.getValue();
            long next = Math.max(positions.getOrDefault(partition.getKey().partition(), -1L) + 1, range.beginning());
            Stand stand = stand(partition.getKey(), next, range.end());
            stands.put(partition.getKey(), stand);
            if (isStill(stand)) {
                still.put(partition.getKey().partition(), next);
            } else {
                decided &= !stand.hasMore();
            }
        }
        String subject = TopicCheck.subject(consumer, topic);
        if (!still.isEmpty()) {
            Incidents.raise(context, dataSource, WAITS, subject, "standstill", consumer + " has made no step for standstill.inbox ("
                    + Settings.text(context, "standstill.inbox") + ") and longer in topic " + topic + ", and records wait, by partition from this offset "
                    + "on: " + still + ". Look at its log, for a session that holds a lock, and for a call without a time-out; start a process of it, or "
                    + "start the one that hangs again.");
        } else if (decided) {
            Incidents.end(context, dataSource, WAITS, subject);
        }
    }

    private Stand stand(TopicPartition partition, long next, long end) throws Exception {
        Stand known = stands.get(partition);
        if (known == null || known.next() != next) {
            return new Stand(next, next, end, System.nanoTime());
        }
        Stand now = new Stand(next, known.empty(), end, known.hasMore() ? known.since() : System.nanoTime());
        // markers of transactions, and what was aborted, have offsets too
        return isStill(now) ? new Stand(next, topics.isEmpty(partition, now.empty(), end) ? end : now.empty(), end, now.since()) : now;
    }

    private boolean isStill(Stand stand) {
        return stand.hasMore() && System.nanoTime() - stand.since() >= TimeUnit.MILLISECONDS.toNanos(Settings.duration(context, "standstill.inbox"));
    }

    private Map<Integer, Long> positions(String topic) throws SQLException {
        try (Connection connection = context.getRegistry().lookupByNameAndType(dataSource, DataSource.class).getConnection();
                PreparedStatement statement = connection.prepareStatement(SqlFile.load(context, "list-inbox-positions.sql"))) {
            statement.setQueryTimeout(STATEMENT_SECONDS);
            statement.setString(1, consumer);
            statement.setString(2, topic);
            try (ResultSet row = statement.executeQuery()) {
                Map<Integer, Long> positions = new HashMap<>();
                while (row.next()) {
                    positions.put(row.getInt(1), row.getLong(2));
                }
                return positions;
            }
        }
    }

    /**
     * @param next  offset behind the stored position
     * @param empty there is no record before this one
     * @param end   offset behind the last record that may be read
     * @param since when it was first seen, {@link System#nanoTime}
     */
    private record Stand(long next, long empty, long end, long since) {

        boolean hasMore() {
            return empty < end;
        }
    }
}
