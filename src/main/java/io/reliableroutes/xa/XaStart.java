package io.reliableroutes.xa;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;

import io.reliableroutes.database.LocalDataSource;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.Readiness;
import io.reliableroutes.support.StartWait;
import org.apache.camel.CamelContext;

/** Before the routes of an XA process start: takes the node locks, checks the databases, and starts recovery. */
public final class XaStart {

    private final CamelContext context;
    private final XaTransactionManager xa;
    private final StartWait wait;

    private XaStart(CamelContext context, XaTransactionManager xa) {
        this.context = context;
        this.xa = xa;
        this.wait = new StartWait(context);
    }

    /**
     * Does nothing in a process without an {@link XaTransactionManager}.
     *
     * @param  dataSources            bean names of all data sources that routes use, not null
     * @param  jms                    whether routes use JMS
     * @param  queues                 that routes receive from, each with its inbox's data source, or null; not null
     * @throws ConfigurationException if a database cannot take part, another live process has the node identifier, or the broker drops messages
     */
    public static void run(CamelContext context, Set<String> dataSources, boolean jms, Map<String, String> queues) {
        for (XaTransactionManager xa : context.getRegistry().findByType(XaTransactionManager.class)) {
            XaStart start = new XaStart(context, xa);
            dataSources.forEach(start::join);
            if (jms) {
                for (XaParticipant participant : context.getRegistry().findByType(XaParticipant.class)) {
                    start.await(xa.recovery().gate().nodeLock(participant, participant::nodeLock));
                    xa.recovery().add(participant, participant.recoveryHelper());
                    participant.check(context, queues);
                }
            }
            xa.recovery().start();
            Readiness.ofXa(context, xa.recovery().gate()::closedBecause);
        }
    }

    private void join(String name) {
        if (!(context.getRegistry().lookupByName(name) instanceof LocalDataSource database)) {
            throw new ConfigurationException("data source " + name + " is no io.reliableroutes.database.LocalDataSource: nobody would recover what is "
                    + "prepared there. Take out the bean of that name, and set database.<name>.url and so on.");
        }
        await(xa.recovery().gate().nodeLock(database.url(), node -> new XaNodeLock(node, database)));
        try (Connection connection = database.getConnection(); Statement statement = connection.createStatement();
                ResultSet setting = statement.executeQuery("SHOW max_prepared_transactions")) {
            setting.next();
            int prepared = setting.getInt(1);
            if (prepared < database.poolSize()) {
                throw new ConfigurationException("max_prepared_transactions (" + prepared + ") of data source " + name + " is less than its "
                        + "pool-size (" + database.poolSize() + "): PostgreSQL would refuse to prepare, and transactions would be rolled back. "
                        + "Raise it in postgresql.conf and restart the server, or lower the pool-size.");
            }
        } catch (SQLException e) {
            throw new ConfigurationException("data source " + name + " cannot be asked for max_prepared_transactions: " + e.getMessage()
                    + ". Nothing could be prepared. Look at its server.");
        }
    }

    private void await(XaLock lock) {
        wait.await("Waiting", lock::problem, problem -> problem);
    }
}
