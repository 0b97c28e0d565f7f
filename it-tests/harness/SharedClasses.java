package harness;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;

/**
 * Archives of the classes that a JVM of bank B and one of its broker load: with them it starts in two thirds of the time. A process beside the first
 * tests of a build makes them; what starts earlier goes without, and so does a JVM with another class path.
 */
public final class SharedClasses {

    /** Of a JDK and of class paths: to others the archives are of no use. */
    private static final Path FOLDER = Java.target().resolve("shared-classes-" + Runtime.version() + "-" + Integer.toHexString(Objects.hash(Java.jars(), Java.brokerClasspath())));
    private static boolean wanted;

    private SharedClasses() {
    }

    /** Has the archives made, unless they are there or somebody is about to make them. Returns at once. */
    static synchronized void want() {
        if (wanted || Files.exists(archive("kafka"))) {
            return;
        }
        wanted = true;
        try {
            // held until this JVM ends: another one of this build has nothing to do
            FileChannel lock = FileChannel.open(Files.createDirectories(FOLDER).resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock.tryLock() == null) {
                return;
            }
            Process process = new ProcessBuilder(Java.shortLived("-XX:DumpLoadedClassList=" + list("routes"), "-Dkafka.options=-XX:DumpLoadedClassList=" + list("kafka"),
                    "-cp", Java.testClasspath(), SharedClasses.class.getName())).redirectErrorStream(true).redirectOutput(FOLDER.resolve("log").toFile()).start();
            // by SIGTERM: it has servers of its own to end
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Options for a JVM whose class path begins with that of the archive. */
    static List<String> options(String name) {
        // one with another class path starts without the archive, and says so
        return Files.exists(archive(name)) ? List.of("-XX:SharedArchiveFile=" + archive(name), "-Xlog:disable", "-Xlog:all=error:stderr") : List.of();
    }

    private static Path list(String name) {
        return FOLDER.resolve(name + ".lst");
    }

    private static Path archive(String name) {
        return FOLDER.resolve(name + ".jsa");
    }

    public static void main(String[] arguments) throws Exception {
        wanted = true;
        ReceivingBank bank = new ReceivingBank();
        try (Routes routes = Routes.start(bank.settings, "bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml", "bank-b-relay.camel.yaml")) {
            bank.request("k", "m-1", "t-1");
            ReceivingBank.await().until(() -> bank.booked().size() == 1);
        }
        dump("routes", Java.jars());
        dump("kafka", Java.brokerClasspath());
        System.exit(0);
    }

    private static void dump(String name, String classpath) throws IOException, InterruptedException {
        Path unfinished = FOLDER.resolve(name + ".unfinished");
        new ProcessBuilder(Java.shortLived("-Xshare:dump", "-XX:SharedClassListFile=" + list(name), "-XX:SharedArchiveFile=" + unfinished, "-cp", classpath)).inheritIO().start().waitFor();
        Files.move(unfinished, archive(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
