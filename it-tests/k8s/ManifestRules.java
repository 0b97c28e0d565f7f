package k8s;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

import com.fasterxml.jackson.databind.JsonNode;
import format.RouteSchema;

/** What no schema says about the manifests of one overlay. A problem names the resource, the path and what to do. */
final class ManifestRules {

    private static final RouteSchema ROUTES = new RouteSchema();

    private final Map<String, JsonNode> resources;
    private final List<String> problems = new ArrayList<>();
    private final Properties settings = Dependencies.settings("application.properties");

    private ManifestRules(Map<String, JsonNode> resources) {
        this.resources = resources;
    }

    /** @param resources as {@link Kubectl#overlay} names them */
    static List<String> problems(Map<String, JsonNode> resources) {
        ManifestRules rules = new ManifestRules(resources);
        resources.forEach((key, resource) -> Schemas.problems(resource).forEach(problem -> rules.problems.add(key + " " + problem)));
        rules.of("Integration").forEach(rules::checkIntegration);
        resources.forEach((key, resource) -> (key.startsWith("Integration/") ? List.<JsonNode>of() : resource.findValues("containers")).forEach(list -> list.forEach(container -> rules.checkContainer(key, container))));
        rules.of("Kamelet").forEach((key, kamelet) -> ROUTES.problems(Yaml.write(kamelet)).forEach(problem -> rules.problems.add(key + " /spec/template" + problem.replaceFirst("^/0/routeTemplate", ""))));
        rules.of("ScaledObject").forEach(rules::checkScaling);
        rules.checkTopics();
        rules.of("Integration").forEach(rules::checkAccess);
        rules.of("Integration").forEach(rules::checkOperators);
        rules.checkPrepared();
        rules.checkSelectors();
        return rules.problems;
    }

    private Map<String, JsonNode> of(String kind) {
        Map<String, JsonNode> found = new LinkedHashMap<>(resources);
        found.values().removeIf(resource -> !resource.path("kind").asText().equals(kind));
        return found;
    }

    private void require(boolean condition, String problem, Object... values) {
        if (!condition) {
            problems.add(problem.formatted(values));
        }
    }

    private void checkIntegration(String key, JsonNode integration) {
        Set<String> missing = new TreeSet<>(Dependencies.of(integration.at("/spec/flows")));
        Integration.dependencies(integration).forEach(missing::remove);
        require(missing.isEmpty(), "%s /spec/dependencies: the flows use %s, which is not listed: they would not start. Run k8s/generate.", key, missing);
        ROUTES.problems(Yaml.write(integration.at("/spec/flows"))).forEach(problem -> problems.add(key + " /spec/flows" + problem));
        JsonNode traits = integration.at("/spec/traits");
        require(traits.at("/cron/enabled").isBoolean() && !traits.at("/cron/enabled").asBoolean(),
                "%s /spec/traits/cron/enabled: is not false: Camel K would make a job of routes that have to run. Set it to false.", key);
        require(traits.at("/container/runAsNonRoot").asBoolean() && traits.at("/container/runAsUser").asInt() > 0 && !traits.at("/container/allowPrivilegeEscalation").asBoolean(true)
                && traits.at("/container/capabilitiesDrop/0").asText().equals("ALL") && traits.at("/security-context/runAsNonRoot").asBoolean(),
                "%s /spec/traits/container: is no restricted security context: a restricted namespace would refuse the pod. Run k8s/generate.", key);
        for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            require(traits.at("/health/" + probe + "Enabled").asBoolean(),
                    "%s /spec/traits/health/%s: is off: nobody would notice a pod that does nothing. Run k8s/generate.", key, probe);
        }
        require(traits.at("/container/limitMemory").isTextual(), "%s /spec/traits/container/limitMemory: is missing: one pod could starve a node. Set it.", key);
        traits.at("/environment/vars").forEach(variable -> checkVariable(key, variable.asText()));
        traits.at("/mount/resources").forEach(resource -> checkReference(key, "mount/resources", resource.asText()));
        require(!isXa(integration) || integration.at("/spec/replicas").asInt() == 1 && traits.at("/deployment/strategy").asText().equals("Recreate")
                && traits.at("/mount/volumes").size() == 1, "%s /spec: an XA application has one replica, strategy Recreate and a volume for its object "
                        + "store: two of one name would end each other's transactions. Run k8s/generate.", key);
    }

    private static boolean isXa(JsonNode integration) {
        return integration.at("/spec/traits/environment/vars").toString().contains("XA_OBJECT_STORE");
    }

    /** Passwords, tokens and addresses that hold some come from Secrets; what is referred to is there, or made by an operator. */
    private void checkVariable(String key, String variable) {
        String[] parts = variable.split("=", 2);
        require(parts.length == 2 && (!parts[0].matches(".*(PASSWORD|LOGINS|WEBHOOK).*") || parts[1].startsWith("secret:")),
                "%s /spec/traits/environment/vars: %s has its value in the manifest: everybody could read it. Use secret:name/key.", key, parts[0]);
        checkReference(key, "environment/vars", parts[parts.length - 1]);
    }

    private void checkReference(String key, String place, String reference) {
        if (!reference.matches("(configmap|secret):.*")) {
            return;
        }
        String[] parts = reference.replaceFirst("@.*", "").split("[:/]");
        boolean there = parts[0].equals("configmap") ? of("ConfigMap").values().stream().anyMatch(map -> named(map, parts[1]) && map.get("data").has(parts[2]))
                : of("Secret").values().stream().anyMatch(secret -> named(secret, parts[1]) && secret.get("stringData").has(parts[2]))
                || of("Cluster").values().stream().anyMatch(cluster -> named(cluster, parts[1].replaceFirst("-app$", "")) && Set.of("username", "password").contains(parts[2]))
                || of("KafkaUser").values().stream().anyMatch(user -> named(user, parts[1]) && Set.of("user.p12", "user.password").contains(parts[2]))
                || of("Kafka").values().stream().anyMatch(kafka -> parts[1].equals(kafka.at("/metadata/name").asText() + "-cluster-ca-cert"));
        require(there, "%s /spec/traits/%s: %s is not there: the pod would not start. Add it, or correct the name.", key, place, reference);
    }

    private static boolean named(JsonNode resource, String name) {
        return resource.at("/metadata/name").asText().equals(name);
    }

    private void checkContainer(String key, JsonNode container) {
        JsonNode security = container.path("securityContext");
        require(!security.path("allowPrivilegeEscalation").asBoolean(true) && security.at("/capabilities/drop/0").asText().equals("ALL"),
                "%s containers/%s/securityContext: is not restricted: the namespace would refuse the pod. Set allowPrivilegeEscalation and capabilities.",
                key, container.path("name").asText());
        require(container.at("/resources/limits/memory").isTextual(), "%s containers/%s/resources: has no memory limit: one pod could starve a node. Set it.",
                key, container.path("name").asText());
    }

    private void checkScaling(String key, JsonNode scaled) {
        String target = scaled.at("/spec/scaleTargetRef/name").asText();
        JsonNode integration = of("Integration").values().stream().filter(node -> node.at("/metadata/name").asText().equals(target)).findFirst().orElse(null);
        require(integration != null && !integration.at("/spec").has("replicas"),
                "%s /spec/scaleTargetRef: %s is no Integration of this overlay without replicas of its own: both would set their number. Patch it.", key, target);
        for (JsonNode trigger : scaled.at("/spec/triggers")) {
            if (trigger.path("type").asText().equals("kafka") && integration != null) {
                require(trigger.at("/metadata/bootstrapServers").asText().matches("[^:]+\\.svc(\\..*)?:[0-9]+"),
                        "%s /spec/triggers: bootstrapServers has no namespace: KEDA asks from its own. Write name.namespace.svc:port.", key);
                String topic = trigger.at("/metadata/topic").asText();
                String group = trigger.at("/metadata/consumerGroup").asText();
                require(integration.at("/spec/flows").toString().contains("\"value\":\"" + group + "\"") && topics().contains(topic),
                        "%s /spec/triggers: nobody in %s reads %s as %s: it would never scale. Correct topic and group.", key, target, topic, group);
                int partitions = resources.values().stream().filter(node -> node.at("/metadata/name").asText().equals(topic))
                        .mapToInt(node -> node.at("/spec/partitions").asInt()).sum();
                require(scaled.at("/spec/maxReplicaCount").asInt() <= partitions,
                        "%s /spec/maxReplicaCount: is above the %s partitions of %s: the rest would do nothing. Lower it.", key, partitions, topic);
            }
        }
    }

    /** What an application reads and writes, its KafkaUser may; and its database lets it in. */
    private void checkAccess(String key, JsonNode integration) {
        String name = integration.at("/metadata/name").asText();
        Map<String, JsonNode> users = of("KafkaUser");
        Access access = Access.of(integration.at("/spec/flows"), settings);
        boolean addressed = integration.at("/spec/traits/environment/vars").toString().contains("KAFKA_BROKERS=");
        require(addressed || !access.receives(), "%s /spec/traits/environment/vars: has no KAFKA_BROKERS, and receives: it would ask localhost. Add it.", key);
        boolean needsUser = addressed && !users.isEmpty();
        users.values().removeIf(user -> !integration.at("/spec/traits/mount/resources").toString().contains("secret:" + user.at("/metadata/name").asText() + "/user.p12"));
        require(!needsUser || !users.isEmpty() && integration.at("/spec/traits/camel/properties").toString().contains("security-protocol=SSL"),
                "%s /spec/traits: has no certificate of a KafkaUser and security-protocol=SSL: the broker would not let it in. Patch it.", key);
        users.values().forEach(user -> access.without(user).forEach(missing -> problems.add(
                "KafkaUser " + user.at("/metadata/name").asText() + " /spec/authorization/acls: " + name + " needs " + missing + ", which is not there: its messages would wait. Add it.")));
        for (JsonNode variable : integration.at("/spec/traits/environment/vars")) {
            String database = variable.asText().replaceFirst("=.*", "").toLowerCase().replace('_', '-');
            if (database.matches("database-.*-url") && !of("NetworkPolicy").isEmpty()) {
                String cluster = database.replaceAll("^database-|-url$", "");
                require(of("NetworkPolicy").values().stream().anyMatch(policy -> policy.at("/spec/podSelector/matchLabels/cnpg.io~1cluster").asText().equals(cluster)
                        && policy.at("/spec/ingress").toString().contains("\"" + name + "\"")),
                        "NetworkPolicy of %s: does not let %s in: it would not start. Add it to spec.ingress.", cluster, name);
            }
        }
    }

    /** Metrics and the operators' API are on one port. */
    private void checkOperators(String key, JsonNode integration) {
        String name = integration.at("/metadata/name").asText();
        if (integration.at("/spec/traits/environment/vars").toString().contains("\"OPERATE_LOGINS=")) {
            of("NetworkPolicy").forEach((policy, node) -> require(node.at("/spec/ingress").isEmpty() || !selects(node.at("/spec/podSelector"), name),
                    "%s /spec/podSelector: lets others in to %s, and so to the operators' API. Leave that out of it.", policy, name));
        }
    }

    /** By the label that Camel K gives its pods. */
    private static boolean selects(JsonNode selector, String integration) {
        String label = "camel.apache.org/integration";
        boolean selects = selector.path("matchLabels").isMissingNode() || selector.path("matchLabels").path(label).asText().equals(integration);
        for (JsonNode expression : selector.path("matchExpressions")) {
            boolean listed = expression.path("values").valueStream().anyMatch(value -> value.asText().equals(integration));
            selects &= expression.path("key").asText().equals(label) && switch (expression.path("operator").asText()) {
                case "In" -> listed;
                case "NotIn" -> !listed;
                default -> true;
            };
        }
        return selects;
    }

    private Set<String> topics() {
        Set<String> topics = new TreeSet<>();
        settings.stringPropertyNames().stream().filter(name -> name.startsWith("outbox.destination.")).forEach(name -> topics.add(settings.getProperty(name)));
        return topics;
    }

    private void checkTopics() {
        Map<String, JsonNode> declared = of("KafkaTopic");
        if (!declared.isEmpty()) {
            Set<String> missing = topics();
            declared.values().forEach(topic -> missing.remove(topic.at("/metadata/name").asText()));
            require(missing.isEmpty(), "KafkaTopic %s is missing: outbox.destination.* names it, and its messages would wait. Add it to kafka-topics.yaml.", missing);
        }
    }

    private void checkPrepared() {
        if (of("Integration").values().stream().anyMatch(ManifestRules::isXa)) {
            of("Cluster").forEach((key, cluster) -> require(cluster.at("/spec/postgresql/parameters/max_prepared_transactions").asInt() > 0,
                    "%s /spec/postgresql/parameters/max_prepared_transactions: is missing: it would refuse each XA transaction. Patch it.", key));
        }
    }

    /** A budget, policy or monitor that selects no Integration protects nothing. */
    private void checkSelectors() {
        Set<String> integrations = new HashSet<>();
        of("Integration").values().forEach(integration -> integrations.add(integration.at("/metadata/name").asText()));
        resources.forEach((key, resource) -> {
            for (JsonNode labels : resource.findValues("matchLabels")) {
                String name = labels.path("camel.apache.org/integration").asText(null);
                require(name == null || integrations.contains(name), "%s matchLabels: there is no Integration %s: it would select nothing. Correct the name.", key, name);
            }
            for (JsonNode expressions : resource.findValues("matchExpressions")) {
                expressions.forEach(expression -> expression.path("values").forEach(value -> require(
                        !expression.path("key").asText().equals("camel.apache.org/integration") || integrations.contains(value.asText()),
                        "%s matchExpressions: there is no Integration %s: it would select nothing. Correct the name.", key, value.asText())));
            }
        });
    }
}
