package io.reliableroutes.support;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;

import com.fasterxml.jackson.core.JsonParseException;
import harness.FailuresPage;
import harness.Java;
import io.reliableroutes.InvalidMessageException;
import jakarta.mail.AuthenticationFailedException;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.ProtocolException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** docs/failures.md, the shipped settings and the code say the same. */
class FailuresPageTest {

    private final CamelContext context = new DefaultCamelContext();

    FailuresPageTest() {
        context.getPropertiesComponent().setLocation("file:" + Java.root().resolve("routes/application.properties"));
        context.build();
    }

    @Test
    void pageHasTheStatusesOfTheSettings() throws IOException {
        assertThat(FailuresPage.settings()).hasSize(2)
                .allSatisfy((setting, statuses) -> assertThat(context.resolvePropertyPlaceholders("{{" + setting + "}}")).isEqualTo(statuses));
    }

    @Test
    void everyStatusIsWhatThePageSays() throws IOException {
        Map<Integer, String> page = FailuresPage.statuses();
        for (int status = 100; status < 600; status++) {
            assertThat(kind(answer(status))).as("HTTP " + status).isEqualTo(page.getOrDefault(status, "attempt"));
        }
    }

    static Stream<Arguments> exceptions() {
        return Stream.of(
                arguments(new ConnectException("refused"), "outage"),
                arguments(new SocketTimeoutException("Read timed out"), "outage"),
                arguments(new UnknownHostException("nowhere"), "outage"),
                arguments(new java.net.http.HttpTimeoutException("late"), "outage"),
                arguments(new SSLHandshakeException("certificate expired"), "outage"),
                arguments(new NoHttpResponseException("closed"), "outage"),
                arguments(new ConnectionClosedException("in the body"), "outage"),
                arguments(new ProtocolException("no HTTP"), "outage"),
                arguments(new AuthenticationFailedException("535"), "outage"),
                arguments(new SQLException("", "08006"), "outage"),
                arguments(new SQLException("", "53100"), "outage"),
                arguments(new SQLException("", "57P01"), "outage"),
                arguments(new SQLException("", "58030"), "outage"),
                arguments(new SQLException("", "25006"), "outage"),
                arguments(new SQLException("", "23505"), "attempt"),
                arguments(new SQLException("", "57014"), "attempt"),
                arguments(new IllegalStateException("handler"), "attempt"),
                arguments(new IOException("handler"), "attempt"),
                arguments(new InvalidMessageException("wrong"), "permanent"),
                arguments(new JsonParseException("no JSON"), "permanent"));
    }

    @ParameterizedTest
    @MethodSource("exceptions")
    void exceptionIsWhatThePageSays(Exception failure, String kind) {
        assertThat(kind(failure)).isEqualTo(kind);
        assertThat(kind(new IllegalStateException(new CamelExecutionException("wrapped", new DefaultExchange(context), failure)))).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "null", delimiter = '|', textBlock = """
            120                           | null                          | 120000
            0                             | null                          | 1000
            00001                         | null                          | 1000
            Sun, 06 Nov 1994 08:49:37 GMT | Sun, 06 Nov 1994 08:48:37 GMT | 60000
            Sun, 06 Nov 1994 08:49:37 GMT | null                          | 1000
            Sun, 06 Nov 1994 08:49:37 GMT | yesterday                     | 1000
            9999999999999999              | null                          | 9223372036854775807
            1.5                           | null                          | null
            -1                            | null                          | null
            tomorrow                      | null                          | null
            ''                            | null                          | null
            null                          | null                          | null
            """)
    void retryAfterIsSecondsOrADate(String value, String date, Long milliseconds) {
        assertThat(RetryAfter.milliseconds(value, date)).isEqualTo(milliseconds);
    }

    private String kind(Exception failure) {
        boolean permanent = FailureClassification.isPermanent(context, "inbox", "any", failure);
        return permanent ? "permanent" : FailureClassification.isOutage(context, "inbox", "any", failure) ? "outage" : "attempt";
    }

    private static Exception answer(int status) {
        return new HttpOperationFailedException("http://localhost/", status, "", null, Map.of(), "");
    }
}
