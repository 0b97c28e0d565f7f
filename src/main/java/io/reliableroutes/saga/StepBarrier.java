package io.reliableroutes.saga;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.support.ConfigurationException;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import org.apache.camel.Exchange;

/** Which step a participant is asked for: the parameters of {@code enter-step.sql} and {@code refuse-step.sql}. */
public final class StepBarrier {

    private static final Map<String, String> PARTS = Map.of("saga", "ce_saga", "sagaId", "ce_sagaid", "step", "ce_sagastep", "action", "ce_sagaaction");

    private StepBarrier() {
    }

    /**
     * @param  exchange                with the headers of a command, not null
     * @param  phase                   {@code enter} or {@code refuse}
     * @param  reason                  why it is refused, null or empty if nobody says
     * @return                         one value for each parameter, not null
     * @throws ConfigurationException  if the phase is none, or there is no transaction
     * @throws InvalidMessageException if there is no command
     * @throws SystemException         if the transaction manager fails
     */
    public static Map<String, Object> parameters(Exchange exchange, String phase, String reason) throws SystemException {
        if (!"enter".equals(phase) && !"refuse".equals(phase)) {
            throw new ConfigurationException("stepPhase (" + phase + ") is neither enter nor refuse: nobody would know what to do. Write one of the two.");
        }
        TransactionManager manager = exchange.getContext().getRegistry().findSingleByType(TransactionManager.class);
        if (manager == null || manager.getTransaction() == null) {
            throw new ConfigurationException("step-barrier-action is outside a transaction in route " + exchange.getFromRouteId() + ": the step would be taken for done although its "
                    + "work may fail. Put it into the handler of an inbox, or into one transacted step with the work.");
        }
        Map<String, Object> parameters = new HashMap<>();
        PARTS.forEach((part, header) -> {
            String value = exchange.getMessage().getHeader(header, String.class);
            Pattern form = SagaAnswer.PARTS.get(part);
            if (value == null || !form.matcher(value).matches()) {
                throw new InvalidMessageException("header " + header + " (" + value + ") is not " + form + ": the message is no command of a saga, nothing was done, "
                        + "and nobody could be answered. Look at its sender.");
            }
            parameters.put(part, value);
        });
        parameters.put("reason", reason == null || reason.isBlank() ? "UNSPECIFIED" : reason);
        return parameters;
    }
}
