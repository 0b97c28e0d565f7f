package io.reliableroutes.saga;

import java.util.Map;

import io.reliableroutes.outbox.kafka.KafkaTopics;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;

/** Refuses sagas whose commands or answers could not be sent, and starts of sagas that nobody knows. */
public final class SagaCheck {

    private SagaCheck() {
    }

    /** @throws ConfigurationException for the first step whose destination is mapped to nothing, and for a retention that forgets sagas too early */
    public static void check(CamelContext context) {
        if (Sagas.all(context).isEmpty()) {
            return;
        }
        if (Settings.duration(context, "saga.retention") < Settings.duration(context, "inbox.redelivery-horizon")) {
            throw new ConfigurationException("saga.retention (" + Settings.text(context, "saga.retention") + ") is shorter than inbox.redelivery-horizon ("
                    + Settings.text(context, "inbox.redelivery-horizon") + "): a request that is repeated that late would start its saga again. Raise saga.retention.");
        }
        for (SagaDefinition saga : Sagas.all(context).values()) {
            for (Map.Entry<String, String> step : saga.steps().entrySet()) {
                requireMapped(context, step.getValue(), "step " + step.getKey() + " of saga " + saga.name() + " is sent there");
            }
        }
    }

    /**
     * @param  route                  id of the route with the saga-start-sink, not null
     * @param  name                   the saga that it starts, null if a property of Camel says so
     * @param  dataSource             where it writes, null if a property of Camel says so
     * @throws ConfigurationException if this process does not know that saga there
     */
    public static void checkStart(CamelContext context, String route, String name, String dataSource) {
        if (name == null || dataSource == null) {
            return;
        }
        SagaDefinition saga = Sagas.find(context, name);
        if (saga == null) {
            throw new ConfigurationException("route " + route + " starts the saga " + name + ", and no templatedRoute of this application defines it: nobody would know its "
                    + "steps. Add the file with it, or correct startSaga; there are " + Sagas.all(context).keySet() + ".");
        }
        if (!saga.dataSource().equals(dataSource)) {
            throw new ConfigurationException("route " + route + " starts the saga " + name + " in data source " + dataSource + ", and its answers are looked for in "
                    + saga.dataSource() + ": none would be found. Write the same data source in both.");
        }
    }

    /** @throws ConfigurationException if the destination of a route's saga-answer-sink is mapped to nothing */
    public static void checkAnswer(CamelContext context, String route, String destination) {
        requireMapped(context, destination, "route " + route + " answers sagas there");
    }

    private static void requireMapped(CamelContext context, String name, String who) {
        String destination = context.resolvePropertyPlaceholders(name);
        if (context.resolvePropertyPlaceholders("{{" + KafkaTopics.DESTINATION + destination + ":}}").isEmpty()) {
            throw new ConfigurationException(KafkaTopics.DESTINATION + destination + " is not set, and " + who + ": its messages would wait in outbox_parked, and "
                    + "sagas with them. Map the destination to a topic.");
        }
    }
}
