package k8s;

import java.util.Set;

/** A runtime that Camel K's operator builds with. Extensions that are not published for it are stood in for by Camel's own artifact. */
enum CamelK {

    /** Camel 4.14. */
    PLAIN_QUARKUS_3_27_0("3.27.0", Set.of("sql", "scheduler")),
    /** Camel 4.17. */
    PLAIN_QUARKUS_3_31_2("3.31.2", Set.of("sql", "scheduler", "jdbc", "mail"));

    /** Version of the Quarkus platform. */
    final String quarkus;
    private final Set<String> unpublished;

    CamelK(String quarkus, Set<String> unpublished) {
        this.quarkus = quarkus;
        this.unpublished = unpublished;
    }

    /** {@code camel:kafka} or {@code mvn:group:artifact:version} as Maven writes it. */
    String dependency(String dependency) {
        if (dependency.startsWith("camel:")) {
            String name = dependency.substring("camel:".length());
            if (!unpublished.contains(name)) {
                return maven("org.apache.camel.quarkus", "camel-quarkus-" + name, null);
            }
            return maven("org.apache.camel", "camel-" + name, null) + (Set.of("jdbc", "sql").contains(name)
                    // what the extension would bring
                    ? maven("io.quarkus", "quarkus-agroal", null) + maven("org.apache.camel.quarkus", "camel-quarkus-support-spring", null) : "");
        }
        String[] parts = dependency.split(":");
        return maven(parts[1], parts[2], parts.length > 3 ? parts[3] : null);
    }

    private static String maven(String group, String artifact, String version) {
        return "<dependency><groupId>" + group + "</groupId><artifactId>" + artifact + "</artifactId>"
                + (version == null ? "" : "<version>" + version + "</version>") + "</dependency>\n";
    }
}
