package io.reliableroutes.outbox;

import java.util.concurrent.atomic.AtomicInteger;

import io.reliableroutes.database.TransactionPolicy;
import io.reliableroutes.outbox.kafka.KafkaTopics;
import io.reliableroutes.support.FailureClassification;
import io.reliableroutes.support.Incidents;
import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;

/**
 * How much of an outbox is taken at once: so many shards, rows and bytes. After a failure, memory or time or a refused record for example, the
 * next batch is half as large, down to one row, and each success makes it twice as large again. A bean of one relay or outbox-retry.
 */
public class OutboxPace {

    /** Failures in a row after which somebody is told. */
    private static final int TOLD_AFTER = 5;

    private final AtomicInteger turn = new AtomicInteger();
    private double share = 1;
    private boolean refused;
    private boolean told;
    private String dataSource;
    private String source;

    /** @param dataSource bean name of the outbox' data source, not null */
    public void setDataSource(String dataSource) {
        this.dataSource = dataSource;
    }

    /** @param source CloudEvents source of the records, not null */
    public void setSource(String source) {
        this.source = source;
    }

    String dataSource() {
        return dataSource;
    }

    String source() {
        return source;
    }

    /**
     * Begins the exchange's {@link OutboxBatch} with the parameters of the statements that lock shards and claim a batch: {@code shards}, {@code rows}, {@code bytes},
     * {@code longest} (bytes of a payload that may be sent), {@code low} and {@code epoch} (where the messages of each shard begin),
     * {@code turn}, which changes from one poll to the next, and {@code fresh}, which is true at the first poll and after a failure: what was
     * known of the servers may have changed.
     *
     * @param exchange a relay's exchange at its beginning, not null
     */
    public void begin(Exchange exchange) {
        CamelContext context = exchange.getContext();
        int attempt = exchange.getProperty(TransactionPolicy.ATTEMPTS, 1, Integer.class);
        boolean failed = attempt > 1;
        tell(exchange, attempt);
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
        OutboxBatch batch = OutboxBatch.begin(exchange, this);
        batch.set("shards", shards);
        batch.set("rows", Math.max(1, total / shards));
        batch.set("bytes", Math.max(1, (long) (mostBytes * share)));
        OutboxFrontier.limit(exchange);
        batch.set("longest", number(context, "outbox.relay.max-request-size"));
        batch.set("fresh", failed || turn.get() == 0);
        batch.set("turn", turn.incrementAndGet() % 2 == 0);
    }

    /**
     * Takes over which shards are this relay's for the transaction.
     *
     * @param exchange whose body is the value of {@code lock-outbox-shards.sql} or {@code lock-due-outbox-shards.sql}, not null
     */
    public void own(Exchange exchange) {
        OutboxBatch.of(exchange).set("locked", exchange.getMessage().getBody());
    }

    /** A record of a batch is refused: with many of them among good ones, whole batches would bring the good ones as often as there are others. */
    void refused() {
        refused = true;
    }

    private void tell(Exchange exchange, int attempt) {
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
