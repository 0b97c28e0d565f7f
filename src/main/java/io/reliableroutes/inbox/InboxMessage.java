package io.reliableroutes.inbox;

import java.util.Map;

import io.reliableroutes.support.RetrySettings;
import org.apache.camel.Exchange;

/**
 * A message on its way to its handler, and to where it is kept if that fails: all that the steps of an inbox or an inbox-retry share, as one
 * object for each exchange, its property {@code inboxMessage}. Steps and statements read it as {@code ${exchangeProperty.inboxMessage.consumer}}.
 */
public abstract sealed class InboxMessage permits ReceivedMessage, ParkedMessage {

    private static final String PROPERTY = "inboxMessage";

    /** CloudEvents' name for what orders messages, in its partitioning extension. */
    private static final String PARTITION_KEY = "ce_partitionkey";

    private final String consumer;
    private final String dataSource;
    private boolean begun;

    InboxMessage(String consumer, String dataSource) {
        this.consumer = consumer;
        this.dataSource = dataSource;
    }

    /** That of an exchange, null before its route has set it. */
    static InboxMessage of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, InboxMessage.class);
    }

    final void keepWith(Exchange exchange) {
        exchange.setProperty(PROPERTY, this);
    }

    /** Name of the receiver, not null. */
    public final String consumer() {
        return consumer;
    }

    /** Bean name of the data source with the inbox, not null. */
    public final String dataSource() {
        return dataSource;
    }

    /** Key of the message, null if it has none, or if none was claimed. */
    abstract String key();

    /** As it was sent, null for a tombstone. */
    abstract byte[] payload();

    /** What of its headers the handler may see, not null. */
    abstract Map<String, String> headers();

    /** Why it is given up that has failed in earlier deliveries, null if it is not. */
    Throwable givenUp() {
        return null;
    }

    /** The value of a setting of its consumer, not null. */
    final String setting(Exchange exchange, String name) {
        return RetrySettings.value(exchange.getContext(), "inbox", consumer, name);
    }

    /**
     * Gives the handler the body, the headers of {@code inbox.headers} as text and, as {@code ce_partitionkey} whatever a header of that name says,
     * the key: the same in the first delivery and in every retry.
     *
     * @param exchange an inbox's or inbox-retry's exchange on its way to the handler, without its other headers, not null
     */
    public static void handOver(Exchange exchange) {
        of(exchange).give(exchange);
    }

    /**
     * Tells {@link ReceiverPause} when the exchange is done that the message was handled, unless it fails. Not in a Kamelet: its exchange is a
     * copy, which is done before the handler begins.
     *
     * @param exchange an inbox's or inbox-retry's exchange on its way to the handler, not null
     */
    public static void begin(Exchange exchange) {
        InboxMessage message = of(exchange);
        if (!message.begun) {
            message.begun = true;
            ReceiverPause.tellIfHandled(exchange, message);
        }
    }

    /** Gives the handler what it may see. */
    final void give(Exchange exchange) {
        exchange.getMessage().setBody(payload());
        headers().forEach(exchange.getMessage()::setHeader);
        if (key() != null) {
            exchange.getMessage().setHeader(PARTITION_KEY, key());
        }
    }
}
