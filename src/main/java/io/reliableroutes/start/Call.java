package io.reliableroutes.start;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.apache.camel.model.KameletDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.ToDynamicDefinition;

import static org.apache.camel.model.ProcessorDefinitionHelper.filterTypeInOutputs;

/**
 * A step that sends its message to an endpoint.
 *
 * @param step the step, not null
 * @param uri  where to, as it is written and with its parameters, not null
 */
record Call(ProcessorDefinition<?> step, String uri) {

    /** All of them below some steps, in the order of the file; a {@code wireTap} and a {@code toD} too. */
    static List<Call> of(Collection<? extends ProcessorDefinition<?>> steps) {
        List<Call> calls = new ArrayList<>();
        for (ProcessorDefinition<?> step : filterTypeInOutputs(List.copyOf(steps), ProcessorDefinition.class)) {
            if (step instanceof ToDefinition to) {
                calls.add(new Call(step, to.getEndpointUri()));
            } else if (step instanceof ToDynamicDefinition to && to.getUri() != null) {
                calls.add(new Call(step, to.getUri()));
            } else if (step instanceof KameletDefinition kamelet) {
                calls.add(new Call(step, "kamelet:" + kamelet.getName()));
            }
        }
        return calls;
    }
}
