package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import databases.TwoBanks;
import harness.RouteProcess;
import harness.Servers;
import harness.Topic;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A host may be set up for Turkish, whose I is another letter, for Arabic, which has digits of its own, or far from UTC. */
class LocaleAndTimeZoneDoNotMatterIT {

    private static final String LATER = """
            - route:
                id: later
                from:
                  uri: timer:later
                  parameters:
                    repeatCount: 1
                  steps:
                    - to:
                        uri: direct:send-later
            - route:
                id: send-later
                from:
                  uri: direct:send-later
                  steps:
                    - transacted:
                        ref: "{{tx.policy}}"
                        steps:
                          - setBody:
                              constant: later
                          - to:
                              uri: kamelet:outbox-sink
                              parameters:
                                outboxDataSource: bankA
                                outboxDestination: transfer.settled
                                outboxKey: k
                                outboxDue: PT2S
            """;

    @TempDir
    private Path folder;
    private final TwoBanks banks = new TwoBanks().on(Servers.kafka());

    @ParameterizedTest
    @ValueSource(strings = {
            "-Duser.language=tr -Duser.country=TR -Duser.timezone=Pacific/Chatham",
            "-Duser.language=ar -Duser.country=EG -Duser.timezone=America/St_Johns"})
    void transferAndDelayedMessageArrive(String host) throws IOException {
        String later = Files.writeString(folder.resolve("later.camel.yaml"), LATER).toString();
        banks.settings.put("java.tool.options", host);
        // named by environment, as a user does
        Map<String, String> a = new LinkedHashMap<>(banks.settings);
        List<String> files = new ArrayList<>(Arrays.asList(TwoBanks.BANK_A));
        files.addAll(List.of(later, "camel.server.enabled=true", "camel.server.port=" + banks.port()));
        try (RouteProcess bankA = RouteProcess.camelMain(folder.resolve("a.log"), a, files.toArray(String[]::new)).start();
                RouteProcess bankB = RouteProcess.camelMain(folder.resolve("b.log"), banks.settings, TwoBanks.BANK_B).start()) {
            bankA.awaitStarted();
            bankB.awaitStarted();

            assertThat(banks.request("t-1")).as(bankA.log()).isEqualTo(202);
            banks.awaitCompleted("t-1");
            Topic settled = new Topic(Servers.kafka(), banks.settings.get("outbox.destination.transfer.settled"));
            TwoBanks.await().untilAsserted(() -> assertThat(settled.bodies()).as(bankA.log()).contains("later"));
            assertThat(banks.bank.bankA().value("SELECT requested_at BETWEEN now() - interval '10 minutes' AND now() FROM transfer")).isEqualTo(true);
        }
    }
}
