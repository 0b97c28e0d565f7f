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
    /** Whose lock is held until this JVM ends: another one of this build has nothing to do. */
    private static FileChannel recorder;

    private SharedClasses() {
    }

    /** Has the archives made, unless they are there or somebody is about to make them. Returns at once. */
    static synchronized void want() {
        if (wanted || Files.exists(archive("kafka"))) {
            return;
        }
        wanted = true;
        try {
            recorder = FileChannel.open(Files.createDirectories(FOLDER).resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (recorder.tryLock() == null) {
                return;
            }
            // its own: what an interrupted build has started may still write
            Path lists = Files.createTempDirectory(FOLDER, "lists");
            Process process = new ProcessBuilder(Java.shortLived("-XX:DumpLoadedClassList=" + lists.resolve("routes"), "-Dkafka.options=-XX:DumpLoadedClassList=" + lists.resolve("kafka"),
                    "-cp", Java.testClasspath(), SharedClasses.class.getName(), lists.toString())).redirectErrorStream(true).redirectOutput(lists.resolve("log").toFile()).start();
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
        Servers.kafka().stop();
        Path lists = Path.of(arguments[0]);
        dump(lists.resolve("routes"), Java.jars());
        dump(lists.resolve("kafka"), Java.brokerClasspath());
        System.exit(0);
    }

    private static void dump(Path list, String classpath) throws IOException, InterruptedException {
        // what a JVM that still runs has written may stop within a line
        String classes = Files.readString(list);
        Path whole = Files.writeString(Path.of(list + ".whole"), classes.substring(0, classes.lastIndexOf('\n') + 1));
        Path unfinished = Path.of(list + ".unfinished");
        Process process = new ProcessBuilder(Java.shortLived("-Xshare:dump", "-XX:SharedClassListFile=" + whole, "-XX:SharedArchiveFile=" + unfinished, "-cp", classpath)).inheritIO().start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        if (process.waitFor() == 0) {
            Files.move(unfinished, archive(list.getFileName().toString()), StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
