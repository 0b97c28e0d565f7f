package xa;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.function.Supplier;

/** Handles a message of {@code JmsMessageOfAnyKindStopsNoOtherIT}: its body says what is to become of it. */
public class HostileHandler {

    /** What a handler may throw. */
    enum Failure {
        EMPTY(() -> new IllegalStateException("")),
        NONE(IllegalStateException::new),
        HUGE(() -> new IllegalStateException("\ud83d\ude00".repeat(300_000))),
        NUL(() -> new IllegalStateException("a\0b")),
        SURROGATE(() -> new IllegalStateException("x".repeat(3_999) + "\ud83d\ude00")),
        CYCLE(Failure::cycle),
        MUTE(Mute::new),
        ERROR(AssertionError::new),
        STACK(StackOverflowError::new),
        NO_CLASS(() -> new NoClassDefFoundError("x/Y")),
        CHECKED(() -> new java.io.IOException("no server is meant")),
        INTERRUPTED(() -> new InterruptedException("not really")),
        UNIQUE(() -> new SQLException("twice", "23505")),
        NO_STATE(() -> new SQLException(null, (String) null));

        private final Supplier<Throwable> failure;

        Failure(Supplier<Throwable> failure) {
            this.failure = failure;
        }

        private static Throwable cycle() {
            IllegalArgumentException first = new IllegalArgumentException("first");
            IllegalStateException second = new IllegalStateException("second", first);
            first.initCause(second);
            return second;
        }
    }

    /** @return the effect's number */
    public int number(byte[] body) throws Throwable {
        String text = body == null ? "" : new String(body, StandardCharsets.UTF_8);
        String[] words = text.split(" ", 3);
        if (words[0].equals("good")) {
            return Integer.parseInt(words[1]);
        }
        if (words[0].equals("bad")) {
            throw Failure.valueOf(words[2].trim()).failure.get();
        }
        throw new IllegalArgumentException("a body of " + text.length() + " characters says nothing");
    }

    private static final class Mute extends RuntimeException {

        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("asked for the message");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("asked for its text");
        }
    }
}
