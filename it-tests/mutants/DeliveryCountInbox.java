package mutants;

import java.sql.SQLException;

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
            exchange.setProperty("inboxFailure", new IllegalStateException("delivered " + deliveries + " times"));
        }
    }

    @Override
    public boolean isGivenUp(Exchange exchange) {
        return exchange.getProperty("inboxFailure") != null || super.isGivenUp(exchange);
    }
}
