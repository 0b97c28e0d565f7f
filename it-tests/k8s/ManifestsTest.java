package k8s;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import harness.Page;
import io.fabric8.zjsonpatch.JsonPatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** The manifests are what routes/ says, a cluster accepts them, and each rule about them bites. */
class ManifestsTest {

    @Test
    void generatedFilesAreWhatTheirSourcesSay() throws IOException {
        Map<String, String> found = new TreeMap<>();
        for (String folder : Application.folders()) {
            try (Stream<Path> files = Files.list(Manifests.K8S.resolve(folder))) {
                for (Path file : files.toList()) {
                    found.put(folder + "/" + file.getFileName(), Files.readString(file));
                }
            }
        }

        assertThat(differences(Manifests.all(), found)).isEmpty();
    }

    @Test
    void routeEditedWithoutGeneratingIsNamed() {
        Map<String, String> found = new TreeMap<>(Manifests.all());
        found.computeIfPresent("base/bank-b.yaml", (file, text) -> text.replace("USE_BIG_DECIMAL_FOR_FLOATS", "USE_LONG_FOR_INTS"));
        found.put("base/bank-z.yaml", "");

        assertThat(differences(Manifests.all(), found)).containsExactly("k8s/base/bank-b.yaml differs from its sources: run k8s/generate",
                "k8s/base/bank-z.yaml has no source any more: run k8s/generate");
    }

    private static List<String> differences(Map<String, String> expected, Map<String, String> found) {
        return Stream.concat(expected.keySet().stream(), found.keySet().stream()).distinct().sorted()
                .filter(file -> !expected.getOrDefault(file, "").equals(found.get(file)) || !expected.containsKey(file))
                .map(file -> "k8s/" + file + (expected.containsKey(file) ? " differs from its sources" : " has no source any more") + ": run k8s/generate").toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev", "production", "production-half", "production-order", "production-saga", "production-tcc", "production-xa"})
    void clusterAcceptsEveryManifest(String overlay) {
        assertThat(ManifestRules.problems(Kubectl.overlay(overlay))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "half", "order", "saga", "tcc", "xa", "dev", "production", "production-half", "production-order", "production-saga", "production-tcc", "production-xa"})
    void everyFileIsPartOfItsOverlay(String overlay) throws IOException {
        try (Stream<Path> files = Files.list(Manifests.K8S.resolve(overlay))) {
            assertThat(files.filter(file -> !file.endsWith("kustomization.yaml"))).isNotEmpty()
                    .allSatisfy(file -> assertThat(Kubectl.overlay(overlay)).containsKeys(Yaml.readAll(file).stream().map(Kubectl::key).toArray(String[]::new)));
        }
    }

    @Test
    void clusterAcceptsTheDeploymentOfThePage() {
        List<String> manifests = Page.of("k8s/README.md").found("(?s)```yaml\n(.*?)```");

        assertThat(manifests).hasSize(1);
        assertThat(ManifestRules.problems(Map.of("k8s/README.md", Yaml.parse(manifests.get(0))))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"production-half, 4", "production-order, 7"})
    void databasesInProductionGiveUpTheSessionsOfALostNode(String overlay, int databases) {
        List<JsonNode> clusters = Kubectl.overlay(overlay).values().stream().filter(resource -> resource.path("kind").asText().equals("Cluster")).toList();

        assertThat(clusters).hasSize(databases).allSatisfy(cluster -> Page.of("docs/operations.md").found("(?m)^(\\w+ = \\w+)$").forEach(setting ->
                assertThat(cluster.at("/spec/postgresql/parameters/" + setting.split(" = ")[0]).asText()).as(setting).isEqualTo(setting.split(" = ")[1])));
    }

    static Stream<Arguments> brokenManifestIsNamed() {
        String bankB = "Integration/bank-b";
        return Stream.of(
                arguments("dev", bankB, add("/spec/replica", "2"), "/spec: property 'replica' is not defined"),
                arguments("dev", bankB, add("/spec/replicas", "\"two\""), "/spec/replicas: string found, integer expected"),
                arguments("dev", bankB, add("/spec/traits/camle", "{}"), "property 'camle' is not defined"),
                arguments("dev", bankB, add("/apiVersion", "\"camel.apache.org/v2\""), "camel.apache.org/v2/Integration are nothing that this check knows"),
                arguments("dev", bankB, "[{\"op\":\"remove\",\"path\":\"/spec/dependencies/2\"}]", "/spec/dependencies: the flows use [camel:jackson], which is not listed"),
                arguments("dev", bankB, add("/spec/flows/0/route/frm", "{}"), "/spec/flows/0/route: property 'frm' is not defined"),
                arguments("dev", "Kamelet/outbox-sink", add("/spec/template/from/stps", "[]"), "/spec/template/from: property 'stps' is not defined"),
                arguments("dev", bankB, add("/spec/traits/cron/enabled", "true"), "/spec/traits/cron/enabled: is not false"),
                arguments("dev", bankB, add("/spec/traits/container/runAsNonRoot", "false"), "/spec/traits/container: is no restricted security context"),
                arguments("dev", bankB, add("/spec/traits/health/startupProbeEnabled", "false"), "/spec/traits/health/startupProbe: is off"),
                arguments("dev", bankB, "[{\"op\":\"remove\",\"path\":\"/spec/traits/container/limitMemory\"}]", "/spec/traits/container/limitMemory: is missing"),
                arguments("dev", bankB, add("/spec/traits/environment/vars/-", "\"DATABASE_BANK_B_PASSWORD=secret1\""), "DATABASE_BANK_B_PASSWORD has its value in the manifest"),
                arguments("dev", bankB, add("/spec/traits/environment/vars/-", "\"OPERATE_LOGINS=configmap:reliable-routes-addresses/ALERT_MAIL_TO\""),
                        "OPERATE_LOGINS has its value in the manifest"),
                arguments("dev", bankB, add("/spec/traits/environment/vars/-", "\"X=configmap:reliable-routes-addresses/NOWHERE\""),
                        "/spec/traits/environment/vars: configmap:reliable-routes-addresses/NOWHERE is not there"),
                arguments("dev", bankB, add("/spec/traits/environment/vars/-", "\"X=secret:bank-c-app/username\""), "secret:bank-c-app/username is not there"),
                arguments("saga", "Integration/saga-transfer", "[{\"op\":\"remove\",\"path\":\"/spec/traits/environment/vars/0\"}]",
                        "/spec/traits/environment/vars: has no KAFKA_BROKERS, and receives"),
                arguments("production", bankB, add("/spec/traits/mount/resources/1", "\"secret:kafka-ca/ca.crt@/etc/camel/kafka/ca.crt\""),
                        "/spec/traits/mount/resources: secret:kafka-ca/ca.crt@/etc/camel/kafka/ca.crt is not there"),
                arguments("production", bankB, "[{\"op\":\"remove\",\"path\":\"/spec/traits/mount/resources/2\"}]", "/spec/traits: has no certificate of a KafkaUser"),
                arguments("production", bankB, add("/spec/traits/camel/properties", "[]"), "/spec/traits: has no certificate of a KafkaUser and security-protocol=SSL"),
                arguments("production-xa", "Cluster/notifier",
                        "[{\"op\":\"remove\",\"path\":\"/spec/postgresql/parameters/max_prepared_transactions\"}]", "max_prepared_transactions: is missing"),
                arguments("dev", bankB, "[{\"op\":\"remove\",\"path\":\"/spec/traits/container/runAsUser\"}]", "/spec/traits/container: is no restricted security context"),
                arguments("production-xa", "Integration/xa-transfer", add("/spec/replicas", "2"), "an XA application has one replica"),
                arguments("dev", "Kamelet/outbox-sink", add("/spec/definitions", "{}"), "/spec: property 'definitions' is not defined"),
                arguments("dev", "Job/bank-a-schema", add("/spec/backofLimit", "2"), "/spec/backofLimit: Unrecognized field"),
                arguments("dev", "Job/bank-a-schema", add("/spec/backoffLimit", "\"many\""), "/spec/backoffLimit: Cannot deserialize"),
                arguments("dev", "Deployment/kafka", "[{\"op\":\"remove\",\"path\":\"/spec/template/spec/containers/0/securityContext\"}]",
                        "containers/kafka/securityContext: is not restricted"),
                arguments("dev", "Deployment/kafka", "[{\"op\":\"remove\",\"path\":\"/spec/template/spec/containers/0/resources/limits\"}]",
                        "containers/kafka/resources: has no memory limit"),
                arguments("production", "Kafka/kafka", add("/spec/kafka/listener", "[]"), "/spec/kafka/listener: Unrecognized field"),
                arguments("production", "KafkaTopic/transfer.settled", add("/spec/partitions", "\"all\""), "/spec/partitions: Cannot deserialize"),
                arguments("production", "KafkaTopic/transfer.settled", add("/metadata/name", "\"other\""), "KafkaTopic [transfer.settled] is missing"),
                arguments("production", "KafkaUser/bank-a", add("/spec/authorisation", "{}"), "/spec/authorisation: Unrecognized field"),
                arguments("production", "KafkaUser/bank-b", "[{\"op\":\"remove\",\"path\":\"/spec/authorization/acls/4\"}]",
                        "KafkaUser bank-b /spec/authorization/acls: bank-b needs Write topic transfer.requested.dead"),
                arguments("production", "NetworkPolicy/bank-b-database",
                        "[{\"op\":\"remove\",\"path\":\"/spec/ingress/0/from/0/podSelector/matchExpressions/0/values/1\"}]",
                        "NetworkPolicy of bank-b: does not let bank-b-relay in"),
                arguments("production", "ScaledObject/bank-b", add("/spec/triggers/0/metadata/bootstrapServers", "\"kafka:9093\""),
                        "bootstrapServers has no namespace"),
                arguments("production", "Cluster/bank-a", add("/spec/instance", "3"), "/spec/instance: Unrecognized field"),
                arguments("production", "Cluster/bank-a", add("/spec/postgresql/synchronous/method", "\"some\""),
                        "/spec/postgresql/synchronous/method: Cannot deserialize"),
                arguments("production", "ScaledObject/bank-b", add("/spec/maxReplicaCount", "13"), "is above the 12 partitions"),
                arguments("production", "ScaledObject/bank-b", add("/spec/triggers/0/metadata/consumerGroup", "\"bank-b\""),
                        "nobody in bank-b reads transfer.requested as bank-b"),
                arguments("production", "ScaledObject/bank-b", add("/spec/scaleTargetRef/name", "\"bank-b-operate\""),
                        "is no Integration of this overlay without replicas"),
                arguments("production", "ScaledObject/bank-b", add("/spec/cooldown", "1"), "/spec/cooldown: Unrecognized field"),
                arguments("production", "NetworkPolicy/bank-a-api", add("/spec/ingres", "[]"), "/spec/ingres: Unrecognized field"),
                arguments("production-half", "NetworkPolicy/metrics", "[{\"op\":\"remove\",\"path\":\"/spec/podSelector/matchExpressions/1/values/3\"}]",
                        "lets others in to half-messages-operate, and so to the operators' API"),
                arguments("production-half", "NetworkPolicy/messages-database",
                        "[{\"op\":\"remove\",\"path\":\"/spec/ingress/0/from/0/podSelector/matchExpressions/0/values/0\"}]",
                        "NetworkPolicy of messages: does not let half-messages in"),
                arguments("production-order", "KafkaUser/order-shop", "[{\"op\":\"remove\",\"path\":\"/spec/authorization/acls/2\"}]",
                        "KafkaUser order-shop /spec/authorization/acls: order-shop needs Read topic stock.refused"),
                arguments("production-order", "KafkaUser/order-outbound", "[{\"op\":\"remove\",\"path\":\"/spec/authorization/acls/5\"}]",
                        "KafkaUser order-outbound /spec/authorization/acls: order-outbound needs Read group order-outbound-cancel"),
                arguments("production-order", "NetworkPolicy/stock-database",
                        "[{\"op\":\"remove\",\"path\":\"/spec/ingress/0/from/0/podSelector/matchExpressions/0/values/0\"}]",
                        "NetworkPolicy of stock: does not let order-stock in"),
                arguments("production-order", "NetworkPolicy/metrics", "[{\"op\":\"remove\",\"path\":\"/spec/podSelector/matchExpressions/1/values/5\"}]",
                        "lets others in to order-points-operate, and so to the operators' API"),
                arguments("production-saga", "KafkaUser/bank-a", "[{\"op\":\"remove\",\"path\":\"/spec/authorization/acls/8\"}]",
                        "KafkaUser bank-a /spec/authorization/acls: saga-transfer needs Write topic transfer.credit"),
                arguments("production-saga", "KafkaUser/bank-a", "[{\"op\":\"remove\",\"path\":\"/spec/authorization/acls/9\"}]",
                        "KafkaUser bank-a /spec/authorization/acls: saga-bank-a needs Write topic transfer.answered"),
                arguments("production-saga", "KafkaUser/bank-a", "[{\"op\":\"remove\",\"path\":\"/spec/authorization/acls/12\"}]",
                        "KafkaUser bank-a /spec/authorization/acls: saga-transfer needs Read group saga-transfer"),
                arguments("production-saga", "NetworkPolicy/bank-b-database",
                        "[{\"op\":\"remove\",\"path\":\"/spec/ingress/0/from/0/podSelector/matchExpressions/0/values/3\"}]",
                        "NetworkPolicy of bank-b: does not let saga-bank-b in"),
                arguments("production", "NetworkPolicy/outside", add("/spec/podSelector/matchExpressions/0/values/0", "\"notifer\""),
                        "there is no Integration notifer"),
                arguments("production", "PodDisruptionBudget/bank-a-pods",
                        add("/spec/selector/matchLabels/camel.apache.org~1integration", "\"bank\""), "there is no Integration bank"),
                arguments("production", "PodMonitor/reliable-routes", add("/spec/podMetricsEndpoint", "[]"), "/spec/podMetricsEndpoint: Unrecognized field"));
    }

    @ParameterizedTest
    @MethodSource
    void brokenManifestIsNamed(String overlay, String key, String patch, String problem) {
        Map<String, JsonNode> resources = new LinkedHashMap<>(Kubectl.overlay(overlay));
        assertThat(resources).containsKey(key);

        resources.put(key, JsonPatch.apply(Yaml.parse(patch), resources.get(key)));

        // what is named is the resource, unless something is missing everywhere
        assertThat(ManifestRules.problems(resources)).anySatisfy(found -> assertThat(found).contains(problem).matches("(?s)(KafkaTopic|KafkaUser|NetworkPolicy|" + key + ").*"));
    }

    private static String add(String path, String value) {
        return "[{\"op\":\"add\",\"path\":\"" + path + "\",\"value\":" + value + "}]";
    }
}
