package harness;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The JVM and the build folder that processes of the tests and the demo run from. */
public final class Java {

    /**
     * Options for a JVM that lives for one test: started soon, with one compiler, and with memory in large pages where the system has them,
     * for a virtual machine pays dearly for each page.
     */
    public static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+IgnoreUnrecognizedVMOptions -XX:+UseTransparentHugePages";

    private Java() {
    }

    /** A command that runs a JVM for one test. */
    public static List<String> shortLived(String... arguments) {
        List<String> command = new ArrayList<>(List.of(executable()));
        command.addAll(List.of(SHORT_LIVED.split(" ")));
        command.addAll(List.of(arguments));
        return command;
    }

    public static String executable() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The root of the checkout: the working directory, or the one above a module. */
    public static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("routes"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    public static Path target() {
        return root().resolve("target");
    }

    /** Lets a process that runs ./mvnw or ./camelw use the local repository of this build: the pack that is tested is there. */
    public static ProcessBuilder withRepository(ProcessBuilder builder) {
        builder.environment().putIfAbsent("MAVEN_OPTS", SHORT_LIVED);
        String repository = System.getProperty("maven.repo.local");
        if (repository != null) {
            builder.environment().putIfAbsent("MAVEN_ARGS", "-Dmaven.repo.local=" + repository);
        }
        return builder;
    }

    /** The class path of the tests, for a process that runs routes without Camel JBang. */
    public static String testClasspath() {
        // folders come last: classes of jars can be shared, and those of folders cannot
        return jars() + ":" + target().resolve("test-classes") + ":" + target().resolve("classes");
    }

    static String jars() {
        return built("test.classpath");
    }

    /** The class path of the broker, whose kafka-clients are newer than Camel's. */
    public static String brokerClasspath() {
        return built("kafka.classpath");
    }

    private static String built(String file) {
        try {
            return Files.readString(target().resolve(file)).trim();
        } catch (java.io.IOException e) {
            throw new IllegalStateException("build first: ./mvnw test-compile", e);
        }
    }
}
