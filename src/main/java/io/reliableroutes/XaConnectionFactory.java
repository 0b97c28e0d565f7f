package io.reliableroutes;

import dev.snowdrop.boot.narayana.core.jms.pool.JmsPoolNarayanaConnectionFactory;
import dev.snowdrop.boot.narayana.core.jms.pool.NamedJmsXAResourceRecoveryHelper;
import jakarta.jms.XAConnectionFactory;

import com.arjuna.ats.jta.recovery.XAResourceRecoveryHelper;

/**
 * A pool of JMS connections whose sessions are branches of the current XA transaction, as a bean of {@code application-xa.properties}.
 * Without a transaction its sessions acknowledge at once: give it to nothing but XA routes.
 */
public class XaConnectionFactory extends JmsPoolNarayanaConnectionFactory implements AutoCloseable {

    private static final long serialVersionUID = 1;

    XAResourceRecoveryHelper recoveryHelper() {
        return new NamedJmsXAResourceRecoveryHelper((XAConnectionFactory) getConnectionFactory(), getName());
    }

    /** Closes the connections. */
    @Override
    public void close() {
        stop();
    }
}
