package io.reliableroutes;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;

/** Reads the due time of a delayed message. */
public class DueTime {

    /**
     * @param  text                    an instant with its offset, or an ISO-8601 duration from now, for example {@code PT15M}; not null
     * @return                         the instant as ISO-8601, not null. A time in the past is due at once.
     * @throws InvalidMessageException if the text is neither
     */
    public String of(String text) {
        try {
            Instant due = text.startsWith("P") ? Instant.now().plus(Duration.parse(text)) : OffsetDateTime.parse(text).toInstant();
            return due.toString();
        } catch (DateTimeException | ArithmeticException e) {
            throw new InvalidMessageException("outboxDue (" + text + ") is neither an instant like 2027-01-31T08:00:00Z nor a duration like "
                    + "PT15M: nobody would know when to publish the message, so nothing was written. Correct it.");
        }
    }
}
