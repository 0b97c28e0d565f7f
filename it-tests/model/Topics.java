package model;

import java.util.HashMap;
import java.util.Map;

import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** A broker that is as the history says. A topic has the name of its destination. */
final class Topics {

    /** What becomes of a record that is sent to a topic. */
    enum State {
        OPEN, MISSING,
        /** refuses what is large */
        SMALL
    }

    private final Map<String, State> states = new HashMap<>();
    private boolean away;

    void set(String topic, State state) {
        states.put(topic, state);
    }

    void away(boolean gone) {
        away = gone;
    }

    boolean isAway() {
        return away;
    }

    /** Why nothing can be written to a topic, null if it can. */
    Throwable problem(String topic) {
        return away ? new org.apache.kafka.common.errors.TimeoutException("no answer")
                : states.getOrDefault(topic, State.OPEN) == State.MISSING ? new UnknownTopicOrPartitionException(topic) : null;
    }

    /** Why a record is refused, null if it is taken. */
    Throwable refusal(String topic, boolean large) {
        Throwable problem = problem(topic);
        return problem == null && large && states.get(topic) == State.SMALL ? new RecordTooLargeException("too large for " + topic) : problem;
    }
}
