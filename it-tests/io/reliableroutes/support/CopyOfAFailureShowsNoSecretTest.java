package io.reliableroutes.support;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.sql.SQLException;
import java.util.Map;
import java.util.stream.Stream;

import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Camel logs the message of a failure, and its causes: the policy gives it one of the same class, without the secrets of addresses. */
class CopyOfAFailureShowsNoSecretTest {

    private static final String SECRET = "S3cr3tT0ken";
    private static final String ADDRESS = "http://localhost:8090/v1/" + SECRET + "?key=" + SECRET;

    static Stream<Throwable> failures() {
        HttpOperationFailedException answer = new HttpOperationFailedException(ADDRESS, 302, "Found", "/v1/" + SECRET, Map.of("Retry-After", "7"), "body");
        return Stream.of(answer, new IllegalStateException("cannot tell", answer), new IllegalStateException(answer), new RuntimeException(new IOException(answer)),
                new ConnectException("cannot connect to " + ADDRESS), new UncheckedIOException("cannot read " + ADDRESS, new IOException(ADDRESS)), new Error(ADDRESS));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void copyIsOfTheSameClassWithTheSameTraceAndNoSecret(Throwable failure) {
        assertThat(printed(failure)).contains(SECRET);
        StackTraceElement[] trace = failure.getStackTrace();

        Throwable told = UnsafeFailureException.guarded(failure);

        assertThat(printed(told)).doesNotContain(SECRET).contains("http://localhost:8090/v1/…");
        assertThat(told).hasSameClassAs(failure);
        assertThat(told.getStackTrace()).isEqualTo(trace);
        assertThat(UnsafeFailureException.causes(told)).extracting(Object::getClass).isEqualTo(UnsafeFailureException.causes(failure).stream().map(Object::getClass).toList());
    }

    @Test
    void copyOfAnAnswerIsJudgedAsTheAnswer() {
        HttpOperationFailedException told = (HttpOperationFailedException) UnsafeFailureException.guarded(failures().findFirst().orElseThrow());

        assertThat(told.getStatusCode()).isEqualTo(302);
        assertThat(told.getRedirectLocation()).isEqualTo("/…");
        assertThat(told.getResponseBody()).isEqualTo("body");
        assertThat(FailureClassification.retryAfter(told)).isEqualTo(7000);
    }

    @Test
    void whatWouldLoseItsStateAndWhatHasNoSecretStay() {
        SQLException refused = new SQLException("ERROR at " + ADDRESS, "40001");
        IllegalStateException harmless = new IllegalStateException("wrong", new IOException("broken"));
        OwnException own = new OwnException(ADDRESS, 7);

        assertThat(UnsafeFailureException.guarded(refused)).isSameAs(refused);
        assertThat(UnsafeFailureException.guarded(harmless)).isSameAs(harmless);
        assertThat(UnsafeFailureException.guarded(own)).isSameAs(own);
    }

    private static String printed(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static final class OwnException extends RuntimeException {

        private static final long serialVersionUID = 1;
        private final int code;

        OwnException(String message, int code) {
            super(message);
            this.code = code;
        }

        @Override
        public String toString() {
            return super.toString() + code;
        }
    }
}
