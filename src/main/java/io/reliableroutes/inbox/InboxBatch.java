package io.reliableroutes.inbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.support.MessageIdentity;
import io.reliableroutes.support.RetrySettings;
import io.reliableroutes.support.SqlFile;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages of a poll in one transaction: their keys are one statement, the position moves once, and the handler gets them in their order. It
 * decides nothing about a failure: any undoes them all, and who has called handles them one by one. A bean of one template's route.
 */
public class InboxBatch {

    private static final Logger LOG = LoggerFactory.getLogger(InboxBatch.class);
    private static final String PROPERTY = "inboxBatch";
    private static final String LIST = "inboxList";

    private String consumer;
    private String dataSource;

    /** @param consumer name of the receiver, not null */
    public void setConsumer(String consumer) {
        this.consumer = consumer;
    }

    /** @param dataSource bean name of the data source that the handler uses, not null */
    public void setDataSource(String dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * Gives each message of a receiver its own transaction, if nobody has set {@code inbox.<consumer>.batch-size}.
     *
     * @param outside what its handler calls that is not undone with the transaction, not null
     */
    public static void notBy(CamelContext context, String consumer, String outside) {
        context.getRegistry().bind(PROPERTY + '-' + consumer, outside);
    }

    /** Whether each message of a receiver has its own transaction. Its settings need not be checked yet. */
    public static boolean isEachAlone(CamelContext context, String consumer) {
        return outside(context, consumer) != null || setting(context, consumer).equals("1");
    }

    /** How many messages of a receiver may share a transaction, 1 or more. */
    static int size(CamelContext context, String consumer) {
        String outside = outside(context, consumer);
        if (outside != null) {
            LOG.info("inbox of {}: each message has its own transaction, since {} would be called again when another message of a batch fails", consumer, outside);
            return 1;
        }
        return Integer.parseInt(setting(context, consumer));
    }

    private static String outside(CamelContext context, String consumer) {
        String own = context.getPropertiesComponent().resolveProperty("inbox." + consumer + ".batch-size").orElse("");
        return own.isBlank() ? context.getRegistry().lookupByNameAndType(PROPERTY + '-' + consumer, String.class) : null;
    }

    private static String setting(CamelContext context, String consumer) {
        return RetrySettings.value(context, "inbox", consumer, "batch-size").trim();
    }

    /**
     * Records the keys of all messages and moves the position behind them. The {@link InboxCourse} is of those that are new.
     *
     * @param  exchange                with the records of one partition as its body, not null
     * @throws InvalidMessageException if one of them is no message
     * @throws SQLException            if the database fails
     */
    public void begin(Exchange exchange) throws SQLException {
        InboxCourse.begin(exchange, record(exchange));
    }

    /**
     * The same for messages that have no position.
     *
     * @param  exchange     of their receiver, not null
     * @param  messages     checked, by their keys and in their order; loses those that are not new; not null
     * @throws SQLException if the database fails
     */
    protected final void begin(Exchange exchange, Map<String, ReceivedMessage> messages) throws SQLException {
        InboxCourse.begin(exchange, record(exchange, messages, InboxPosition.NOT_STORED));
    }

    /** Name of the receiver, not null. */
    protected final String consumer() {
        return consumer;
    }

    /** Bean name of the data source, not null. */
    protected final String dataSource() {
        return dataSource;
    }

    /** The new ones, in their order. */
    private List<ReceivedMessage> record(Exchange exchange) throws SQLException {
        List<?> records = exchange.getMessage().getBody(List.class);
        InboxPosition.Step first = ((ReceivedRecord) records.get(0)).step();
        InboxPosition.Step last = ((ReceivedRecord) records.get(records.size() - 1)).step();
        return record(exchange, read(exchange, records), new InboxPosition.Step(first.topic(), first.partition(), first.topicId(), first.seen(), last.done()));
    }

    private List<ReceivedMessage> record(Exchange exchange, Map<String, ReceivedMessage> messages, InboxPosition.Step step) throws SQLException {
        DataSource database = exchange.getContext().getRegistry().lookupByNameAndType(dataSource, DataSource.class);
        try (Connection connection = database.getConnection()) {
            Set<String> fresh = insert(exchange.getContext(), connection, step, messages.keySet().stream().map(MessageIdentity::ofKey).toList());
            messages.keySet().retainAll(fresh);
            hold(exchange, connection, messages.values());
        }
        messages.values().stream().filter(message -> !message.isHeld()).findFirst().ifPresent(message -> ReceiverPause.tellIfHandled(exchange, message));
        return List.copyOf(messages.values());
    }

    /** By their keys; the message of the exchange is not touched. */
    private Map<String, ReceivedMessage> read(Exchange exchange, List<?> records) {
        Map<String, ReceivedMessage> messages = new LinkedHashMap<>();
        Message batch = exchange.getMessage();
        try {
            for (Object each : records) {
                ReceivedMessage message = ReceivedMessage.read(exchange, (ReceivedRecord) each, consumer, dataSource);
                message.check(exchange);
                messages.putIfAbsent(message.inboxKey(), message);
            }
        } finally {
            exchange.setMessage(batch);
        }
        return messages;
    }

    /** The keys of those that were not there yet. */
    private Set<String> insert(CamelContext context, Connection connection, InboxPosition.Step step, List<MessageIdentity> identities) throws SQLException {
        Set<String> fresh = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(SqlFile.load(context, "insert-inbox-messages.sql"))) {
            statement.setString(1, consumer);
            statement.setString(2, consumer);
            statement.setString(3, step.topic());
            statement.setObject(4, step.partition(), Types.INTEGER);
            statement.setString(5, step.topicId());
            statement.setObject(6, step.seen(), Types.BIGINT);
            statement.setObject(7, step.done(), Types.BIGINT);
            statement.setArray(8, connection.createArrayOf("text", identities.stream().map(MessageIdentity::source).toArray()));
            statement.setArray(9, connection.createArrayOf("text", identities.stream().map(MessageIdentity::id).toArray()));
            statement.setString(10, consumer);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    fresh.add(new MessageIdentity(rows.getString(1), rows.getString(2)).key());
                }
            }
        }
        return fresh;
    }

    /** Marks those whose key has parked messages: each has to ask whether it is its turn. */
    private void hold(Exchange exchange, Connection connection, Iterable<ReceivedMessage> messages) throws SQLException {
        List<ReceivedMessage> ordered = new ArrayList<>();
        messages.forEach(message -> {
            if (message.isOrdered(exchange.getContext())) {
                ordered.add(message);
            }
        });
        if (ordered.isEmpty()) {
            return;
        }
        Set<String> held = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(SqlFile.load(exchange.getContext(), "list-parked-inbox-keys.sql"))) {
            statement.setString(1, consumer);
            statement.setArray(2, connection.createArrayOf("text", ordered.stream().map(ReceivedMessage::key).distinct().toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    held.add(rows.getString(1));
                }
            }
        }
        ordered.stream().filter(message -> held.contains(message.key())).forEach(ReceivedMessage::hold);
    }

    /**
     * Makes a message of the batch the one of its exchange, as its handler gets it. The exchange property {@code inboxHeld} is whether its key had
     * parked messages when the batch began.
     *
     * @param exchange one of the split, not null
     */
    public void next(Exchange exchange) {
        InboxCourse.next(exchange);
        ReceivedMessage message = exchange.getMessage().getBody(ReceivedMessage.class);
        exchange.setProperty("inboxHeld", message.isHeld());
        message.enter(exchange);
    }

    /**
     * The same for a handler that takes them as a list: the {@link InboxCourse} is of those whose key has parked messages, and which have to ask
     * whether it is their turn.
     *
     * @param  exchange                with the records of one partition as its body, not null
     * @throws InvalidMessageException if one of them is no message
     * @throws SQLException            if the database fails
     */
    public void beginList(Exchange exchange) throws SQLException {
        List<ReceivedMessage> messages = record(exchange);
        exchange.setProperty(LIST, messages);
        InboxCourse.begin(exchange, messages.stream().filter(ReceivedMessage::isHeld).toList());
    }

    /**
     * Lets a message have its place in the list after all: nothing of its key is parked any more.
     *
     * @param exchange one of the split, not null
     */
    public void join(Exchange exchange) {
        ReceivedMessage.of(exchange).free();
    }

    /**
     * Makes the list the body, as {@link EventList} writes it; null if it would be empty.
     *
     * @param exchange behind the split, not null
     */
    public void list(Exchange exchange) {
        List<ReceivedMessage> messages = ((List<?>) exchange.getProperty(LIST)).stream().map(ReceivedMessage.class::cast).filter(message -> !message.isHeld()).toList();
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, EventList.MEDIA_TYPE);
        exchange.getMessage().setBody(messages.isEmpty() ? null : EventList.of(messages));
    }
}
