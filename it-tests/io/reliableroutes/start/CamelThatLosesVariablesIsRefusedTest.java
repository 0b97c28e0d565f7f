package io.reliableroutes.start;

import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** As Camel 4.8 does it: only body, headers and properties are copied back from a Kamelet. */
class CamelThatLosesVariablesIsRefusedTest {

    private final CamelContext context = new DefaultCamelContext();

    @Test
    void camelOfTheseTestsKeepsThem() {
        assertThatCode(() -> KameletVariableCheck.check(context)).doesNotThrowAnyException();
    }

    @Test
    void copyWithoutVariablesIsRefused() {
        assertThatThrownBy(() -> KameletVariableCheck.check(context, (caller, kamelet) -> caller.getMessage().setBody(kamelet.getMessage().getBody())))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("loses the variables that a Kamelet sets");
    }
}
