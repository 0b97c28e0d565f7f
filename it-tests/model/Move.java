package model;

/**
 * One step of a history. What cannot be done at its place is passed over, so every part of a history is one.
 *
 * @param kind what happens
 * @param who  which of those who can do it
 * @param what to what
 * @param how  and how
 */
record Move(Kind kind, int who, int what, int how) {

    /** What can happen to an outbox or an inbox. */
    enum Kind {
        INSERT, END, STEP, RUN, CRASH, TOPIC, BROKER, PASS, REPLAY, DISCARD, RETAIN, DELETE, RESTART, PRODUCE, REPEAT
    }

    @Override
    public String toString() {
        return kind + "(" + who + ", " + what + ", " + how + ")";
    }
}
