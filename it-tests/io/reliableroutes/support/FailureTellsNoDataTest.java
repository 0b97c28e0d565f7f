package io.reliableroutes.support;

import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Planted;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Whoever cannot read a payload quotes it: that goes to logs, dead letters and alerts. */
class FailureTellsNoDataTest {

    private static final String DATA = Planted.PAYLOAD;

    static Stream<Throwable> failures() throws Exception {
        CamelContext context = new DefaultCamelContext();
        context.build();
        ObjectMapper json = new ObjectMapper();
        return Stream.of(
                catchThrowable(() -> json.readTree(DATA)),
                catchThrowable(() -> json.readTree("{\"a\": " + DATA + "}")),
                catchThrowable(() -> json.readValue("{\"a\": \"" + DATA + "\"}", json.getTypeFactory().constructMapType(Map.class, String.class, Integer.class))),
                catchThrowable(() -> json.readValue("\"" + DATA + "\"", Map.class)),
                catchThrowable(() -> context.getTypeConverter().mandatoryConvertTo(Integer.class, DATA)));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void messageHasNothingOfThePayload(Throwable failure) {
        assertThat(failure).hasMessageContaining(DATA);
        for (Throwable told : new Throwable[] {failure, new IllegalStateException(failure)}) {
            assertThat(FailureText.message(told, 4000)).doesNotContain(DATA).isNotBlank();
        }
    }
}
