package io.reliableroutes.outbox;

import java.util.concurrent.atomic.AtomicInteger;

import io.reliableroutes.database.TransactionPolicy;
import io.reliableroutes.outbox.kafka.KafkaTopics;
import io.reliableroutes.support.FailureClassification;
import io.reliableroutes.support.Incidents;
import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * How much of an outbox is taken at once: so many shards, rows and bytes. After a failure, memory or time or a refused record for example, the
 * next batch is half as large, down to one row, and each success makes it twice as large again. A bean of one relay or outbox-retry.
 */
public class OutboxPace {

    /** Failures in a row after which somebody is told. */
    private static final int TOLD_AFTER = 5;
    private static final String PACE = "reliableRoutesPace";

    private final AtomicInteger turn = new AtomicInteger();
    private double share = 1;
    private boolean refused;
    private boolean told;

    /**
     * Sets the parameters of the statements that lock shards and claim a batch, as headers: {@code shards}, {@code rows}, {@code bytes},
     * {@code longest} (bytes of a payload that may be sent), {@code low} and {@code epoch} (where the messages of each shard begin),
     * {@code turn}, which changes from one poll to the next, and {@code fresh}, which is true at the first poll and after a failure: what was
     * known of the servers may have changed.
     *
     * @param exchange   a relay's exchange at its beginning, not null
     * @param dataSource bean name of the outbox' data source, not null
     */
    public void limit(Exchange exchange, String dataSource) {
        CamelContext context = exchange.getContext();
        int attempt = exchange.getProperty(TransactionPolicy.ATTEMPTS, 1, Integer.class);
        boolean failed = attempt > 1;
        tell(exchange, dataSource, attempt);
        int mostShards = number(context, "outbox.relay.shards-per-batch");
        int mostRows = number(context, "outbox.relay.rows-per-shard");
        long mostBytes = number(context, "outbox.relay.max-batch-bytes");
        double most = (double) mostShards * mostRows;
        share = failed || refused ? Math.max(1 / most, share / 2) : Math.min(1, share * 2);
        refused = false;
        if (failed) {
            KafkaTopics.of(context).forget();
            if (FailureClassification.isInfrastructure(exchange)) {
                // it may have been another server
                OutboxFrontier.forget(exchange, dataSource);
            }
        }
        int total = (int) Math.max(1, most * share);
        int shards = Math.min(mostShards, total);
        exchange.setProperty(PACE, this);
        Message message = exchange.getMessage();
        message.setHeader("shards", shards);
        message.setHeader("rows", Math.max(1, total / shards));
        message.setHeader("bytes", Math.max(1, (long) (mostBytes * share)));
        OutboxFrontier.limit(exchange, dataSource);
        message.setHeader("longest", number(context, "outbox.relay.max-request-size"));
        message.setHeader("fresh", failed || turn.get() == 0);
        message.setHeader("turn", turn.incrementAndGet() % 2 == 0);
    }

    /** A record of a batch is refused: with many of them among good ones, whole batches would bring the good ones as often as there are others. */
    static void refused(Exchange exchange) {
        OutboxPace pace = exchange.getProperty(PACE, OutboxPace.class);
        if (pace != null) {
            pace.refused = true;
        }
    }

    private void tell(Exchange exchange, String dataSource, int attempt) {
        if (attempt == TOLD_AFTER + 1) {
            told = true;
            Incidents.raise(exchange.getContext(), dataSource, "RELAY", dataSource, FailureClassification.failure(exchange));
        } else if (told && attempt == 1) {
            told = false;
            Incidents.end(exchange.getContext(), dataSource, "RELAY", dataSource);
        }
    }

    private static int number(CamelContext context, String setting) {
        return Integer.parseInt(Settings.text(context, setting).trim());
    }
}
