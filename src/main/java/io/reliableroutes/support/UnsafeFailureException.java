package io.reliableroutes.support;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Stands for a failure that nobody can walk through or tell: its causes form a circle or have no end, it throws when it is asked for its
 * message, or it is an InterruptedException. Camel follows the causes of a failure to their end, so such a one would fill the memory and
 * stop its partition; and with an InterruptedException an exchange passes all policies by.
 */
public final class UnsafeFailureException extends RuntimeException {

    private static final long serialVersionUID = 1;
    private static final int MOST_CAUSES = 100;
    static final int LONGEST_MESSAGE = 100_000;

    private final transient List<Throwable> causes;

    private UnsafeFailureException(List<Throwable> causes) {
        super(causes.get(0).getClass().getName() + " cannot be told as it is: " + FailureText.message(causes.get(0), 4000));
        this.causes = causes;
    }

    /** The failure itself, or what can stand for it without harm; not null. */
    public static Throwable guarded(Throwable failure) {
        List<Throwable> causes = causes(failure);
        // Camel would take the exchange for one whose thread is interrupted, and skip all policies
        if (causes.size() == MOST_CAUSES || failure instanceof InterruptedException) {
            return new UnsafeFailureException(causes);
        }
        try {
            if (causes.get(causes.size() - 1).getCause() != null) {
                return new UnsafeFailureException(causes);
            }
            for (Throwable cause : causes) {
                String message = cause.getMessage();
                if (message != null && message.length() > LONGEST_MESSAGE || cause.toString() == null) {
                    return new UnsafeFailureException(causes);
                }
            }
            return FailureCopy.told(failure);
        } catch (Throwable e) {
            return new UnsafeFailureException(causes);
        }
    }

    /** The failure and its causes, outermost first, each once, 100 at most; empty for null, never fails. */
    public static List<Throwable> causes(Throwable failure) {
        if (failure instanceof UnsafeFailureException unsafe && unsafe.causes != null) {
            return unsafe.causes;
        }
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Throwable> causes = new ArrayList<>();
        try {
            for (Throwable cause = failure; cause != null && causes.size() < MOST_CAUSES && seen.add(cause); cause = cause.getCause()) {
                causes.add(cause);
            }
        } catch (Throwable e) {
            // that one does not tell its cause
        }
        return causes;
    }
}
