package io.reliableroutes.xa;

import java.util.Map;

import com.arjuna.ats.jta.recovery.XAResourceRecoveryHelper;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.CamelContext;

/** What takes part in XA transactions beside databases, a bean: {@link XaStart} readies it before the routes start, and knows no kind of it. */
public interface XaParticipant {

    /**
     * @param  nodeIdentifier of this process, not null
     * @return                a lock that makes this process the only one with that name there, not null; nothing is asked before the first look
     */
    XaLock nodeLock(String nodeIdentifier);

    /** @return how recovery asks it for what is prepared there, not null */
    XAResourceRecoveryHelper recoveryHelper();

    /**
     * Looks whether it does what routes need, now that the lock is held.
     *
     * @param  queues                 that routes receive from, each with the bean name of its inbox's data source, or null; not null
     * @throws ConfigurationException if messages would be lost
     */
    void check(CamelContext context, Map<String, String> queues);
}
