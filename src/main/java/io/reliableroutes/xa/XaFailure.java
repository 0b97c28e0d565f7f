package io.reliableroutes.xa;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import javax.transaction.xa.XAException;

import io.reliableroutes.support.FailureClassification;
import io.reliableroutes.support.UnsafeFailureException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotReadableException;
import jakarta.jms.MessageNotWriteableException;
import jakarta.transaction.RollbackException;

/** Tells whether an XA transaction has failed by the fault of its message, or of a server, a pool, a store, a right or an address. */
public final class XaFailure {

    /** Of PostgreSQL's Appendix A: a prepare without room for prepared transactions. */
    private static final String NOT_IN_PREREQUISITE_STATE = "55000";

    private XaFailure() {
    }

    /**
     * @param  failure of an exchange or of a commit, with all that it was caused by, not null
     * @return         what no message is to blame for, or null
     */
    public static Throwable outage(Throwable failure) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Throwable> left = new ArrayDeque<>(Set.of(failure));
        while (!left.isEmpty()) {
            for (Throwable next : UnsafeFailureException.causes(left.pop())) {
                if (!seen.add(next)) {
                    break;
                }
                if (next instanceof NoDecisionException || next instanceof JMSException jms && !isAboutTheMessage(jms)
                        || next instanceof XAException branch && isServers(branch) || FailureClassification.isUnreachable(next)) {
                    return next;
                }
                for (Throwable suppressed : next.getSuppressed()) {
                    left.push(suppressed);
                }
            }
        }
        return null;
    }

    /** What a participant has said against a commit, which Narayana keeps among the suppressed ones; the failure itself, not null, if none has. */
    public static Throwable said(Throwable failure) {
        for (Throwable cause : UnsafeFailureException.causes(failure)) {
            for (Throwable suppressed : cause.getSuppressed()) {
                if (cause instanceof RollbackException && suppressed.getCause() != null) {
                    return suppressed.getCause();
                }
            }
        }
        return failure;
    }

    /** A broker that is away, full, forbids or has no such queue; not what JMS finds wrong in a message. */
    private static boolean isAboutTheMessage(JMSException failure) {
        return failure instanceof MessageFormatException || failure instanceof MessageNotReadableException
                || failure instanceof MessageNotWriteableException || failure instanceof MessageEOFException;
    }

    /** The codes of a rollback are an answer to the work; those of an error mean a participant that cannot do its part. */
    private static boolean isServers(XAException branch) {
        if (branch.errorCode == XAException.XA_RBROLLBACK && branch.getCause() instanceof SQLException refusal) {
            return NOT_IN_PREREQUISITE_STATE.equals(refusal.getSQLState());
        }
        return branch.errorCode < 0 || branch.errorCode == XAException.XA_RBCOMMFAIL || branch.errorCode == XAException.XA_RBPROTO;
    }

    /**
     * @param  said by a participant, not null
     * @return      true unless it has said that its branch is rolled back: it may be prepared, and nobody finishes it but recovery
     */
    static boolean leavesDoubt(Throwable said) {
        return !(said instanceof XAException branch) || branch.errorCode < XAException.XA_RBBASE || branch.errorCode > XAException.XA_RBEND;
    }

    /** The decision of a transaction could not be logged. All participants could have committed. */
    static final class NoDecisionException extends IOException {

        private static final long serialVersionUID = 1;

        NoDecisionException() {
            super("all participants were prepared, and the decision could not be written into xa.object-store: everything is rolled back. "
                    + "Look whether it is full, or away");
        }
    }
}
