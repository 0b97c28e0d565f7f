package faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import demo.Bank;
import demo.NotificationService;
import harness.Database;
import harness.Java;
import harness.Kafka;
import harness.Ports;
import harness.Postgres;
import harness.RouteProcess;

/**
 * The example under load on servers of its own: all that a fault can hit. Time-outs are short, so that recovery is quick; what they
 * are by default changes how long it takes and nothing else.
 */
final class World implements AutoCloseable {

    /** How long a relay waits for the broker: {@code outbox.relay.send-deadline}. */
    static final int SEND_DEADLINE_SECONDS = 3;
    /** The largest batch of a relay: small, so that the duplicates of a repeated batch are few and their bound means something. */
    static final int BATCH_ROWS = 20;
    static final int BATCH_SHARDS = 4;
    /** How far away the servers are: a fault then often hits a transaction, and not the pause between two. */
    static final Duration LATENCY = Duration.ofNanos(400_000);

    /** Of each customer: a slow machine keeps up, for what is asked is what a fault does, and not how much goes through. */
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int PARTITIONS = 4;

    final int servicePort = Ports.free();
    final Postgres postgres;
    final Kafka kafka;
    final Wire wire;
    final Bank bank;
    final Load load;
    final RouteProcess service;
    final Book book = new Book();
    final List<Member> members = new ArrayList<>();
    private final Path folder;
    private final Layout layout;

    /** A world whose processes all run here, each behind proxies of its own. */
    World(Path folder, long seed) {
        this(folder, seed, new Members());
    }

    World(Path folder, long seed, Layout layout) {
        this(folder, seed, layout, PAUSE);
    }

    World(Path folder, long seed, Layout layout, Duration pause) {
        this.folder = folder;
        this.layout = layout;
        kafka = new Kafka(folder.resolve("kafka"), layout.listeners());
        postgres = new Postgres(folder.resolve("postgres"), layout.postgresSettings(folder));
        CompletableFuture<Postgres> starting = CompletableFuture.supplyAsync(postgres::start);
        kafka.start();
        starting.join();
        bank = openBank();
        kafka.createTopics(PARTITIONS, topics());
        wire = new Wire(kafka, Publication.TOPICS, PARTITIONS);
        service = RouteProcess.java(folder.resolve("service.log"), NotificationService.class, String.valueOf(servicePort), "400").start();
        startMembers();
        load = new Load(layout.apis(), seed, pause);
    }

    private Bank openBank() {
        List<Database> databases = Stream.of("bank_a", "bank_b", "notifier").map(postgres::database).toList();
        for (String name : List.of("bank_a", "bank_b", "notifier")) {
            postgres.database("postgres").update("CREATE DATABASE " + name);
        }
        Bank opened = Bank.open(databases.get(0), databases.get(1), databases.get(2));
        databases.forEach(Witness::install);
        return opened;
    }

    private static String[] topics() {
        Properties settings = new Properties();
        try (var reader = Files.newBufferedReader(Java.root().resolve("routes/application.properties"))) {
            settings.load(reader);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return settings.stringPropertyNames().stream().filter(name -> name.startsWith("outbox.destination."))
                .map(settings::getProperty).distinct().toArray(String[]::new);
    }

    private void startMembers() {
        members.addAll(layout.members(this, folder));
        members.forEach(member -> member.process().start());
        members.forEach(member -> member.process().awaitStarted());
    }

    /** The members of a kind. */
    List<Member> members(String kind) {
        return members.stream().filter(member -> member.kind().equals(kind)).toList();
    }

    /** How much all proxies have hindered so far. */
    int hindered() {
        return members.stream().mapToInt(member -> member.database().hindered() + member.broker().hindered()).sum();
    }

    @Override
    public void close() {
        members.forEach(member -> member.process().close());
        service.close();
        wire.close();
        kafka.close();
        postgres.close();
        layout.close();
    }
}
