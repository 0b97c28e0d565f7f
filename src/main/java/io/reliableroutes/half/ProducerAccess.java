package io.reliableroutes.half;

import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.HttpAccess;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;

/** Who may prepare and decide half messages: who has a login of {@code half.logins}, or without logins this machine. */
public class ProducerAccess {

    private static final HttpAccess ACCESS = new HttpAccess("half.logins", "half-messages-prepare", "producers' API", "publish messages",
            "Set camel.server.enabled=true and camel.server.host=127.0.0.1");

    /**
     * Sets the variable {@code producer} to the name of the login, empty where none is needed, and before a refusal the variable
     * {@code refusedAs} to its HTTP status.
     *
     * @param  exchange                with the headers of a request as its server has received it, not null
     * @throws InvalidMessageException if the request is not let in
     */
    public void admit(Exchange exchange) {
        String name = ACCESS.admit(exchange);
        exchange.setVariable("producer", name == null ? "" : name);
    }

    /** @throws ConfigurationException if the API would be open to others without a login, or a login is none */
    static void check(CamelContext context) {
        ACCESS.check(context);
    }
}
