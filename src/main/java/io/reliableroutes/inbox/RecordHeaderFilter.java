package io.reliableroutes.inbox;

import java.util.Locale;

import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaHeaderFilterStrategy;

/**
 * Keeps from a record all headers that are called as Camel's own, in whatever case. Camel keeps a record's place in such headers, and before
 * 4.14 one of the record itself could take their place: it would say that it is elsewhere.
 */
public class RecordHeaderFilter extends KafkaHeaderFilterStrategy {

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return super.applyFilterToExternalHeaders(name, value, exchange)
                || super.applyFilterToExternalHeaders(name.toLowerCase(Locale.ROOT), value, exchange);
    }
}
