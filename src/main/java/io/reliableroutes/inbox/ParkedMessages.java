package io.reliableroutes.inbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.reliableroutes.database.LockTimeout;
import org.apache.camel.Exchange;

/**
 * The parked messages that one transaction takes, as the exchange property {@code inboxParked}: statements read it as
 * {@code ${exchangeProperty.inboxParked.ids}}. It decides nothing about a failure.
 */
public final class ParkedMessages {

    private static final String PROPERTY = "inboxParked";

    private final String consumer;
    private final String dataSource;
    private final int most;
    private List<ParkedMessage> messages = List.of();
    private boolean alone;

    ParkedMessages(String consumer, String dataSource, int most) {
        this.consumer = consumer;
        this.dataSource = dataSource;
        this.most = most;
    }

    void keepWith(Exchange exchange) {
        exchange.setProperty(PROPERTY, this);
    }

    static ParkedMessages of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, ParkedMessages.class);
    }

    /** Name of the receiver, not null. */
    public String consumer() {
        return consumer;
    }

    /** How many may be claimed, 1 or more. */
    public int most() {
        return most;
    }

    /** The places of those that are claimed in {@code inbox_parked}, as PostgreSQL writes an array; not null. */
    public String ids() {
        return messages.stream().map(message -> String.valueOf(message.id())).collect(Collectors.joining(",", "{", "}"));
    }

    /** How many are claimed, 0 or more. */
    int size() {
        return messages.size();
    }

    /** Whether the next that is due is to be taken alone: no other is due, or it is to be made a dead letter. */
    boolean isNextAlone() {
        return alone;
    }

    /**
     * Takes over what was claimed, up to the first that is to be made a dead letter, if that is more than one: a handler that fails would be called
     * twice for nothing. The {@link InboxCourse} is of them.
     *
     * @param exchange an inbox-retry-batch's exchange whose body are the rows of {@code claim-inbox-retry.sql}, not null
     */
    @SuppressWarnings("unchecked")
    public static void claimed(Exchange exchange) {
        ParkedMessages parked = of(exchange);
        List<ParkedMessage> claimed = new ArrayList<>();
        for (Object row : exchange.getMessage().getBody(List.class)) {
            claimed.add(new ParkedMessage(parked.consumer, parked.dataSource, (Map<String, Object>) row));
        }
        List<ParkedMessage> together = claimed.stream().takeWhile(message -> !message.exhausted()).toList();
        if (together.size() > 1) {
            parked.take(together);
            LockTimeout.begin(exchange.getContext());
        }
        parked.alone = together.size() < 2 && !claimed.isEmpty();
        InboxCourse.begin(exchange, parked.messages);
        parked.messages.stream().findFirst().ifPresent(message -> ReceiverPause.tellIfHandled(exchange, message));
    }

    void take(List<ParkedMessage> claimed) {
        messages = claimed;
    }

    /**
     * Makes a message the one of its exchange, as its handler gets it.
     *
     * @param exchange one of the split, not null
     */
    public static void next(Exchange exchange) {
        InboxCourse.next(exchange);
        ParkedMessage message = exchange.getMessage().getBody(ParkedMessage.class);
        message.keepWith(exchange);
        exchange.getMessage().removeHeaders("*");
        message.give(exchange);
    }
}
