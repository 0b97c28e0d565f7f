package io.reliableroutes.operate;

import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.HttpAccess;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;

/** Who may use the operators' API: who has a login of {@code operate.logins}, or without logins this machine. */
public class OperatorAccess {

    private static final HttpAccess ACCESS = new HttpAccess("operate.logins", "operate-list-letters", "operators' API", "replay and discard messages",
            "Start with --profile=operate");

    /**
     * Sets the variable {@code operator} to the name of the login, where one is needed, and before a refusal the variable
     * {@code refusedAs} to its HTTP status.
     *
     * @param  exchange                with the headers of a request as its server has received it, not null
     * @throws InvalidMessageException if the request is not let in: a login is missing, or a page of another site has sent it
     */
    public void admit(Exchange exchange) {
        exchange.setVariable("operator", ACCESS.admit(exchange));
    }

    /** @throws ConfigurationException if the API would be open to others without a login, or a login is none */
    public static void check(CamelContext context) {
        ACCESS.check(context);
    }
}
