package io.reliableroutes.outbox;

import java.util.Map;

import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.Incidents;
import org.apache.camel.Exchange;

/** Tells that the ids of an outbox were given out again below those of waiting messages: their order is no longer that of their transactions. */
public class OutboxIdentity {

    /** @param exchange a relay's exchange whose body is a row of {@code advance-outbox-identity.sql}, not null */
    @SuppressWarnings("unchecked")
    public void tell(Exchange exchange) {
        String dataSource = OutboxBatch.of(exchange).dataSource();
        Map<String, Object> behind = exchange.getMessage().getBody(Map.class);
        Incidents.raise(exchange.getContext(), dataSource, "ORDER", dataSource, ConfigurationException.class.getName(),
                "ids of outbox_message go on behind " + behind.get("given") + ", and messages with ids up to " + behind.get("waiting")
                        + " wait: newer messages would be published before older ones of their key. " + (behind.get("moved") != null
                                ? "The identity goes on behind " + behind.get("moved") + " now; look at what was written since the switch-over or restore."
                                : "Apply schema.sql to this database as its owner, or give the relay's role UPDATE on the sequence."));
    }
}
