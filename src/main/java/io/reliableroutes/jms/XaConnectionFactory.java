package io.reliableroutes.jms;

import java.util.Map;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

import com.arjuna.ats.jta.recovery.XAResourceRecoveryHelper;
import dev.snowdrop.boot.narayana.core.jms.pool.JmsPoolNarayanaConnectionFactory;
import dev.snowdrop.boot.narayana.core.jms.pool.NamedJmsXAResourceRecoveryHelper;
import io.reliableroutes.xa.XaLock;
import io.reliableroutes.xa.XaParticipant;
import io.reliableroutes.xa.XaRecovery;
import jakarta.jms.Connection;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.JMSException;
import jakarta.jms.XAConnectionFactory;
import org.apache.camel.CamelContext;

/**
 * A pool of JMS connections whose sessions are branches of the current XA transaction, as a bean of {@code application-xa.properties}.
 * Without a transaction its sessions acknowledge at once: give it to nothing but XA routes.
 */
public class XaConnectionFactory extends JmsPoolNarayanaConnectionFactory implements XaParticipant, AutoCloseable {

    private static final long serialVersionUID = 1;

    private XAConnectionFactory broker() {
        return (XAConnectionFactory) getConnectionFactory();
    }

    @Override
    public XAResourceRecoveryHelper recoveryHelper() {
        return new NamedJmsXAResourceRecoveryHelper(broker(), getName()) {
            @Override
            public Xid[] recover(int flag) throws XAException {
                try {
                    return XaRecovery.own(super.recover(flag));
                } catch (XAException e) {
                    if (flag != XAResource.TMENDRSCAN) {
                        disconnect();
                    }
                    throw e;
                }
            }

            /** Else it would stay on the dead connection for ever. */
            private void disconnect() {
                try {
                    super.recover(XAResource.TMENDRSCAN);
                } catch (XAException e) {
                    // the connection is dead, that is known
                }
            }
        };
    }

    /** A connection with a client id of the node: the broker gives each id to one connection at a time. */
    @Override
    public XaLock nodeLock(String nodeIdentifier) {
        return new ClientIdLock(nodeIdentifier);
    }

    /** Refuses a broker that would drop messages which were delivered often. */
    @Override
    public void check(CamelContext context, Map<String, String> queues) {
        JmsBrokerCheck.run(context, getConnectionFactory(), queues);
    }

    /** Closes the connections. */
    @Override
    public void close() {
        stop();
    }

    private final class ClientIdLock implements XaLock {

        private final String nodeIdentifier;
        private volatile Connection connection;
        private volatile boolean closed;

        ClientIdLock(String nodeIdentifier) {
            this.nodeIdentifier = nodeIdentifier;
        }

        @Override
        public synchronized String problem() {
            if (closed) {
                return "this process is closing";
            }
            if (connection != null) {
                return null;
            }
            Connection candidate = null;
            try {
                candidate = broker().createXAConnection();
                candidate.setClientID("reliable-routes/" + nodeIdentifier);
                Connection held = candidate;
                candidate.setExceptionListener(e -> lose(held));
                connection = candidate;
                return null;
            } catch (InvalidClientIDException e) {
                disconnect(candidate);
                return "xa.node-identifier (" + nodeIdentifier + ") is in use by another live process at the JMS broker: each would roll back what "
                        + "the other has prepared. Stop that process, or give this one a name of its own.";
            } catch (JMSException e) {
                disconnect(candidate);
                return "the JMS broker cannot be reached: " + e.getMessage() + ". No transaction begins. Start it, or correct jms.url.";
            }
        }

        /** A broken one is closed too: else its client keeps it, and the broker may keep the id, for as long as they live. */
        private void lose(Connection broken) {
            connection = null;
            disconnect(broken);
        }

        @Override
        public synchronized void close() {
            closed = true;
            disconnect(connection);
        }

        private void disconnect(Connection connection) {
            try {
                if (connection != null) {
                    connection.close();
                }
            } catch (JMSException e) {
                // it is gone
            }
        }
    }
}
