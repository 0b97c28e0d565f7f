package io.reliableroutes.support;

import java.sql.SQLException;

import org.apache.camel.Exchange;

/**
 * What logs, tables, topics and answers tell of a failure: what the database has said, also where a wrapper leaves it out, no row's values, no
 * payload, and no secret of an address.
 */
public class FailureText {

    private static final int LONGEST = 4000;

    /**
     * @param  exchange that has failed, not null
     * @return          what its failure says, for a line of log, not null
     */
    public String of(Exchange exchange) {
        Throwable failure = FailureClassification.failure(exchange);
        return failure == null ? "nobody has told what has failed" : message(failure, LONGEST);
    }

    /**
     * The message of a failure as everybody may read it, or a word in its place, of that many characters at most; not null, never fails. With what
     * the database has said, where a wrapper leaves that out, and without the values that it quotes.
     */
    public static String message(Throwable failure, int length) {
        String message = ownMessage(failure);
        for (Throwable cause : UnsafeFailureException.causes(failure)) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                String said = ownMessage(sql);
                String quiet = withoutValues(said, sql.getSQLState());
                message = message.contains(said) ? message.replace(said, quiet) : cut(message, length / 2) + ": " + quiet;
                message = message.contains(sql.getSQLState()) ? message : cut(message, length - 20) + " (SQLSTATE " + sql.getSQLState() + ")";
                break;
            }
        }
        return cut(quotesData(failure) ? withoutQuotes(message) : message, length);
    }

    /** What cannot be read as JSON, or be converted, is quoted by those who say so: it is a customer's. */
    private static boolean quotesData(Throwable failure) {
        for (Throwable cause : UnsafeFailureException.causes(failure)) {
            for (Class<?> type = cause.getClass(); type != null; type = type.getSuperclass()) {
                if (type.getName().equals("com.fasterxml.jackson.core.JacksonException") || type.getName().equals("org.apache.camel.TypeConversionException")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String withoutQuotes(String message) {
        return message.replaceAll("(?s)'[^']*'", "'...'").replaceAll("(?s)\"[^\"]*\"", "\"...\"").replaceAll("(?s) with value .*", " with value ...");
    }

    private static String ownMessage(Throwable failure) {
        try {
            String message = failure.getMessage();
            return message == null || message.isBlank() ? "(no message)" : PublicText.of(cut(message, UnsafeFailureException.LONGEST_MESSAGE));
        } catch (Throwable e) {
            return "(its message cannot be read)";
        }
    }

    /** Class 22 is of values that are none of their type: PostgreSQL quotes them, and in that class nothing else that somebody needs. */
    private static String withoutValues(String message, String state) {
        return state.startsWith("22") ? message.replaceAll("(?s)\".*\"", "\"...\"") : message;
    }

    private static String cut(String text, int length) {
        return text.substring(0, Math.min(length, text.length()));
    }
}
