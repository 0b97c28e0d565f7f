package io.reliableroutes.inbox;

import io.reliableroutes.InvalidMessageException;
import org.apache.camel.Exchange;

/** Begins each exchange of an inbox-single: gives it its {@link InboxMessage}. A bean of one template's route. */
public class InboxReceiver {

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
     * A record of a topic. In each attempt it is as it came.
     *
     * @param  exchange                with a {@link ReceivedRecord} as its body, not null
     * @throws InvalidMessageException if the record is no message
     */
    public void receive(Exchange exchange) {
        ReceivedRecord record = exchange.getMessage().getBody(ReceivedRecord.class);
        record.giveTo(exchange);
        ReceivedMessage message = ReceivedMessage.take(exchange, consumer, dataSource);
        message.read(exchange);
        message.setStep(record.step());
        message.check(exchange);
    }
}
