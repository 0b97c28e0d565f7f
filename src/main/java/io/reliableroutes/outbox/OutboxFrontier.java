package io.reliableroutes.outbox;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.reliableroutes.database.TransactionPolicy;
import org.apache.camel.Exchange;

/**
 * Where the messages of each shard of an outbox begin. While an old snapshot is open, a backup's or a report's for example, PostgreSQL keeps
 * published messages, and who looks for the first waiting one has to look through them all. What is known here is kept in memory, since a
 * table of it would be slow in the same way. It is never more than the truth: ids up to some one are settled when every transaction that
 * was writing after that one was taken has ended, and then what waits among them is all that ever will. It counts in one epoch only, of one
 * server and one sequence of ids. For ids that somebody writes by hand or sets back, all of the outbox is looked through now and then, for at
 * most a twentieth of the time.
 */
public class OutboxFrontier {

    private static final String UNKNOWN = "{}";
    private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);
    private static final long PAUSE_AFTER_ALL = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE_AFTER_FAILURE = TimeUnit.MINUTES.toNanos(10);
    private static final int SHARE_OF_TIME = 20;

    /**
     * @param  exchange the exchange of an outbox-retry at its beginning, not null
     * @return          true if it is time to look again; false in a transaction that is tried again, which has other worries
     */
    public boolean isDue(Exchange exchange) {
        Known known = known(exchange, OutboxBatch.of(exchange).dataSource());
        synchronized (known) {
            boolean due = exchange.getProperty(TransactionPolicy.ATTEMPTS, 1, Integer.class) == 1 && System.nanoTime() - known.next >= 0;
            known.next = due ? System.nanoTime() + PAUSE_AFTER_FAILURE : known.next;
            return due;
        }
    }

    /**
     * Finds out up to which id all messages are committed or never will be, and sets the parameters of {@code find-outbox-frontier.sql}:
     * {@code settled}, null if there is nothing to look for, and {@code from}, where to begin.
     *
     * @param exchange an exchange whose body is the row of {@code list-outbox-writers.sql}, or null, not null itself
     */
    @SuppressWarnings("unchecked")
    public void settle(Exchange exchange) {
        OutboxBatch batch = OutboxBatch.of(exchange);
        Map<String, Object> row = exchange.getMessage().getBody(Map.class);
        Number given = row == null ? null : (Number) row.get("given");
        Set<String> writers = row == null || row.get("writers") == null ? Set.of() : Set.of(((String) row.get("writers")).split(" "));
        Known known = known(exchange, batch.dataSource());
        synchronized (known) {
            if (given == null || known.given != null && given.longValue() < known.given || !row.get("epoch").equals(known.epoch)) {
                known.forget();
                known.epoch = given == null ? "" : (String) row.get("epoch");
            }
            boolean ended = known.candidate != null && Collections.disjoint(known.writers, writers);
            batch.set("settled", ended ? known.candidate : null);
            if (ended || known.candidate == null) {
                // the writers were listed after that id was taken
                known.candidate = known.given;
                known.writers = writers;
            }
            known.given = given == null ? null : given.longValue();
            known.began = System.nanoTime();
            known.next = known.began + PAUSE;
            known.all = known.began - known.nextOfAll >= 0;
            batch.set("from", known.all ? UNKNOWN : known.low);
            batch.setFrontierTimes(known.times);
            if (ended && known.all) {
                known.nextOfAll = known.began + PAUSE_AFTER_FAILURE;
            }
        }
    }

    /** @param exchange the exchange that {@link #settle} has seen, whose body is the value of {@code find-outbox-frontier.sql}, not null */
    public void advance(Exchange exchange) {
        OutboxBatch batch = OutboxBatch.of(exchange);
        Known known = known(exchange, batch.dataSource());
        synchronized (known) {
            if (batch.frontierTimes() != known.times) {
                return;
            }
            known.low = "{" + exchange.getMessage().getBody(String.class) + "}";
            long now = System.nanoTime();
            long pause = SHARE_OF_TIME * (now - known.began);
            known.next = now + Math.max(PAUSE, pause);
            known.nextOfAll = known.all ? now + Math.max(PAUSE_AFTER_ALL, pause) : known.nextOfAll;
        }
    }

    /** Sets the parameters of the statements that look for messages: {@code low}, where each shard begins, and {@code epoch}, while that is so. */
    static void limit(Exchange exchange) {
        OutboxBatch batch = OutboxBatch.of(exchange);
        Known known = known(exchange, batch.dataSource());
        synchronized (known) {
            batch.set("low", known.low);
            batch.set("epoch", known.epoch);
        }
    }

    /** After a failure: it may be another server now. */
    static void forget(Exchange exchange, String dataSource) {
        Known known = known(exchange, dataSource);
        synchronized (known) {
            known.forget();
        }
    }

    private static Known known(Exchange exchange, String dataSource) {
        Outboxes outboxes;
        synchronized (exchange.getContext()) {
            outboxes = exchange.getContext().getCamelContextExtension().getContextPlugin(Outboxes.class);
            if (outboxes == null) {
                outboxes = new Outboxes();
                exchange.getContext().getCamelContextExtension().addContextPlugin(Outboxes.class, outboxes);
            }
            return outboxes.computeIfAbsent(dataSource, name -> new Known());
        }
    }

    /** By bean name of the data source: a relay and its outbox-retry share it. */
    private static final class Outboxes extends HashMap<String, Known> {
    }

    private static final class Known {

        private String low = UNKNOWN;
        /** of the outbox that was looked at last, empty at first */
        private String epoch = "";
        /** the last id that was taken when the outbox was looked at last, null at first */
        private Long given;
        /** an id that was taken before the writers were listed */
        private Long candidate;
        private Set<String> writers = Set.of();
        /** how often it was forgotten */
        private int times;
        private boolean all;
        private long began;
        private long next = System.nanoTime();
        private long nextOfAll = next;

        void forget() {
            low = UNKNOWN;
            epoch = "";
            given = null;
            candidate = null;
            times++;
        }
    }
}
