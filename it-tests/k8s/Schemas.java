package k8s;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;

/**
 * What a cluster with {@code kubectl apply --validate=strict} would refuse: an unknown field, a wrong type, a kind nobody knows. Camel K's kinds by
 * its CRDs, Kubernetes', Prometheus' and Strimzi's by the models of their clients, CloudNativePG's and KEDA's by {@link Models}.
 */
final class Schemas {

    private static final Map<String, Class<?>> MODELS = Map.ofEntries(Map.entry("v1/ConfigMap", ConfigMap.class), Map.entry("v1/Secret", Secret.class),
            Map.entry("v1/Service", Service.class), Map.entry("v1/PersistentVolumeClaim", PersistentVolumeClaim.class),
            Map.entry("apps/v1/Deployment", Deployment.class), Map.entry("batch/v1/Job", Job.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class), Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("monitoring.coreos.com/v1/PodMonitor", PodMonitor.class), Map.entry("kafka.strimzi.io/v1/Kafka", Kafka.class),
            Map.entry("kafka.strimzi.io/v1/KafkaNodePool", KafkaNodePool.class), Map.entry("kafka.strimzi.io/v1/KafkaTopic", KafkaTopic.class),
            Map.entry("kafka.strimzi.io/v1/KafkaUser", KafkaUser.class), Map.entry("postgresql.cnpg.io/v1/Cluster", Models.Cluster.class),
            Map.entry("keda.sh/v1alpha1/ScaledObject", Models.ScaledObject.class),
            Map.entry("keda.sh/v1alpha1/TriggerAuthentication", Models.TriggerAuthentication.class));

    private static final Map<String, JsonSchema> CRDS = new HashMap<>();

    // the clients' models keep unknown fields in a map; here they are an error
    private static final ObjectMapper STRICT = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            });

    private Schemas() {
    }

    /** What is wrong with a resource: path, value and what to do. Empty if nothing is. */
    static List<String> problems(JsonNode resource) {
        String type = resource.path("apiVersion").asText() + "/" + resource.path("kind").asText();
        List<String> problems = new ArrayList<>();
        switch (type) {
            case "camel.apache.org/v1/Integration" -> validate(resource, "integrations", problems);
            case "camel.apache.org/v1/Kamelet" -> validate(resource, "kamelets", problems);
            default -> {
                Class<?> model = MODELS.get(type);
                if (model == null) {
                    problems.add("apiVersion and kind " + type + " are nothing that this check knows: correct them, or add them to Schemas");
                } else {
                    read(resource, model, problems);
                }
            }
        }
        return problems;
    }

    private static void read(JsonNode resource, Class<?> model, List<String> problems) {
        try {
            STRICT.treeToValue(resource, model);
        } catch (JsonMappingException e) {
            String path = e.getPath().stream().map(step -> step.getFieldName() == null ? String.valueOf(step.getIndex()) : step.getFieldName())
                    .reduce("", (left, right) -> left + "/" + right);
            problems.add(path + ": " + e.getOriginalMessage().lines().findFirst().orElse("") + ": correct or remove it");
        } catch (IOException e) {
            problems.add(e.getMessage());
        }
    }

    private static void validate(JsonNode resource, String kind, List<String> problems) {
        CRDS.computeIfAbsent(kind, Schemas::crd).validate(resource)
                .forEach(message -> problems.add(message.getInstanceLocation().toString().replace("$", "").replace('.', '/') + ": "
                        + message.getMessage().replaceFirst("^\\$\\S*: ", "") + ": correct or remove it"));
    }

    private static JsonSchema crd(String kind) {
        try (InputStream in = Schemas.class.getResourceAsStream("/camel.apache.org_" + kind + ".yaml")) {
            JsonNode crd = Yaml.MAPPER.readTree(in);
            JsonNode version = crd.at("/spec/versions").valueStream().filter(v -> v.get("name").asText().equals("v1")).findFirst().orElseThrow();
            ObjectNode schema = version.at("/schema/openAPIV3Schema").deepCopy();
            if (kind.equals("integrations")) {
                // since Camel K 2.6, which these CRDs are older than
                ((ObjectNode) schema.at("/properties/spec/properties/traits/properties/camel/properties")).putObject("runtimeProvider").put("type", "string");
            }
            close(schema);
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                    .getSchema(schema, SchemaValidatorsConfig.builder().nullableKeywordEnabled(true).build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The API server would drop unknown fields; strict validation refuses them. */
    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object && object.path("properties").isObject() && object.path("type").asText().equals("object")
                && !object.has("additionalProperties") && !object.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
            object.put("additionalProperties", false);
        }
        node.forEach(Schemas::close);
    }
}
