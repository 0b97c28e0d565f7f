package io.reliableroutes.kafka;

import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.Incidents;
import io.reliableroutes.support.Settings;
import io.reliableroutes.support.StartWait;
import org.apache.camel.CamelContext;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at start whether the broker answers. Where it does not, the routes start all the same ({@code check.broker}): an application that takes
 * requests needs only its database for that, and its relays and receivers find the broker by themselves.
 */
public final class BrokerCheck {

    /** Kind of incident: over when the broker answers. */
    private static final String AWAY = "BROKER";
    private static final long ANSWER_SECONDS = 5;
    private static final long LOOK_AGAIN_SECONDS = 2;
    private static final Logger LOG = LoggerFactory.getLogger(BrokerCheck.class);

    private final CamelContext context;
    private final Set<String> dataSources;
    private final Runnable answered;
    private final long begin = System.nanoTime();
    private boolean told;

    /**
     * @param dataSources bean names of the data sources whose messages come from the broker or go there, not null
     * @param answered    runs once, when the broker has answered, not null
     */
    public BrokerCheck(CamelContext context, Set<String> dataSources, Runnable answered) {
        this.context = context;
        this.dataSources = dataSources;
        this.answered = answered;
    }

    /** @throws ConfigurationException if {@code check.broker} is neither word, or is {@code refuse} and the broker does not answer in time */
    public void check() {
        String choice = Settings.text(context, "check.broker");
        if (!choice.equals("wait") && !choice.equals("refuse")) {
            throw new ConfigurationException("check.broker (" + choice + ") is neither wait nor refuse: nobody would know whether to start without "
                    + "a broker. Correct it.");
        }
        if (choice.equals("refuse")) {
            StartWait wait = new StartWait(context);
            wait.await("Waiting for " + broker(), this::problem, problem -> broker() + " does not answer within check.wait (" + wait.limit() + "): "
                    + problem + ". Messages would not move. Check kafka.brokers, and that the broker runs.");
        }
        String problem = problem();
        if (problem == null) {
            end();
        } else {
            LOG.info("{} has not answered yet: {}. The routes start all the same", broker(), problem);
            ScheduledExecutorService watchman = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "kafka-start");
            watchman.scheduleWithFixedDelay(() -> lookAgain(watchman), LOOK_AGAIN_SECONDS, LOOK_AGAIN_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void lookAgain(ScheduledExecutorService watchman) {
        String problem = problem();
        if (problem == null) {
            LOG.info("{} answers", broker());
            end();
            context.getExecutorServiceManager().shutdown(watchman);
            return;
        }
        if (!told) {
            told = true;
            // a busy machine has a second look: its first answer may take longer
            LOG.warn("{} does not answer: {}. The routes have started all the same: what they send waits in the outbox, and nothing is received. Check "
                    + "kafka.brokers, and that the broker runs.", broker(), problem);
        }
        if (System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(Settings.duration(context, "check.wait"))) {
            dataSources.forEach(name -> Incidents.raise(context, name, AWAY, broker(), ConfigurationException.class.getName(), broker()
                    + " has not answered since a process started, for check.wait (" + Settings.text(context, "check.wait") + ") and longer: " + problem
                    + ". Its relays send nothing and its receivers get nothing. Check kafka.brokers, and that the broker runs."));
        }
    }

    private void end() {
        dataSources.forEach(name -> Incidents.end(context, name, AWAY, broker()));
        answered.run();
    }

    /** Its incident says already that receivers get nothing. */
    public static boolean isKnownToBeAway(CamelContext context, String dataSource) {
        return Incidents.isOpen(context, dataSource, AWAY, broker(context));
    }

    private String broker() {
        return broker(context);
    }

    private static String broker(CamelContext context) {
        return "Kafka at " + KafkaAdmin.configuration(context).getBrokers();
    }

    private String problem() {
        try (Admin admin = KafkaAdmin.create(context)) {
            admin.describeCluster().nodes().get(ANSWER_SECONDS, TimeUnit.SECONDS);
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        } catch (Exception e) {
            Throwable told = e.getCause() == null ? e : e.getCause();
            return told instanceof TimeoutException ? "no answer within " + ANSWER_SECONDS + " s" : FailureText.message(told, 1000);
        }
    }
}
