package io.reliableroutes;

import java.util.concurrent.atomic.AtomicInteger;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * How much of an outbox is taken at once: so many shards, rows and bytes. After a failure that is not a record's own, memory or time for
 * example, the next try takes half, down to one row, and each success twice as much again. A bean of one relay or outbox-retry.
 */
public class OutboxPace {

    private final AtomicInteger turn = new AtomicInteger();
    private double share = 1;

    /**
     * Sets the parameters of the statements that lock shards and claim a batch, as headers: {@code shards}, {@code rows}, {@code bytes},
     * {@code longest} (bytes of a payload that may be sent) and {@code turn}, which changes from one poll to the next.
     *
     * @param exchange a relay's exchange at its beginning, not null
     */
    public void limit(Exchange exchange) {
        CamelContext context = exchange.getContext();
        boolean failed = exchange.getProperty(TransactionPolicy.ATTEMPTS, 1, Integer.class) > 1;
        int mostShards = number(context, "outbox.relay.shards-per-batch");
        int mostRows = number(context, "outbox.relay.rows-per-shard");
        long mostBytes = number(context, "outbox.relay.max-batch-bytes");
        double most = (double) mostShards * mostRows;
        share = failed ? Math.max(1 / most, share / 2) : Math.min(1, share * 2);
        if (failed) {
            KafkaTopics.of(context).forget();
        }
        int total = (int) Math.max(1, most * share);
        int shards = Math.min(mostShards, total);
        Message message = exchange.getMessage();
        message.setHeader("shards", shards);
        message.setHeader("rows", Math.max(1, total / shards));
        message.setHeader("bytes", Math.max(1, (long) (mostBytes * share)));
        message.setHeader("longest", number(context, "outbox.relay.max-request-size"));
        message.setHeader("turn", turn.incrementAndGet() % 2 == 0);
    }

    private static int number(CamelContext context, String setting) {
        return Integer.parseInt(Settings.text(context, setting).trim());
    }
}
