package k8s;

import java.util.List;
import java.util.Properties;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The Integration of an application, and what only its kind of application needs. */
final class Integration {

    private static final int USER = 1000;

    private Integration() {
    }

    static ObjectNode of(Application application) {
        ObjectNode integration = JsonNodeFactory.instance.objectNode().put("apiVersion", "camel.apache.org/v1").put("kind", "Integration");
        ObjectNode metadata = integration.putObject("metadata").put("name", application.name());
        metadata.putObject("labels").put("app.kubernetes.io/name", application.name()).put("app.kubernetes.io/part-of", "reliable-routes");
        metadata.putObject("annotations").put("camel.apache.org/description", application.description());
        ObjectNode spec = integration.putObject("spec").put("replicas", application.replicas());
        List<JsonNode> flows = application.flows();
        Set<String> dependencies = Dependencies.of(flows);
        dependencies.forEach(spec.putArray("dependencies")::add);
        traits(application, dependencies.contains("camel:kafka"), spec.putObject("traits"));
        if (application.xa()) {
            // a new volume belongs to root; the container is named because the CRD wants one
            ObjectNode pod = spec.putObject("template").putObject("spec");
            pod.putArray("containers").addObject().put("name", "integration");
            pod.putObject("securityContext").put("fsGroup", USER);
        }
        flows.forEach(spec.putArray("flows")::add);
        return integration;
    }

    static List<String> dependencies(JsonNode integration) {
        return integration.at("/spec/dependencies").valueStream().map(JsonNode::asText).toList();
    }

    private static void traits(Application application, boolean kafka, ObjectNode traits) {
        ObjectNode camel = traits.putObject("camel").put("runtimeProvider", "plain-quarkus").put("runtimeVersion", Application.runtime());
        Properties settings = Dependencies.settings("application.properties");
        camel.putArray("properties").add("quarkus.http.limits.max-body-size=" + settings.getProperty("camel.server.maxBodySize"));
        // a process without memory would go on with some of its threads
        traits.putObject("jvm").putArray("options").add("-XX:+ExitOnOutOfMemoryError");
        // one poll of a scheduler is no job: the routes have to run all the time
        traits.putObject("cron").put("enabled", false);
        ObjectNode container = traits.putObject("container").put("port", 8080).put("portName", "http").put("requestCPU", "250m")
                .put("requestMemory", "384Mi").put("limitCPU", "1").put("limitMemory", "768Mi").put("runAsNonRoot", true)
                // the images of Camel K before 2.11 name no user
                .put("runAsUser", USER).put("allowPrivilegeEscalation", false).put("seccompProfileType", "RuntimeDefault");
        container.putArray("capabilitiesDrop").add("ALL");
        traits.putObject("security-context").put("runAsNonRoot", true).put("runAsUser", USER).put("seccompProfileType", "RuntimeDefault");
        // their paths are the operator's business: they differ between its releases
        traits.putObject("health").put("enabled", true).put("livenessProbeEnabled", true).put("readinessProbeEnabled", true)
                .put("startupProbeEnabled", true).put("startupPeriod", 5).put("startupFailureThreshold", 24);
        traits.putObject("prometheus").put("enabled", true).put("podMonitor", false);
        traits.putObject("service").put("enabled", application.http());
        environment(application, kafka, traits.putObject("environment").putArray("vars"));
        ObjectNode mount = traits.putObject("mount");
        // where Quarkus looks for it; what releases of the operator do with mount.configs differs
        mount.putArray("resources").add("configmap:" + (application.xa() ? "reliable-routes-xa-settings" : "reliable-routes-settings")
                + "/application.properties@/deployments/config/application.properties");
        if (application.xa()) {
            mount.putArray("volumes").add(store(application) + ":/var/lib/reliable-routes");
            // two at a time would be two transaction managers of one name
            traits.putObject("deployment").put("strategy", "Recreate");
        }
    }

    private static void environment(Application application, boolean kafka, ArrayNode variables) {
        if (kafka) {
            variables.add("KAFKA_BROKERS=configmap:reliable-routes-addresses/KAFKA_BROKERS");
        }
        for (String database : application.databases()) {
            String prefix = "DATABASE_" + database.toUpperCase().replace('-', '_');
            variables.add(prefix + "_URL=configmap:reliable-routes-addresses/" + prefix + "_URL");
            variables.add(prefix + "_USER=secret:" + database + "-app/username");
            variables.add(prefix + "_PASSWORD=secret:" + database + "-app/password");
        }
        if (application.xa()) {
            variables.add("JMS_URL=configmap:reliable-routes-addresses/JMS_URL");
            variables.add("JMS_USER=secret:jms-app/username").add("JMS_PASSWORD=secret:jms-app/password");
            variables.add("XA_NODE_IDENTIFIER=" + application.name()).add("XA_OBJECT_STORE=file:/var/lib/reliable-routes/" + application.name());
        }
        if (application.routes().contains("operate")) {
            for (String setting : List.of("CHANNELS", "MAIL_HOST", "MAIL_PORT", "MAIL_FROM", "MAIL_TO")) {
                variables.add("ALERT_" + setting + "=configmap:reliable-routes-addresses/ALERT_" + setting);
            }
            variables.add("ALERT_WEBHOOK_URL=secret:operators/webhook-url").add("OPERATE_LOGINS=secret:operators/logins");
        }
        if (application.environment() != null) {
            application.environment().forEach(variables::add);
        }
    }

    /** The volume that has to survive the pod: what it holds decides about prepared transactions. */
    static ObjectNode objectStore(Application application) {
        ObjectNode claim = JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
        claim.putObject("metadata").put("name", store(application));
        ObjectNode spec = claim.putObject("spec");
        spec.putArray("accessModes").add("ReadWriteOnce");
        spec.putObject("resources").putObject("requests").put("storage", "1Gi");
        return claim;
    }

    private static String store(Application application) {
        return application.name() + "-object-store";
    }
}
