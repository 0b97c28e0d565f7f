package io.reliableroutes.support;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

import jakarta.transaction.InvalidTransactionException;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps in the table {@code incident} what went wrong or stands still and is no dead letter, so that it is alerted. Each call is a short
 * transaction of its own, whatever becomes of the caller's, and none ever fails: where the database does not take it, the log has it.
 * A kind is a name in capitals, {@code GAP} for example, that docs/operations.md explains; a subject tells incidents of a kind apart.
 */
public class Incidents {

    private static final Logger LOG = LoggerFactory.getLogger(Incidents.class);
    private static final int STATEMENT_SECONDS = 5;
    /** Another process may have raised what this one ends. */
    private static final long KNOWN_TO_BE_OVER_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Map<String, Long> over = new ConcurrentHashMap<>();

    /**
     * The failure of an exchange begins an incident, or goes on with one.
     *
     * @param exchange   that has failed, not null
     * @param dataSource bean name of the data source whose database keeps the incident, not null
     * @param kind       see above, not null
     * @param subject    see above, not null
     */
    public void failed(Exchange exchange, String dataSource, String kind, String subject) {
        raise(exchange.getContext(), dataSource, kind, subject, FailureClassification.failure(exchange));
    }

    /** The incident, if there is one, is over; parameters as those of {@link #failed}. Costs nothing while it is known to be over. */
    public void over(Exchange exchange, String dataSource, String kind, String subject) {
        end(exchange.getContext(), dataSource, kind, subject);
    }

    /** An error begins an incident, or goes on with one; nothing is null. */
    public static void raise(CamelContext context, String dataSource, String kind, String subject, Throwable error) {
        raise(context, dataSource, kind, subject, error.getClass().getName(), FailureText.message(error, 4000));
    }

    /** The same in words: what is wrong, what follows, what to do. */
    public static void raise(CamelContext context, String dataSource, String kind, String subject, String errorClass, String errorMessage) {
        of(context).over.remove(key(dataSource, kind, subject));
        DatabaseText known = DatabaseText.ofKnown(context, dataSource);
        String message = text(known, PublicText.of(errorMessage), 4000);
        try {
            Long times = inOwnTransaction(context, dataSource, "raise-incident.sql", kind, text(known, subject, 240), text(known, errorClass, 500), message);
            LOG.atLevel(times == 1 ? org.slf4j.event.Level.ERROR : org.slf4j.event.Level.DEBUG)
                    .log("{} {}: {}: {}", kind, text(known, subject, 240), errorClass, text(known, message, 1000));
        } catch (Exception e) {
            LOG.error("{} {}: {}: {} (data source {} does not keep it, so there is no alert: {})", kind, subject, errorClass, message, dataSource,
                    FailureText.message(e, 1000));
        }
    }

    /** @return false if it has ended: by an operator, or by another process; true if nobody can say */
    public static boolean isOpen(CamelContext context, String dataSource, String kind, String subject) {
        try {
            return inOwnTransaction(context, dataSource, "find-open-incident.sql", kind, text(DatabaseText.ofKnown(context, dataSource), subject, 240)) != null;
        } catch (Exception e) {
            LOG.debug("{} {}: data source {} does not tell whether it has ended", kind, subject, dataSource, e);
            return true;
        }
    }

    /** The incident, if there is one, is over. */
    public static void end(CamelContext context, String dataSource, String kind, String subject) {
        Map<String, Long> over = of(context).over;
        String key = key(dataSource, kind, subject);
        Long known = over.get(key);
        if (known != null && System.nanoTime() - known < KNOWN_TO_BE_OVER_NANOS) {
            return;
        }
        try {
            Long times = inOwnTransaction(context, dataSource, "end-incident.sql", kind, text(DatabaseText.ofKnown(context, dataSource), subject, 240));
            over.put(key, System.nanoTime());
            if (times != null) {
                LOG.info("{} {} is over; it was seen {} times", kind, subject, times);
            }
        } catch (Exception e) {
            LOG.warn("{} {} is over; data source {} does not keep that: {}", kind, subject, dataSource, FailureText.message(e, 1000));
        }
    }

    private static String key(String dataSource, String kind, String subject) {
        return dataSource + ' ' + kind + ' ' + subject;
    }

    private static String text(DatabaseText known, String value, int bytes) {
        String clean = value == null ? "" : known.cut(value.replaceAll("\\p{Cntrl}", " "), bytes);
        return clean.isEmpty() ? "(no text)" : clean;
    }

    private static Incidents of(CamelContext context) {
        return PerContext.of(context, Incidents.class, Incidents::new);
    }

    private static Long inOwnTransaction(CamelContext context, String dataSource, String file, String... parameters)
            throws SQLException, SystemException, InvalidTransactionException {
        TransactionManager manager = context.getRegistry().findSingleByType(TransactionManager.class);
        Transaction suspended = manager == null ? null : manager.suspend();
        try (Connection connection = context.getRegistry().lookupByNameAndType(dataSource, DataSource.class).getConnection();
                PreparedStatement statement = connection.prepareStatement(SqlFile.load(context, file))) {
            statement.setQueryTimeout(STATEMENT_SECONDS);
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet result = statement.executeQuery()) {
                return result.next() ? (Long) result.getLong(1) : null;
            }
        } finally {
            if (suspended != null) {
                manager.resume(suspended);
            }
        }
    }
}
