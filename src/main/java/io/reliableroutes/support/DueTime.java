package io.reliableroutes.support;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * The time before which a message is not published.
 *
 * @param instant in ISO 8601, from 1970 to 9999, or null
 * @param delay   milliseconds from now on the clock of the database, 0 or more, or null
 */
public record DueTime(String instant, Long delay) {

    /** Due at once. */
    public static final DueTime NOW = new DueTime(null, null);

    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");
    private static final int LONGEST_DAYS = 36_500;

    /**
     * @param  text an instant like {@code 2027-01-31T08:00:00Z} or a duration like {@code PT15M}, not null
     * @return      empty if it is neither, or out of range
     */
    public static Optional<DueTime> of(String text) {
        try {
            if (text.startsWith("P")) {
                Duration delay = Duration.parse(text);
                return delay.toDays() < LONGEST_DAYS ? Optional.of(new DueTime(null, Math.max(0, delay.toMillis()))) : Optional.empty();
            }
            Instant due = OffsetDateTime.parse(text).toInstant();
            return due.isBefore(LATEST) && due.isAfter(Instant.EPOCH) ? Optional.of(new DueTime(due.toString(), null)) : Optional.empty();
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }
}
