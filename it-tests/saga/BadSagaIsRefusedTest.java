package saga;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import harness.Routes;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.util.ObjectHelper;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** A definition that is right but for one thing does not start, and its message says which, and what to do. */
class BadSagaIsRefusedTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            value: journey                  | value: a journey                 | sagaName (a journey) is no name of 1 to 100 letters
            flight:journey.flight, hotel    | flight, hotel                    | saga journey: sagaSteps (flight) is no step, or the second of its name
            flight:journey.flight, hotel    | hotel:journey.flight, hotel      | saga journey: sagaSteps (hotel:journey.hotel) is no step, or the second of its name
            flight:journey.flight, hotel    | flight:kafka:x, hotel            | saga journey: sagaSteps (flight:kafka:x) is no step
            stock:journey.stock,pay!        | stock!:journey.stock,pay!        | saga order: sagaSteps (pay!:journey.pay) is the second that is marked
            stock:journey.stock             | stock:journey.mistyped           | outbox.destination.journey.mistyped is not set, and step stock of saga order is sent there
            value: order                    | value: journey                   | saga journey is defined twice
            startSaga: order                | startSaga: oder                  | route start-order starts the saga oder, and no templatedRoute of this application defines it
            startDataSource: bankA          | startDataSource: bankB           | route start-journey starts the saga journey in data source bankB, and its answers are looked for in bankA
            answerDestination: journey.answers | answerDestination: journey.nowhere | outbox.destination.journey.nowhere is not set, and route take-part answers sagas there
            name: sagaEnd                   | name: sagaEnds                   | sagaEnds is no parameter of saga
            value: told-of-the-end          | value: told                      | calls direct:told, which no route reads
            """)
    void definitionThatIsNoneIsRefused(String old, String now, String error, @TempDir Path folder) throws IOException {
        String shipped = Files.readString(Path.of(Journeys.FILE));
        assertThat(shipped).contains(old);
        Path file = folder.resolve("journey.camel.yaml");
        Files.writeString(file, shipped.replaceFirst(Pattern.quote(old), now));

        assertRefused(Map.of(), file, error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tcc                     | flight:journey.flight | saga trip: sagaModel (tcc) is neither SAGA nor TCC
            TCC                     | flight!:journey.flight | saga trip: sagaSteps (flight!:journey.flight, hotel:journey.hotel) marks a step that cannot be undone
            """)
    void modelThatDoesNotFitIsRefused(String model, String step, String error, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("trip.camel.yaml");
        Files.writeString(file, Files.readString(Path.of(Journeys.FILE).resolveSibling("trip.camel.yaml")).replaceFirst("TCC", model).replaceFirst("flight:journey.flight", step));

        assertRefused(Map.of(), file, error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            stepPhase: refuse         | stepPhase: leave | stepPhase (leave) is neither enter nor refuse
            stepModel: "{{partModel}}" | stepModel: TTC  | stepModel (TTC) is neither SAGA nor TCC
            """)
    void barrierThatIsNoneIsRefused(String old, String now, String error, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("part.camel.yaml");
        Files.writeString(file, Files.readString(Path.of(Journeys.FILE).resolveSibling("step-barrier.camel.yaml")).replace(old, now));

        assertRefused(Map.of(), file, error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            journey.step-timeout | soon | saga journey: sagaStepTimeout (soon) is no duration of more than 0
            journey.step-timeout | 0    | saga journey: sagaStepTimeout (0) is no duration of more than 0
            saga.retention       | 1h   | saga.retention (1h) is shorter than inbox.redelivery-horizon (8d)
            saga.retentoin       | 1h   | saga.retentoin
            """)
    void settingThatIsNoneIsRefused(String setting, String value, String error) {
        assertRefused(Map.of(setting, value), Path.of(Journeys.FILE), error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            participant.url           | shop/planted           | participantUrl of a saga-http-participant is no URL of http or https with a host and without a login
            participant.url           | ftp://shop/planted     | participantUrl of a saga-http-participant is no URL of http or https with a host and without a login
            participant.url           | http://a:planted@shop/ | participantUrl of a saga-http-participant is no URL of http or https with a host and without a login
            participant.url           | http://shop/pl anted   | participantUrl of a saga-http-participant is no URL
            participant.authorization | planted\u00e9          | participantAuthorization of a saga-http-participant is no value of a header
            participant.timeout       | soon                   | participantTimeout (soon) is no duration of more than 0 and less than tx.timeout
            participant.timeout       | 0                      | participantTimeout (0) is no duration of more than 0 and less than tx.timeout
            participant.timeout       | 60s                    | participantTimeout (60s) is no duration of more than 0 and less than tx.timeout
            participant.answers       | order.nowhere          | outbox.destination.order.nowhere is not set, and route warehouse-over-http answers sagas there
            """)
    void participantOverHttpThatIsNoneIsRefused(String setting, String value, String error) {
        Map<String, String> settings = new LinkedHashMap<>(Map.of("participant.url", "http://localhost:1/", "participant.authorization", "", "participant.timeout", "10s", "participant.answers", "order.answers", "participant.consumers", "1", "participant.model", "SAGA", "participant.step-timeout", "1h",
                "outbox.destination.order.stock", "order.stock", "outbox.destination.order.ship", "order.ship", "outbox.destination.order.answers", "order.answers"));
        settings.put(setting, value.replace("\\u00e9", "\u00e9"));

        assertThat(assertRefused(settings, Path.of(Orders.FILE), error)).doesNotContain("planted");
    }

    private static String assertRefused(Map<String, String> different, Path file, String error) {
        Map<String, String> settings = new LinkedHashMap<>(Map.of("journey.step-timeout", "1h", "outbox.destination.journey.answers", "journey.answers", "check.wait", "0s",
                "database.bank-a.url", "jdbc:postgresql://localhost:1/none"));
        for (String step : List.of("flight", "hotel", "car", "stock", "pay", "ship")) {
            settings.put("outbox.destination.journey." + step, "journey." + step);
        }
        settings.putAll(different);

        Throwable refusal = catchThrowable(() -> Routes.start(settings, file.toString()).close());

        ConfigurationException told = ObjectHelper.getException(ConfigurationException.class, refusal);
        assertThat(told).as("%s", refusal).hasMessageContaining(error);
        return told.getMessage();
    }
}
