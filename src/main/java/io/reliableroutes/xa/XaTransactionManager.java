package io.reliableroutes.xa;

import java.nio.charset.StandardCharsets;
import java.util.List;

import com.arjuna.ats.arjuna.common.CoreEnvironmentBeanException;
import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.ats.internal.jbossatx.jta.XAResourceRecordWrappingPluginImpl;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTAActionStatusServiceXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTANodeNameXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTATransactionLogXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionImple;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionManagerImple;
import com.arjuna.ats.jta.common.JTAEnvironmentBean;
import com.arjuna.ats.jta.common.jtaPropertyManager;
import io.reliableroutes.database.DistributedTransactions;
import io.reliableroutes.database.LocalTransactions;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.OutageJudge;
import io.reliableroutes.support.Settings;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.NotSupportedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import org.jboss.tm.XAResourceRecoveryRegistry;

/**
 * Narayana for transactions over several databases and a JMS broker, with an object store and recovery in this process. It begins no
 * transaction before those of an earlier run are finished, and its own whose participants have not answered; nor while a database is away:
 * a JMS message that nobody can handle is not received, so an outage uses up no delivery. One for each JVM: Narayana keeps its configuration
 * in statics.
 */
public final class XaTransactionManager extends TransactionManagerImple implements DistributedTransactions, OutageJudge, AutoCloseable {

    private static final int NODE_IDENTIFIER_BYTES = 28;

    private final XaObjectStore objectStore;
    private final XaRecovery recovery;

    private XaTransactionManager(XaObjectStore objectStore, XaRecovery recovery) {
        this.objectStore = objectStore;
        this.recovery = recovery;
    }

    /**
     * @param  timeout                after which a transaction is rolled back: whole seconds, more than 0, with or without a unit; not null
     * @param  nodeIdentifier         name of this process in all its transactions, not null: the same after a restart, and no other
     *                                live process has it; at most 28 bytes, which is the room that Narayana has for it in an Xid
     * @param  objectStore            where decisions are logged, not null: {@code file:}, {@code journal:} and a directory, or a JDBC URL
     * @param  recoveryPeriod         pause between two looks for unfinished transactions, a duration such as {@code 10s}, not null
     * @return                        the transaction manager, not null
     * @throws ConfigurationException if a value is missing, is a default of Narayana, or cannot work
     */
    public static XaTransactionManager create(Object timeout, String nodeIdentifier, String objectStore, String recoveryPeriod) {
        int timeoutSeconds = LocalTransactions.seconds(timeout.toString());
        checkNodeIdentifier(nodeIdentifier);
        Long period = Settings.duration(recoveryPeriod);
        if (period == null || period == 0) {
            throw new ConfigurationException("xa.recovery-period (" + recoveryPeriod + ") is no duration: prepared transactions would hold "
                    + "their locks for ever. Write for example 10s.");
        }
        try {
            arjPropertyManager.getCoreEnvironmentBean().setNodeIdentifier(nodeIdentifier);
        } catch (CoreEnvironmentBeanException e) {
            throw new ConfigurationException("xa.node-identifier (" + nodeIdentifier + ") is refused by Narayana: " + e.getMessage()
                    + ". No transaction could be recovered. Give another one.");
        }
        arjPropertyManager.getCoordinatorEnvironmentBean().setDefaultTimeout(timeoutSeconds);
        arjPropertyManager.getCoordinatorEnvironmentBean().setTransactionStatusManagerEnable(false);
        JTAEnvironmentBean jta = jtaPropertyManager.getJTAEnvironmentBean();
        jta.setXaRecoveryNodes(List.of(nodeIdentifier));
        jta.setXaResourceRecordWrappingPluginClassName(XAResourceRecordWrappingPluginImpl.class.getName());
        // a branch is rolled back only if it is ours, no log has decided on it, and its transaction is not running here
        jta.setXaResourceOrphanFilterClassNames(List.of(JTATransactionLogXAResourceOrphanFilter.class.getName(),
                JTANodeNameXAResourceOrphanFilter.class.getName(), JTAActionStatusServiceXAResourceOrphanFilter.class.getName()));
        return new XaTransactionManager(XaObjectStore.open(objectStore, nodeIdentifier), new XaRecovery(nodeIdentifier, period));
    }

    private static void checkNodeIdentifier(String nodeIdentifier) {
        String problem = null;
        if (nodeIdentifier.isBlank()) {
            problem = "is not set";
        } else if (nodeIdentifier.equals("1")) {
            problem = "is Narayana's default";
        } else if (nodeIdentifier.getBytes(StandardCharsets.UTF_8).length > NODE_IDENTIFIER_BYTES) {
            problem = "is longer than " + NODE_IDENTIFIER_BYTES + " bytes";
        }
        if (problem != null) {
            throw new ConfigurationException("xa.node-identifier (" + nodeIdentifier + ") " + problem + ": a process could recover the "
                    + "transactions of another one, or not its own. Give each process a short name that it keeps over restarts.");
        }
    }

    @Override
    public void begin() throws NotSupportedException, SystemException {
        String reason = recovery.gate().closedBecause();
        if (reason != null) {
            throw new SystemException(reason);
        }
        super.begin();
    }

    /**
     * A transaction that nobody had marked, and that no participant has refused, is rolled back when its decision cannot be logged; Narayana
     * does not say so. The exception then has one suppressed that tells.
     */
    @Override
    public void commit() throws RollbackException, HeuristicMixedException, HeuristicRollbackException, SystemException {
        boolean unmarked = getStatus() == Status.STATUS_ACTIVE;
        TransactionImple transaction = TransactionImple.getTransaction();
        try {
            super.commit();
        } catch (RollbackException e) {
            if (unmarked && e.getCause() == null && e.getSuppressed().length == 0) {
                e.addSuppressed(new XaFailure.NoDecisionException());
            }
            throw e;
        } finally {
            // a commit that one participant has not heard of is a success to Narayana
            if (transaction != null && transaction.getDeferredThrowables().stream().anyMatch(XaFailure::leavesDoubt)) {
                recovery.doubt();
            }
        }
    }

    @Override
    public Class<XaPostgresDataSource> branches() {
        return XaPostgresDataSource.class;
    }

    @Override
    public XAResourceRecoveryRegistry recoveryRegistry() {
        return recovery;
    }

    @Override
    public boolean isOutage(Throwable failure) {
        return XaFailure.outage(failure) != null;
    }

    /** Lets no transaction begin for a while, in milliseconds: an outage that no lock has noticed. */
    public void pause(long millis) {
        recovery.gate().pause(millis);
    }

    XaRecovery recovery() {
        return recovery;
    }

    /** Ends recovery and lets go of the object store; what is unfinished then is finished by the next start. */
    @Override
    public void close() {
        recovery.close();
        objectStore.close();
    }
}
