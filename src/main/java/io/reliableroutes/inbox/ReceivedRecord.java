package io.reliableroutes.inbox;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * A record as its consumer has brought it, not read yet, and with which step of its partition it is.
 *
 * @param message its body and all its headers, not null: to be copied, since a handler may change what it gets
 */
record ReceivedRecord(Message message, InboxPosition.Step step) {

    /** Whether nothing is between another one and it, as far as its consumer knows. */
    boolean follows(ReceivedRecord other) {
        return step.follows(other.step);
    }

    /** Makes it the message of an exchange, as it came. */
    void giveTo(Exchange exchange) {
        exchange.setMessage(message.copy());
    }
}
