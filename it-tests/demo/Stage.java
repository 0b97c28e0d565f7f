package demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Database;
import harness.Http;
import harness.Java;
import harness.Ports;
import harness.RouteProcess;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.awaitility.Awaitility;

/** The servers and the applications that a demo runs on. It starts them on free ports and cleans up after them. */
abstract class Stage implements AutoCloseable {

    final Path folder;
    final int httpPort = Ports.free();
    private final int servicePort = Ports.free();
    private final Map<String, RouteProcess> applications = new LinkedHashMap<>();
    private EmbeddedPostgres postgres;
    private Process service;
    private Example example;
    private Progress progress;
    private final Guard guard;
    private boolean keepsLogs;

    Stage() throws IOException {
        folder = Files.createTempDirectory("reliable-routes-demo");
        guard = new Guard(folder);
    }

    /** Starts the broker and makes what is to be on it; called while PostgreSQL starts. */
    abstract void startBroker();

    abstract void stopBroker();

    /** The broker's process, if it has one now. */
    abstract OptionalLong broker();

    /** Adds the applications. */
    abstract void addApplications(Map<String, String> settings);

    /** How a customer requests a transfer or an order, once; empty if nobody knows whether the request is taken. */
    abstract Function<Map<String, Object>, Optional<String>> requests();

    /** Kills things while customers request so many: each of them when it has work. */
    abstract void chaos(Customers customers, int count);

    final void chaos(Customers customers, int count, Progress shown) {
        progress = shown;
        chaos(customers, count);
    }

    /** What to try while everything is left running, a line each. */
    abstract List<String> hints();

    final void start() throws IOException {
        CompletableFuture<Void> broker = CompletableFuture.runAsync(this::startBroker);
        postgres = EmbeddedPostgres.builder().setDataDirectory(folder.resolve("postgres")).setPGStartupWait(Duration.ofSeconds(60)).setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                .setServerConfig("max_prepared_transactions", "100").setOutputRedirector(ProcessBuilder.Redirect.DISCARD).start();
        example = openExample();
        broker.join();
        watch();
        service = new ProcessBuilder(Java.shortLived("-Xmx64m", "-cp", Java.testClasspath(), NotificationService.class.getName(), String.valueOf(servicePort))).redirectErrorStream(true)
                .redirectOutput(folder.resolve("notification-service.log").toFile()).start();
        Map<String, String> settings = example.settings();
        settings.put("notifier.service-timeout", "1000");
        // what is parked comes again while somebody looks
        settings.put("inbox.retry.first-delay", "2s");
        settings.put("inbox.retry.delay", "1s");
        settings.put("notifier.service-url", serviceUrl());
        addApplications(settings);
        System.out.println("Starting " + String.join(", ", applications.keySet()) + " with Camel JBang");
        applications.values().forEach(RouteProcess::start);
        watch();
        applications.values().forEach(RouteProcess::awaitStarted);
    }

    /** Tells the guard what is running now. */
    final synchronized void watch() {
        List<Long> processes = new ArrayList<>();
        broker().ifPresent(processes::add);
        if (service != null) {
            processes.add(service.pid());
        }
        applications.values().forEach(application -> application.pid().ifPresent(processes::add));
        try {
            processes.add(Long.parseLong(Files.readAllLines(folder.resolve("postgres/postmaster.pid")).get(0).trim()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        guard.watch(processes);
    }

    /** Makes the databases. */
    Example openExample() {
        return new TransferExample(openBank());
    }

    Bank openBank() {
        return Bank.open(database("bank_a"), database("bank_b"), database("notifier"));
    }

    final Database database(String name) {
        String url = "jdbc:postgresql://localhost:" + postgres.getPort() + "/";
        new Database(url + "postgres").update("CREATE DATABASE " + name);
        return new Database(url + name);
    }

    /** Adds an application: files of routes/, with * for any text, and options of Camel JBang. */
    final void add(String name, Map<String, String> settings, String... arguments) {
        add(name, settings, httpPort, arguments);
    }

    /** The same with a port of its own. */
    final void add(String name, Map<String, String> settings, int port, String... arguments) {
        applications.put(name, RouteProcess.camelJbang(folder.resolve(name + ".log"), settings, port, arguments));
    }

    final Example example() {
        return example;
    }

    /** Where the service of somebody else listens. */
    final String serviceUrl() {
        return "http://localhost:" + servicePort + "/notifications";
    }

    /** Returns when so many requests have ended. */
    final void awaitEnded(int count) {
        Awaitility.await().atMost(Duration.ofMinutes(10)).pollInterval(Duration.ofMillis(20)).until(() -> example.ended() >= count);
    }

    /** Tells what is about to be killed, and how far the requests are. */
    final void tellOfKilling(String what) {
        System.out.println(progress.line() + "\nkill -9 " + what);
    }

    /** Kills all of these, and then starts them. */
    final void restart(String... names) {
        List<RouteProcess> killed = Arrays.stream(names).map(applications::get).toList();
        tellOfKilling(String.join(", ", names));
        killed.forEach(RouteProcess::kill);
        killed.forEach(RouteProcess::start);
        watch();
        killed.forEach(RouteProcess::awaitStarted);
        System.out.println(String.join(", ", names) + (names.length == 1 ? " is back" : " are back"));
    }

    /** The service of somebody else refuses everybody, in one way after the other, each until somebody has felt it. */
    final void refuseEverybody() {
        for (NotificationService.Mood mood : NotificationService.Mood.values()) {
            if (mood != NotificationService.Mood.FINE) {
                mood(mood);
                Awaitility.await(mood.toString()).atMost(Duration.ofMinutes(10)).until(() -> books().at("/refused/" + mood).asInt() >= 2);
            }
        }
        mood(NotificationService.Mood.FINE);
        System.out.println("The " + example.service() + " takes messages again");
    }

    private void mood(NotificationService.Mood mood) {
        try {
            Http.put("http://localhost:" + servicePort + "/mood", mood.name());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** That service's own books: what it has sent, and how often it was called. */
    final JsonNode books() throws IOException {
        return new ObjectMapper().readTree(Http.body(serviceUrl()));
    }

    final void keepLogs() {
        keepsLogs = true;
        System.out.println("The logs are kept in " + folder);
    }

    @Override
    public final synchronized void close() {
        applications.values().forEach(RouteProcess::close);
        applications.clear();
        if (service != null) {
            service.destroyForcibly();
        }
        stopBroker();
        try {
            if (postgres != null) {
                postgres.close();
                postgres = null;
            }
            if (Files.exists(folder) && !keepsLogs) {
                try (Stream<Path> files = Files.walk(folder)) {
                    files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
                }
            }
            guard.close();
        } catch (IOException e) {
            System.err.println(folder + " could not be cleaned up: " + e.getMessage());
        }
    }
}
