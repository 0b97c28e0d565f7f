package io.reliableroutes.jms;

import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.Incidents;
import io.reliableroutes.support.Settings;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at what an Artemis broker would do with a message that was delivered often. The pack counts attempts itself; to the broker an outage
 * or a crash is a delivery too. A broker that drops messages is refused, one that puts them aside is an incident, and so is each message
 * that it has put aside.
 */
final class JmsBrokerCheck {

    private static final Logger LOG = LoggerFactory.getLogger(JmsBrokerCheck.class);
    private static final String LIMIT = "REDELIVERY_LIMIT";
    private static final String DEAD = "BROKER_DEAD_LETTERS";
    /** What the broker has when nobody has set anything else. */
    private static final int DEFAULT_ATTEMPTS = 10;

    private final CamelContext context;
    private final Object broker;
    private final Map<String, String> queues;
    private boolean told;

    private JmsBrokerCheck(CamelContext context, Object broker, Map<String, String> queues) {
        this.context = context;
        this.broker = broker;
        this.queues = queues;
    }

    /**
     * Looks now, and from then on each {@code alert.poll-delay} until the context stops.
     *
     * @param  broker                 its connection factory, not null
     * @param  queues                 that routes receive from, each with the bean name of its inbox's data source, or null; not null
     * @throws ConfigurationException if messages of a queue would be dropped
     */
    static void run(CamelContext context, Object broker, Map<String, String> queues) {
        if (queues.isEmpty()) {
            return;
        }
        JmsBrokerCheck check = new JmsBrokerCheck(context, broker, queues);
        if (!ArtemisManagement.speaks(broker)) {
            check.tellOnce("its client, " + broker.getClass().getName() + ", is not Artemis' own");
            return;
        }
        check.look();
        long period = Math.max(1000, Settings.duration(context, "alert.poll-delay"));
        ScheduledExecutorService thread = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(check, "jms-broker-check");
        thread.scheduleWithFixedDelay(check::lookAgain, period, period, TimeUnit.MILLISECONDS);
    }

    private void lookAgain() {
        try {
            look();
        } catch (RuntimeException e) {
            LOG.error("The broker's settings have changed: {}", e.getMessage());
        }
    }

    private void look() {
        try (ArtemisManagement management = new ArtemisManagement((ConnectionFactory) broker)) {
            for (Map.Entry<String, String> queue : queues.entrySet()) {
                look(management, queue.getKey(), queue.getValue());
            }
            told = false;
        } catch (JMSException | ClassCastException e) {
            tellOnce(String.valueOf(e.getMessage()));
        }
    }

    private void look(ArtemisManagement management, String queue, String dataSource) throws JMSException {
        String address = queue.replaceFirst("::.*", "");
        JsonNode settings = management.addressSettings(address);
        int attempts = settings.path("maxDeliveryAttempts").asInt(DEFAULT_ATTEMPTS);
        String deadLetters = settings.path("deadLetterAddress").asText(settings.path("DLA").asText(""));
        if (attempts >= 0) {
            String problem = "max-delivery-attempts (" + attempts + ") of the queue " + queue + " is not -1: to the broker an outage or a crash is a "
                    + "delivery too, so it would ";
            String fix = " Set max-delivery-attempts to -1 for this address in the broker's address-settings: the pack counts, and gives up in its "
                    + "own tables.";
            if (deadLetters.isEmpty()) {
                throw new ConfigurationException(problem + "drop messages that nothing is wrong with: there is no dead-letter-address." + fix);
            }
            raise(dataSource, LIMIT, queue, problem + "put messages that nothing is wrong with aside in " + deadLetters + ", where nobody handles them."
                    + fix);
        } else {
            end(dataSource, LIMIT, queue);
        }
        long dead = deadLetters.isEmpty() || deadLetters.equals(address) ? 0
                : management.count(deadLetters, "_AMQ_ORIG_ADDRESS='" + address.replace("'", "''") + "'");
        if (dead > 0) {
            raise(dataSource, DEAD, queue, dead + " messages of the queue " + queue + " are in the broker's dead-letter address " + deadLetters
                    + ": the broker has put them aside, they have no effect and no row here. Let the broker send them back (retryMessages of its "
                    + "management), with max-delivery-attempts -1 for " + queue + ".");
        } else {
            end(dataSource, DEAD, queue);
        }
    }

    private void raise(String dataSource, String kind, String queue, String problem) {
        if (dataSource == null) {
            LOG.error("{}", problem);
        } else {
            Incidents.raise(context, dataSource, kind, queue, ConfigurationException.class.getName(), problem);
        }
    }

    private void end(String dataSource, String kind, String queue) {
        if (dataSource != null) {
            Incidents.end(context, dataSource, kind, queue);
        }
    }

    private void tellOnce(String reason) {
        if (!told) {
            LOG.warn("Nobody can look whether the JMS broker gives messages of {} up by itself: {}. Make sure that it does not (Artemis: "
                    + "max-delivery-attempts -1), and watch its dead-letter address.", queues.keySet(), reason);
            told = true;
        }
    }
}
