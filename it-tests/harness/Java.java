package harness;

import java.nio.file.Files;
import java.nio.file.Path;

/** The JVM and the build folder that processes of the tests and the demo run from. */
public final class Java {

    private Java() {
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
        String repository = System.getProperty("maven.repo.local");
        if (repository != null) {
            builder.environment().putIfAbsent("MAVEN_ARGS", "-Dmaven.repo.local=" + repository);
        }
        return builder;
    }

    /** The class path of the tests, for a process that runs routes without Camel JBang. */
    public static String testClasspath() {
        try {
            return target().resolve("test-classes") + ":" + target().resolve("classes") + ":"
                    + Files.readString(target().resolve("test.classpath")).trim();
        } catch (java.io.IOException e) {
            throw new IllegalStateException("build first: ./mvnw test-compile", e);
        }
    }
}
