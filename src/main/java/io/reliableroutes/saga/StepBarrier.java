package io.reliableroutes.saga;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.support.ConfigurationException;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import org.apache.camel.Exchange;

/** Which step a participant is asked for: the parameters of {@code enter-step.sql} and {@code refuse-step.sql}. */
public final class StepBarrier {

    private static final Map<String, List<String>> ACTIONS = Map.of("SAGA", List.of("DO", "UNDO"), "TCC", List.of("TRY", "CONFIRM", "CANCEL"));
    private static final Map<String, String> PARTS = Map.of("saga", "ce_saga", "sagaId", "ce_sagaid", "step", "ce_sagastep", "action", "ce_sagaaction");

    private StepBarrier() {
    }

    /**
     * @param  model                  of a step-barrier-action, not null
     * @param  phase                  of it, not null
     * @throws ConfigurationException if one of them is none
     */
    public static void check(String model, String phase) {
        if (!ACTIONS.containsKey(model)) {
            throw new ConfigurationException("stepModel (" + model + ") is neither SAGA nor TCC: nobody would know which commands the handler does. Write one of the two.");
        }
        if (!phase.equals("enter") && !phase.equals("refuse")) {
            throw new ConfigurationException("stepPhase (" + phase + ") is neither enter nor refuse: nobody would know what to do. Write one of the two.");
        }
    }

    /**
     * @param  exchange                with the headers of a command, not null
     * @param  model                   {@code SAGA} or {@code TCC}: what its handler does
     * @param  phase                   {@code enter} or {@code refuse}
     * @param  reason                  why it is refused, null or empty if nobody says
     * @return                         one value for each parameter, not null
     * @throws ConfigurationException  if the model or the phase is none, if the handler does not do what is asked for, or if there is no transaction
     * @throws InvalidMessageException if there is no command
     * @throws SystemException         if the transaction manager fails
     */
    public static Map<String, Object> parameters(Exchange exchange, String model, String phase, String reason) throws SystemException {
        check(model, phase);
        TransactionManager manager = exchange.getContext().getRegistry().findSingleByType(TransactionManager.class);
        if (manager == null || manager.getTransaction() == null) {
            throw new ConfigurationException("step-barrier-action is outside a transaction in route " + exchange.getFromRouteId() + ": the step would be taken for done although its "
                    + "work may fail. Put it into the handler of an inbox, or into one transacted step with the work.");
        }
        Map<String, Object> parameters = command(exchange);
        if (!ACTIONS.get(model).contains(parameters.get("action"))) {
            throw new ConfigurationException(parameters.get("action") + " of saga " + parameters.get("saga") + " comes to " + exchange.getFromRouteId() + ", which does not know it (stepModel "
                    + model + "): nothing was done, and nobody was answered. Let sagaModel of the saga and stepModel of its participants "
                    + "be the same.");
        }
        parameters.put("reason", reason == null || reason.isBlank() ? "UNSPECIFIED" : reason);
        return parameters;
    }

    /** Saga, its id, step and action of a command by its headers, not null, and an {@link InvalidMessageException} if it is none. */
    static Map<String, Object> command(Exchange exchange) {
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
        return parameters;
    }
}
