package io.reliableroutes.support;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** The header {@code Retry-After} of RFC 9110, section 10.2.3: seconds, or a date. */
final class RetryAfter {

    /** An answer that says "now" again and again must not be asked without a pause. */
    private static final long LEAST = 1000;

    private RetryAfter() {
    }

    /**
     * @param  value of the header, or null
     * @param  date  when the answer was made, by its header {@code Date}, or null: with it no clock but the downstream's own counts
     * @return       milliseconds to wait, 1,000 or more; null if the header says none
     */
    static Long milliseconds(String value, String date) {
        if (value == null) {
            return null;
        }
        String text = value.trim();
        if (text.matches("[0-9]+")) {
            return text.length() > 12 ? Long.valueOf(Long.MAX_VALUE) : Long.valueOf(Math.max(LEAST, Long.parseLong(text) * 1000));
        }
        Instant until = instant(text);
        if (until == null) {
            return null;
        }
        Instant made = date == null ? null : instant(date.trim());
        return Math.max(LEAST, Duration.between(made == null ? Instant.now() : made, until).toMillis());
    }

    private static Instant instant(String text) {
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }
}
