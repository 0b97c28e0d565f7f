package io.reliableroutes.support;

import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Objects;

import org.apache.camel.http.base.HttpOperationFailedException;

/**
 * A failure whose own message is what everybody may read. Camel's log lines and {@code exception.message} have nothing else, and no pattern
 * of the pack is asked there.
 */
final class FailureCopy {

    private FailureCopy() {
    }

    /**
     * Spring's wrappers of a database's error with what the database has said, where they say {@code bad SQL grammar []}; others without the
     * secrets of addresses, as their causes are. A copy is of the class of the failure. What has a state that a copy would not have stays as
     * it is.
     *
     * @param failure whose causes end, not null
     */
    static Throwable told(Throwable failure) throws ReflectiveOperationException {
        if (failure.getClass().getName().startsWith("org.springframework.")) {
            return ofSpring(failure);
        }
        Throwable cause = failure.getCause() == null ? null : told(failure.getCause());
        String message = PublicText.of(failure.getMessage());
        if (cause == failure.getCause() && Objects.equals(message, failure.getMessage())) {
            return failure;
        }
        Throwable copy = failure.getClass().getName().equals("org.apache.camel.http.base.HttpOperationFailedException") ? HttpAnswer.copy(failure)
                : hasState(failure.getClass()) ? null : copy(failure, message, cause);
        return copy == null ? failure : traced(copy, failure);
    }

    private static Throwable ofSpring(Throwable failure) throws ReflectiveOperationException {
        String message = FailureText.message(failure, UnsafeFailureException.LONGEST_MESSAGE);
        if (message.equals(failure.getMessage())) {
            return failure;
        }
        for (Constructor<?> constructor : failure.getClass().getConstructors()) {
            if (Arrays.equals(constructor.getParameterTypes(), new Class<?>[] {String.class, Throwable.class})) {
                return traced((Throwable) constructor.newInstance(message, failure.getCause()), failure);
            } else if (Arrays.equals(constructor.getParameterTypes(), new Class<?>[] {String.class, String.class, SQLException.class})) {
                return traced((Throwable) constructor.newInstance(failure.getMessage().replaceFirst(";.*", ""),
                        FailureText.message(failure.getCause(), UnsafeFailureException.LONGEST_MESSAGE), failure.getCause()), failure);
            }
        }
        return failure;
    }

    private static boolean hasState(Class<?> type) {
        return type != Throwable.class && (hasState(type.getSuperclass())
                || Arrays.stream(type.getDeclaredFields()).anyMatch(field -> !Modifier.isStatic(field.getModifiers())));
    }

    /** Null if no constructor makes it. */
    private static Throwable copy(Throwable failure, String message, Throwable cause) {
        for (Constructor<?> constructor : failure.getClass().getConstructors()) {
            Class<?>[] types = constructor.getParameterTypes();
            try {
                Throwable copy = null;
                if (types.length == 2 && types[0] == String.class && Throwable.class.isAssignableFrom(types[1]) && (cause == null || types[1].isInstance(cause))) {
                    copy = (Throwable) constructor.newInstance(message, cause);
                } else if (types.length == 1 && types[0] == String.class) {
                    copy = ((Throwable) constructor.newInstance(message)).initCause(cause);
                }
                if (copy != null && Objects.equals(copy.getMessage(), message)) {
                    return copy;
                }
            } catch (ReflectiveOperationException | IllegalStateException e) {
                // another one may
            }
        }
        return null;
    }

    private static Throwable traced(Throwable copy, Throwable failure) {
        copy.setStackTrace(failure.getStackTrace());
        Arrays.stream(failure.getSuppressed()).forEach(copy::addSuppressed);
        return copy;
    }

    /** A class of its own, loaded only where camel-http is. */
    private static final class HttpAnswer {

        static Throwable copy(Throwable failure) {
            HttpOperationFailedException answer = (HttpOperationFailedException) failure;
            String location = answer.getRedirectLocation();
            return new HttpOperationFailedException(PublicText.of(answer.getUri()), answer.getStatusCode(), answer.getStatusText(),
                    location == null ? null : PublicText.of("location: " + location).substring("location: ".length()), answer.getResponseHeaders(),
                    answer.getResponseBody());
        }
    }
}
