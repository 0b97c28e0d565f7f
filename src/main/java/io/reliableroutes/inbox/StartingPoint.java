package io.reliableroutes.inbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;

import io.reliableroutes.support.Incidents;
import io.reliableroutes.support.Settings;
import io.reliableroutes.support.SqlFile;
import io.reliableroutes.support.StalePositionException;
import org.apache.camel.CamelContext;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds where a receiver goes on in a partition that it gets: behind its stored position. Where the topic is not what the position says, it
 * goes on where nothing that is there is passed over, and tells an incident: what is gone, has gone without an effect.
 */
final class StartingPoint {

    private static final Logger LOG = LoggerFactory.getLogger(StartingPoint.class);
    private static final int STATEMENT_SECONDS = 10;

    private final CamelContext context;
    private final String dataSource;
    private final String consumer;
    private final TopicOffsets topics;

    StartingPoint(CamelContext context, String dataSource, String consumer, TopicOffsets topics) {
        this.context = context;
        this.dataSource = dataSource;
        this.consumer = consumer;
        this.topics = topics;
    }

    /** @return its last step, which the database has; not null */
    InboxPosition.Step of(TopicPartition partition) throws Exception {
        String topicId = topics.id(partition.topic());
        Stored stored = read(partition);
        if (stored == null) {
            adopt(partition.topic(), topicId);
            stored = read(partition);
        } else if (stored.partition() != partition.partition()) {
            // the receiver knows the topic, so this partition is new: nothing of it is done
            insert(partition.topic(), topicId, new Integer[] {partition.partition()}, new Long[] {-1L});
            stored = read(partition);
        }
        long position = checked(partition, topicId, stored);
        if (position != stored.position() || !topicId.equals(stored.topicId())) {
            move(partition, stored, topicId, position);
        }
        return new InboxPosition.Step(partition.topic(), partition.partition(), topicId, position, position);
    }

    private long checked(TopicPartition partition, String topicId, Stored stored) throws Exception {
        long next = stored.position() + 1;
        long beginning = topics.beginning(partition);
        if (!topicId.equals(stored.topicId())) {
            tell("TOPIC_MADE_ANEW", partition, next, "topic " + partition.topic() + " was deleted and made again (its id was " + stored.topicId() + " and is "
                    + topicId + "): what " + consumer + " had not read of the old one, from offset " + next + " of partition " + partition.partition()
                    + " on, has no effect. It goes on at the beginning of the new one (" + beginning + ")");
            return beginning - 1;
        }
        if (next < beginning) {
            tell("GAP", partition, next, "records " + next + " to " + (beginning - 1) + " of " + partition + " are gone, expired or deleted, before " + consumer
                    + " has read them: they have no effect. It goes on at " + beginning + ". Raise the topic's retention.ms, or start more receivers");
            return beginning - 1;
        }
        long end = topics.end(partition);
        if (next > end) {
            long horizon = Settings.duration(context, "inbox.redelivery-horizon");
            long again = Math.max(beginning, topics.after(partition, System.currentTimeMillis() - horizon));
            tell("TOPIC_CUT_OFF", partition, next, partition + " ends at " + end + ", before the position of " + consumer + " (" + stored.position()
                    + "): records were lost, by a restored broker for example, and others may stand in their places. It goes back to " + again
                    + ", what is not older than inbox.redelivery-horizon; the inbox knows what it has had");
            return again - 1;
        }
        return stored.position();
    }

    private void tell(String kind, TopicPartition partition, long next, String what) {
        Incidents.raise(context, dataSource, kind, consumer + ' ' + partition + '@' + next, StalePositionException.class.getName(),
                what + ". Let the sender send again what is missing, and then end this incident.");
    }

    /** The first time: where Kafka's committed offsets say, for all partitions at once, so that one without a row is known to be new. */
    private void adopt(String topic, String topicId) throws Exception {
        Map<Integer, Long> next = topics.committed(topic);
        LOG.info("inbox of {} stores its position in {} from now on; it goes on at {}", consumer, topic, next);
        insert(topic, topicId, next.keySet().toArray(Integer[]::new), next.values().stream().map(offset -> offset - 1).toArray(Long[]::new));
    }

    private Stored read(TopicPartition partition) throws SQLException {
        try (Connection connection = connect(); PreparedStatement statement = prepare(connection, "read-inbox-position.sql")) {
            statement.setString(1, consumer);
            statement.setString(2, partition.topic());
            statement.setInt(3, partition.partition());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new Stored(row.getInt(1), row.getString(2), row.getLong(3)) : null;
            }
        }
    }

    private void insert(String topic, String topicId, Integer[] partitions, Long[] positions) throws SQLException {
        try (Connection connection = connect(); PreparedStatement statement = prepare(connection, "insert-inbox-positions.sql")) {
            statement.setString(1, consumer);
            statement.setString(2, topic);
            statement.setString(3, topicId);
            statement.setArray(4, connection.createArrayOf("integer", partitions));
            statement.setArray(5, connection.createArrayOf("bigint", positions));
            statement.executeUpdate();
        }
    }

    private void move(TopicPartition partition, Stored from, String topicId, long position) throws SQLException {
        try (Connection connection = connect(); PreparedStatement statement = prepare(connection, "reset-inbox-position.sql")) {
            statement.setString(1, topicId);
            statement.setLong(2, position);
            statement.setString(3, consumer);
            statement.setString(4, partition.topic());
            statement.setInt(5, partition.partition());
            statement.setString(6, from.topicId());
            statement.setLong(7, from.position());
            if (statement.executeUpdate() == 0) {
                throw new StalePositionException("position of " + consumer + " in " + partition + " has just been moved by somebody else");
            }
        }
    }

    private Connection connect() throws SQLException {
        return context.getRegistry().lookupByNameAndType(dataSource, DataSource.class).getConnection();
    }

    private PreparedStatement prepare(Connection connection, String file) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(SqlFile.load(context, file));
        statement.setQueryTimeout(STATEMENT_SECONDS);
        return statement;
    }

    private record Stored(int partition, String topicId, long position) {
    }
}
