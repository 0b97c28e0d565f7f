package k8s;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import harness.Certificates;
import harness.Kafka;
import harness.Ports;
import harness.ReceivingBank;
import harness.Servers;
import harness.Topic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static harness.ReceivingBank.await;
import static harness.ReceivingBank.body;
import static harness.ReceivingBank.headers;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The production overlay's manifests of bank B's receiver and relay, run by the very runtimes that Camel K builds with, against a broker that
 * wants certificates. {@code -Pconformance} runs all of {@link CamelK}, else the one that the manifests name.
 */
class CamelKRunsTheManifestsIT {

    @TempDir
    Path folder;

    private final int securedPort = Ports.free();
    private Certificates certificates;
    private Kafka kafka;
    private ReceivingBank bank;
    private Topic completed;

    @BeforeEach
    void startBroker() {
        certificates = new Certificates(folder.resolve("certificates"));
        kafka = new Kafka(folder.resolve("kafka"), securedPort, certificates).start();
        bank = new ReceivingBank(Servers.database("schema.sql", "example-bank-b.sql"), kafka);
        completed = Topic.create(kafka, 1);
    }

    @AfterEach
    void stopBroker() {
        kafka.close();
    }

    static Stream<CamelK> runtimes() {
        return Arrays.stream(CamelK.values())
                .filter(runtime -> Boolean.getBoolean("conformance") || runtime.quarkus.equals(Application.runtime()));
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void effectsAreOnceAndNothingIsLostThroughRollbackDeadLetterAndKill(CamelK runtime) {
        Map<String, JsonNode> production = Kubectl.overlay("production");
        String age = production.get("ScaledObject/bank-b-relay").at("/spec/triggers/0/metadata/query").asText();
        Set<String> dependencies = new TreeSet<>(Integration.dependencies(production.get("Integration/bank-b")));
        dependencies.addAll(Integration.dependencies(production.get("Integration/bank-b-relay")));
        kafka.createTopics(1, bank.topic.name() + ".dead");
        Kit kit = Kit.build(runtime, folder, "bank-b", dependencies);
        bank.fail("NEW.transfer_id = 't-3' AND nextval('attempt') > 0");

        try (Pod receiving = pod(kit, "bank-b").start(); Pod relaying = pod(kit, "bank-b-relay").start()) {
            // commit: money, inbox key and answer are one fact, and the answer reaches its topic
            bank.request("a-1", "m-1", "t-1");
            bank.request("a-1", "m-1", "t-1");
            bank.request("a-2", "m-2", "t-2");
            await().untilAsserted(() -> assertThat(completed.bodies()).containsExactlyInAnyOrder(answer("t-1"), answer("t-2")));
            assertThat(bank.booked()).as("a record that comes twice has its effect once").containsExactlyInAnyOrder("t-1", "t-2");
            // rollback and redelivery: three attempts, each undone, then parked and tried again
            bank.request("a-3", "m-3", "t-3");
            await().untilAsserted(() -> assertThat(bank.attempts()).as("attempts").isGreaterThan(3L));
            assertThat(bank.booked()).as("each attempt is undone").doesNotContain("t-3");
            bank.fail("false");
            await().untilAsserted(() -> assertThat(completed.bodies()).contains(answer("t-3")));
            // dead letter: with its reason, in the table and on the topic, written by the receiver and published by the relay
            bank.topic.send("a-4", "{broken", headers("m-4"));
            await().untilAsserted(() -> assertThat(new Topic(kafka, bank.topic.name() + ".dead").bodies()).contains("{broken"));
            assertThat(bank.database.rows("SELECT message_id, attempts FROM dead_letter")).containsExactly(Map.of("message_id", "m-4", "attempts", 1));
            // kill -9 of both: what was asked meanwhile happens after the restart, and nothing twice
            receiving.kill();
            relaying.kill();
            bank.topic.send("a-5", body("t-5"), headers("m-5"));
            receiving.start();
            await().untilAsserted(() -> assertThat(bank.booked()).contains("t-5"));
            assertThat((BigDecimal) bank.database.value(age)).as("what KEDA asks for the relay").isPositive();
            relaying.start();
            await().untilAsserted(() -> assertThat(completed.bodies()).contains(answer("t-5")));
            await().untilAsserted(() -> assertThat((BigDecimal) bank.database.value(age)).isZero());
            assertThat(bank.booked()).containsExactlyInAnyOrder("t-1", "t-2", "t-3", "t-5");
            assertThat(bank.database.value("SELECT balance::integer FROM account WHERE id = 'b-1'")).isEqualTo(40);
            for (Pod pod : List.of(receiving, relaying)) {
                assertThat(pod.status("/q/metrics")).as("what the PodMonitor reads").isEqualTo(200);
                assertThat(pod.status("/q/health/live")).isEqualTo(200);
                assertThat(pod.log()).contains("Camel");
            }
        }
    }

    private Pod pod(Kit kit, String name) {
        Map<String, String> values = Map.of("KAFKA_BROKERS", "127.0.0.1:" + securedPort, "DATABASE_BANK_B_URL", bank.database.url(),
                "username", "postgres", "password", "", "user.password", Certificates.PASSWORD,
                "ca.crt", certificates.authority().toString(), "user.p12", certificates.user().toString());
        Map<String, String> settings = new LinkedHashMap<>(bank.settings);
        settings.keySet().removeIf(key -> !key.startsWith("outbox.destination."));
        settings.put("outbox.destination.transfer.completed", completed.name());
        settings.put("inbox.retry.first-delay", "1s");
        settings.put("inbox.retry.delay", "500ms");
        settings.put("inbox.retry.poll-max-delay", "200ms");
        return new Pod(kit, Kubectl.overlay("production"), name, folder, reference -> values.get(reference.replaceFirst(".*/", "")), settings);
    }

    private static String answer(String transfer) {
        return "{\"transferId\":\"" + transfer + "\"}";
    }
}
