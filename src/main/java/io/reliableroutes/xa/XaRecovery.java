package io.reliableroutes.xa;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

import com.arjuna.ats.arjuna.common.RecoveryEnvironmentBean;
import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.ats.arjuna.common.recoveryPropertyManager;
import com.arjuna.ats.arjuna.recovery.RecoveryManager;
import com.arjuna.ats.internal.arjuna.recovery.AtomicActionRecoveryModule;
import com.arjuna.ats.internal.jta.recovery.arjunacore.RecoveryXids;
import com.arjuna.ats.internal.jta.recovery.arjunacore.XARecoveryModule;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionImple;
import com.arjuna.ats.jta.recovery.XAResourceRecoveryHelper;
import com.arjuna.ats.jta.utils.XAHelper;
import com.arjuna.ats.jta.xa.XATxConverter;
import io.reliableroutes.support.PublicText;
import org.jboss.tm.XAResourceRecovery;
import org.jboss.tm.XAResourceRecoveryRegistry;
import org.jboss.tm.XAResourceWrapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes transactions that an earlier run, or an outage, has left prepared: commits those that the object store has decided on, rolls
 * back the others of this node. Opens the {@link XaGate} when nothing of them is left, so that their row locks block no work and none of
 * their messages is overtaken.
 */
public final class XaRecovery implements XAResourceRecoveryRegistry, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(XaRecovery.class);
    /**
     * How old a branch without a decision must be while transactions run: it may be between its prepare and its log entry. While none runs,
     * and none can begin, it is rolled back at once.
     */
    private static final int ORPHAN_AGE_MILLIS = 20_000;
    private static final int CLOSE_SECONDS = 20;
    private static final int TOLD = 5;

    private final String nodeIdentifier;
    private final long periodMillis;
    private final XaGate gate;
    private final Map<Object, XAResourceRecoveryHelper> resources = Collections.synchronizedMap(new LinkedHashMap<>());
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread daemon = new Thread(work, "xa-recovery");
        daemon.setDaemon(true);
        return daemon;
    });
    private RecoveryManager manager;
    private long lastScan;
    private long doubts;

    XaRecovery(String nodeIdentifier, long periodMillis) {
        this.nodeIdentifier = nodeIdentifier;
        this.periodMillis = periodMillis;
        this.gate = new XaGate(nodeIdentifier);
    }

    XaGate gate() {
        return gate;
    }

    @Override
    public void addXAResourceRecovery(XAResourceRecovery recovery) {
        add(recovery, new XAResourceRecoveryHelper() {
            @Override
            public boolean initialise(String parameters) {
                return true;
            }

            @Override
            public XAResource[] getXAResources() {
                return recovery.getXAResources();
            }
        });
    }

    void add(Object key, XAResourceRecoveryHelper helper) {
        if (resources.putIfAbsent(key, helper) == null) {
            manager();
            module().addXAResourceRecoveryHelper(helper);
        }
    }

    @Override
    public void removeXAResourceRecovery(XAResourceRecovery recovery) {
        XAResourceRecoveryHelper helper = resources.remove(recovery);
        if (helper != null) {
            module().removeXAResourceRecoveryHelper(helper);
        }
    }

    private synchronized RecoveryManager manager() {
        if (manager == null) {
            RecoveryEnvironmentBean settings = recoveryPropertyManager.getRecoveryEnvironmentBean();
            settings.setRecoveryModuleClassNames(List.of(AtomicActionRecoveryModule.class.getName(), XARecoveryModule.class.getName()));
            settings.setExpiryScannerClassNames(List.of());
            settings.setRecoveryListener(false);
            settings.setRecoveryBackoffPeriod(1);
            manager = RecoveryManager.manager(RecoveryManager.DIRECT_MANAGEMENT);
        }
        return manager;
    }

    private static XARecoveryModule module() {
        return XARecoveryModule.getRegisteredXARecoveryModule();
    }

    /** Looks for unfinished transactions now, once, and from then on periodically. The node locks are held and all resources added. */
    void start() {
        scan();
        thread.scheduleWithFixedDelay(this::scan, Math.min(periodMillis, 1000), Math.min(periodMillis, 1000), TimeUnit.MILLISECONDS);
    }

    /** A participant has not said what has become of its branch, which may hold a message and rows: nothing begins before that is known. */
    synchronized void doubt() {
        doubts++;
        if (gate.unfinished() == null) {
            gate.recovery("a participant has not answered, and what is prepared there is finished first");
            LOG.info("Recovery of {} begins: {}", nodeIdentifier, gate.unfinished());
        }
    }

    private synchronized long doubts() {
        return doubts;
    }

    private void scan() {
        long now = System.nanoTime();
        if (gate.unfinished() == null && now - lastScan < TimeUnit.MILLISECONDS.toNanos(periodMillis)) {
            return;
        }
        try {
            long known = doubts();
            boolean idle = gate.unfinished() != null && TransactionImple.getTransactions().isEmpty();
            RecoveryXids.setSafetyIntervalMillis(idle ? 0 : ORPHAN_AGE_MILLIS);
            manager().scan();
            if (gate.unfinished() != null) {
                end(left(), known);
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("Recovery of {} could not look for unfinished transactions and tries again", nodeIdentifier, e);
        }
        lastScan = System.nanoTime();
    }

    /** Opens the gate if nothing is left, and nothing has come up since this was known. */
    private synchronized void end(String left, long known) {
        if (known != doubts) {
            return;
        }
        if (left == null) {
            LOG.info("Recovery of {} is complete: no transaction is left in doubt", nodeIdentifier);
        } else if (!left.equals(gate.unfinished())) {
            LOG.info("Recovery of {} goes on: {}", nodeIdentifier, left);
        }
        gate.recovery(left);
    }

    /** What hinders the end of recovery, or null: a resource that cannot be asked, or that still has a branch of this node. */
    private String left() {
        // a copy: a data source that closes takes itself away
        for (XAResourceRecoveryHelper helper : List.copyOf(resources.values())) {
            try {
                XAResource[] found = helper.getXAResources();
                if (found.length == 0) {
                    return "a resource cannot be reached, so nobody knows what is prepared there";
                }
                for (XAResource resource : found) {
                    List<String> mine = Arrays.stream(own(resource.recover(XAResource.TMSTARTRSCAN))).map(XaRecovery::gid).toList();
                    resource.recover(XAResource.TMENDRSCAN);
                    if (!mine.isEmpty()) {
                        return mine.size() + " prepared transactions are not finished yet in " + name(resource) + ": "
                                + String.join(", ", mine.subList(0, Math.min(mine.size(), TOLD)));
                    }
                }
            } catch (Exception e) {
                return "a resource cannot be asked what is prepared there: " + (e instanceof XAException xa ? XAHelper.printXAErrorCode(xa) : e);
            }
        }
        return null;
    }

    private static String name(XAResource resource) {
        return resource instanceof XAResourceWrapper named && named.getJndiName() != null ? PublicText.of(named.getJndiName()) : "a resource";
    }

    /** As PostgreSQL's driver names it. */
    static String gid(Xid xid) {
        return xid.getFormatId() + "_" + Base64.getEncoder().encodeToString(xid.getGlobalTransactionId()) + "_"
                + Base64.getEncoder().encodeToString(xid.getBranchQualifier());
    }

    /** Only what this node has prepared, not null; none of null. What Narayana cannot read, whoever has prepared it, would end its look at all the others. */
    public static Xid[] own(Xid[] prepared) {
        return prepared == null ? new Xid[0] : Arrays.stream(prepared).filter(XaRecovery::isOwn).toArray(Xid[]::new);
    }

    /**
     * True if Narayana has made it in a process of this node: behind its id a transaction has the node's name, and a branch the number of a
     * resource and the length of another name, which is the rest.
     */
    private static boolean isOwn(Xid xid) {
        byte[] node = arjPropertyManager.getCoreEnvironmentBean().getNodeIdentifier().getBytes(StandardCharsets.UTF_8);
        byte[] transaction = xid.getGlobalTransactionId();
        byte[] branch = xid.getBranchQualifier();
        return xid.getFormatId() == XATxConverter.FORMAT_ID
                && transaction.length == Uid.UID_SIZE + node.length && Arrays.equals(transaction, Uid.UID_SIZE, transaction.length, node, 0, node.length)
                && branch.length >= Uid.UID_SIZE + 8 && ByteBuffer.wrap(branch).getInt(Uid.UID_SIZE + 4) == branch.length - Uid.UID_SIZE - 8;
    }

    @Override
    public void close() {
        gate.shut();
        // no interrupt: it would close the files of an object store under the scan
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Recovery of {} does not end within {} s and is left alone; the next start goes on with it", nodeIdentifier, CLOSE_SECONDS);
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        synchronized (this) {
            if (manager != null) {
                manager.terminate();
            }
        }
        gate.close();
    }
}
