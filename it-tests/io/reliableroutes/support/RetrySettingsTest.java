package io.reliableroutes.support;

import java.util.ArrayList;
import java.util.List;

import harness.Java;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** When a failed message is tried again, with the shipped settings; seconds. */
class RetrySettingsTest {

    @Test
    void defaultsAreThreeAttemptsAtOnceThenFourMinutesThenEveryMinuteFiftyTimes() {
        List<Double> delays = delays("retry.profile", "");

        assertThat(delays).hasSize(52).startsWith(0.2, 0.2, 240.0, 60.0, 60.0).endsWith(60.0);
    }

    @Test
    void profileCapHasFiftyAttemptsInAll() {
        assertThat(delays("retry.profile", "cap")).hasSize(49).startsWith(0.2, 0.2, 240.0, 60.0).endsWith(60.0);
    }

    @Test
    void profileBackoffDoublesToItsCapAndVaries() {
        List<Double> delays = delays("retry.profile", "backoff");

        assertThat(delays).hasSize(22);
        assertThat(delays.get(2)).isBetween(8.0, 12.0);
        assertThat(delays.get(5)).isBetween(64.0, 96.0);
        assertThat(delays.get(21)).isBetween(2880.0, 4320.0);
    }

    @Test
    void settingOfOneConsumerGoesBeforeProfileAndDefault() {
        assertThat(delays("inbox.c.retry.max-attempts", "2")).containsExactly(0.2, 0.2, 240.0, 60.0);
    }

    private static List<Double> delays(String setting, String value) {
        CamelContext context = new DefaultCamelContext();
        context.getPropertiesComponent().setLocation("file:" + Java.root().resolve("routes/application.properties"));
        context.getPropertiesComponent().addOverrideProperty(setting, value);
        context.build();
        RetrySettings settings = RetrySettings.of(context, "inbox", "c");
        List<Double> delays = new ArrayList<>();
        for (Long delay = settings.next(1); delay != null; delay = settings.next(delays.size() + 1)) {
            delays.add(delay / 1000.0);
        }
        return delays;
    }
}
