package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A Kafka broker in a process of its own, on a free port, with its data in a folder: it can be killed and started again. */
public final class Kafka implements AutoCloseable {

    private final Path folder;
    private final Path settings;
    private final int port;
    private Process process;

    public Kafka(Path folder) {
        this(folder, Map.of());
    }

    /**
     * A broker with further listeners, for clients behind a {@link TcpProxy} or on other hosts: a client is sent to what its listener
     * advertises.
     *
     * @param further the advertised addresses by the addresses that the broker listens on, each an IP address and a port, not null
     */
    public Kafka(Path folder, Map<String, String> further) {
        this(folder, further, null);
    }

    /** A broker whose further listener, at the port, takes only clients with the certificate. */
    public Kafka(Path folder, int securedPort, Certificates certificates) {
        this(folder, Map.of("127.0.0.1:" + securedPort, "127.0.0.1:" + securedPort), certificates);
    }

    private Kafka(Path folder, Map<String, String> further, Certificates certificates) {
        // an interrupted test leaves no broker behind
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        try {
            this.folder = Files.createDirectories(folder);
            this.port = Ports.free();
            int controller = Ports.free();
            this.settings = Files.writeString(folder.resolve("server.properties"), """
                    process.roles=broker,controller
                    node.id=1
                    controller.quorum.voters=1@127.0.0.1:%2$d
                    listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d%4$s
                    advertised.listeners=PLAINTEXT://127.0.0.1:%1$d%5$s
                    listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT%6$s
                    inter.broker.listener.name=PLAINTEXT
                    controller.listener.names=CONTROLLER
                    log.dirs=%3$s
                    offsets.topic.replication.factor=1
                    offsets.topic.num.partitions=4
                    transaction.state.log.replication.factor=1
                    transaction.state.log.min.isr=1
                    group.initial.rebalance.delay.ms=0
                    auto.create.topics.enable=false
                    broker.session.timeout.ms=3000
                    broker.heartbeat.interval.ms=500
                    """.formatted(port, controller, folder.resolve("data").toString().replace('\\', '/'),
                    join(further, ",P%1$s://%2$s"), join(further, ",P%1$s://%3$s"), join(further, certificates == null ? ",P%1$s:PLAINTEXT" : ",P%1$s:SSL"))
                    + (certificates == null ? Stream.<String>empty() : certificates.brokerSettings().entrySet().stream().map(entry -> entry + "\n"))
                            .collect(Collectors.joining()));
            if (run(List.of("kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", settings.toString())).waitFor() != 0) {
                throw new IOException(log());
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("Kafka's storage cannot be formatted in " + folder, e);
        }
    }

    private static String join(Map<String, String> addresses, String format) {
        return addresses.entrySet().stream().map(address -> format.formatted(address.getKey().replaceFirst(".*:", ""), address.getKey(),
                address.getValue())).collect(Collectors.joining());
    }

    /** Another setting of the broker, before it starts. */
    public Kafka set(String name, String value) {
        try {
            Files.writeString(settings, name + "=" + value + "\n", StandardOpenOption.APPEND);
            return this;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts the broker and returns when it answers. */
    public Kafka start() {
        try {
            process = run(List.of("kafka.Kafka", settings.toString()));
        } catch (IOException e) {
            throw new IllegalStateException("Kafka cannot be started", e);
        }
        try {
            Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> !process.isAlive() || answers());
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException("Kafka on " + brokers() + " does not answer: " + log(), e);
        }
        if (!process.isAlive()) {
            throw new IllegalStateException("Kafka on " + brokers() + " ended with " + process.exitValue() + ": " + log());
        }
        return this;
    }

    private boolean answers() throws InterruptedException {
        try (Admin admin = admin()) {
            return !admin.describeCluster(new DescribeClusterOptions().timeoutMs(5_000)).nodes().get().isEmpty();
        } catch (ExecutionException e) {
            return false;
        }
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("kafka.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private Process run(List<String> arguments) throws IOException {
        List<String> command = Java.shortLived("-Xmx512m");
        Stream.ofNullable(System.getProperty("kafka.options")).forEach(command::add);
        command.addAll(SharedClasses.options("kafka"));
        command.addAll(List.of("-cp", Java.brokerClasspath()));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("kafka.log").toFile())).start();
    }

    /** Its process id, while it runs. */
    public OptionalLong pid() {
        return process != null && process.isAlive() ? OptionalLong.of(process.pid()) : OptionalLong.empty();
    }

    /** Stops the broker at once (SIGKILL): clients see a cut connection. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Lets the broker end (SIGTERM). */
    public void stop() {
        process.destroy();
        process.onExit().join();
    }

    /** Kills the broker and starts it again without the records of a partition; its topic is the same. */
    public void loseRecords(String partition) {
        kill();
        try (Stream<Path> files = Files.list(folder.resolve("data").resolve(partition))) {
            for (Path file : files.filter(file -> !file.getFileName().toString().equals("partition.metadata")).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        start();
    }

    /** Suspends the broker (SIGSTOP): clients wait for its answers. */
    public void pause() {
        signal("STOP");
    }

    /** Lets it go on. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).inheritIO().start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("Kafka cannot be sent SIG" + name, e);
        }
    }

    public String brokers() {
        return "127.0.0.1:" + port;
    }

    public Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", brokers(), "default.api.timeout.ms", "60000", "request.timeout.ms", "20000"));
    }

    public void createTopics(int partitions, String... names) {
        createTopics(partitions, Map.of(), names);
    }

    /** @param settings of the topics that are not the broker's defaults, not null */
    public void createTopics(int partitions, Map<String, String> settings, String... names) {
        List<NewTopic> topics = Arrays.stream(names).map(name -> new NewTopic(name, partitions, (short) 1).configs(settings)).toList();
        try (Admin admin = admin()) {
            Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> create(admin, topics));
        }
    }

    /** False if the broker is fenced, as it is for a moment when it has stood still. */
    private static boolean create(Admin admin, List<NewTopic> topics) throws Exception {
        boolean created = true;
        for (Map.Entry<String, KafkaFuture<Void>> topic : admin.createTopics(topics).values().entrySet()) {
            try {
                topic.getValue().get(1, TimeUnit.MINUTES);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof InvalidReplicationFactorException) {
                    created = false;
                } else if (!(e.getCause() instanceof TopicExistsException)) {
                    throw new IllegalStateException("topic " + topic.getKey() + " cannot be created", e);
                }
            }
        }
        return created;
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
    }
}
