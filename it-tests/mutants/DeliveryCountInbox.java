package mutants;

import java.sql.SQLException;

import io.reliableroutes.inbox.ReceivedMessage;
import io.reliableroutes.jms.JmsInbox;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import org.apache.camel.Exchange;

/** What comes to mind first: the broker counts. */
public final class DeliveryCountInbox extends JmsInbox {

    @Override
    public void read(Exchange exchange) throws JMSException, SQLException {
        int deliveries = exchange.getMessage().getBody(Message.class).getIntProperty("JMSXDeliveryCount");
        super.read(exchange);
        if (deliveries > 3) {
            exchange.setProperty("tooMany", deliveries);
            ReceivedMessage.take(exchange, null, null).giveUp(new IllegalStateException("delivered " + deliveries + " times"), deliveries);
        }
    }

    @Override
    public boolean isGivenUp(Exchange exchange) {
        return exchange.getProperty("tooMany") != null || super.isGivenUp(exchange);
    }
}
