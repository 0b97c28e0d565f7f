package io.reliableroutes.xa;

/** Keeps every other live process with the same node identifier from a resource of XA transactions. */
public interface XaLock extends AutoCloseable {

    /** Why nothing can be done with the resource now, or null: the lock is held. Tries again if it was not. Never fails. */
    String problem();

    /** Lets go of the lock, for good. */
    @Override
    void close();
}
