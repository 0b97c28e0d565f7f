package io.reliableroutes.support;

import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Says what a transaction has done when it is done: a line that stands before the commit tells of parked and dead messages that are in no
 * table when the commit fails.
 */
public class CommitLog {

    private static final Logger LOG = LoggerFactory.getLogger(CommitLog.class);

    /**
     * @param  exchange the exchange whose transaction is meant, not null; without a transaction the line is written at once
     * @param  level    {@code INFO}, {@code WARN} or {@code ERROR}, not null
     * @param  line     what to say, not null; ids, never payloads
     */
    public void write(Exchange exchange, String level, String line) {
        Level known = Level.valueOf(level);
        String shown = PublicText.of(line);
        TransactionManager manager = exchange.getContext().getRegistry().findSingleByType(TransactionManager.class);
        try {
            Transaction transaction = manager == null ? null : manager.getTransaction();
            if (transaction == null) {
                LOG.atLevel(known).log(shown);
                return;
            }
            transaction.registerSynchronization(new Synchronization() {
                @Override
                public void beforeCompletion() {
                    // nothing is sure yet
                }

                @Override
                public void afterCompletion(int status) {
                    if (status == Status.STATUS_COMMITTED) {
                        LOG.atLevel(known).log(shown);
                    }
                }
            });
        } catch (SystemException | RollbackException e) {
            // it will not commit: there is nothing to say
            LOG.debug("Not said, because its transaction cannot commit: {}", shown, e);
        }
    }
}
