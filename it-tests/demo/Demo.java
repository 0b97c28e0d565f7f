package demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Database;
import harness.Java;
import harness.Kafka;
import harness.RouteProcess;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.awaitility.Awaitility;

/** Runs transfer and notify on servers of its own, checks the result with {@link Invariants} and cleans up. */
public final class Demo implements AutoCloseable {

    private static final String HELP = """
            Usage: ./demo [--transfers N] [--chaos] [--keep]
              --transfers N  how many transfers to request (default 20)
              --chaos        kill -9 the relay, both banks and the broker meanwhile, and start them again
              --keep         leave everything running and say what to try; end with Ctrl-C
              --help         this text
            The exit status is 0 if every transfer ended once, with its notification, in order, and no money was lost.
            """;

    private static volatile boolean interrupted;

    private final Path folder = Files.createTempDirectory("reliable-routes-demo");
    private final Map<String, RouteProcess> applications = new LinkedHashMap<>();
    private final int httpPort = Kafka.freePort();
    private final int servicePort = Kafka.freePort();
    private EmbeddedPostgres postgres;
    private Kafka kafka;
    private Process service;
    private Bank bank;
    private boolean keepLogs;

    private Demo() throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            interrupted = true;
            close();
        }));
    }

    public static void main(String[] arguments) throws Exception {
        int transfers = 20;
        boolean chaos = false;
        boolean keep = false;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--transfers" -> transfers = number(++i < arguments.length ? arguments[i] : "");
                case "--chaos" -> chaos = true;
                case "--keep" -> keep = true;
                case "--help" -> {
                    System.out.print(HELP);
                    return;
                }
                default -> usage(arguments[i] + " is no option");
            }
        }
        int status = 1;
        try (Demo demo = new Demo()) {
            demo.startServers();
            demo.startApplications();
            status = demo.run(transfers, chaos, keep) ? 0 : 1;
        } catch (RuntimeException e) {
            // after Ctrl-C the servers are gone, and that is no news
            if (!interrupted) {
                e.printStackTrace();
            }
        }
        System.exit(status);
    }

    private static int number(String text) {
        if (!text.matches("[1-9][0-9]{0,5}")) {
            usage("--transfers (" + text + ") is not a number from 1 to 999999");
        }
        return Integer.parseInt(text);
    }

    private static void usage(String problem) {
        System.err.print(problem + ": nothing was started.\n" + HELP);
        System.exit(2);
    }

    private void startServers() throws IOException {
        say("Starting PostgreSQL and Kafka; data and logs are in " + folder);
        CompletableFuture<Kafka> broker = CompletableFuture.supplyAsync(() -> kafka = new Kafka(folder.resolve("kafka")).start());
        postgres = EmbeddedPostgres.builder().setPGStartupWait(Duration.ofSeconds(60)).setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                .setOutputRedirector(ProcessBuilder.Redirect.DISCARD).start();
        bank = Bank.open(database("bank_a"), database("bank_b"), database("notifier"));
        broker.join();
        for (String topic : new String[] {"transfer.requested", "transfer.completed", "transfer.rejected", "transfer.settled"}) {
            kafka.createTopics(4, topic, topic + ".dead");
        }
        service = new ProcessBuilder(Java.executable(), "-XX:TieredStopAtLevel=1", "-Xmx64m", "-cp", Java.testClasspath(),
                NotificationService.class.getName(), String.valueOf(servicePort)).redirectErrorStream(true)
                .redirectOutput(folder.resolve("notification-service.log").toFile()).start();
    }

    private Database database(String name) {
        String url = "jdbc:postgresql://localhost:" + postgres.getPort() + "/";
        new Database(url + "postgres").update("CREATE DATABASE " + name);
        return new Database(url + name);
    }

    private void startApplications() {
        Map<String, String> settings = bank.settings();
        settings.put("kafka.brokers", kafka.brokers());
        settings.put("notifier.service-timeout", "1000");
        settings.put("notifier.service-url", "http://localhost:" + servicePort + "/notifications");
        add("bank-a", settings, "bank-a-*.camel.yaml");
        add("bank-a-relay", settings, "bank-a-relay.camel.yaml");
        add("bank-b", settings, "bank-b-*.camel.yaml");
        add("notifier", settings, "notifier-*.camel.yaml");
        say("Starting " + String.join(", ", applications.keySet()) + " with Camel JBang");
        applications.values().forEach(RouteProcess::start);
        applications.values().forEach(RouteProcess::awaitStarted);
    }

    private void add(String name, Map<String, String> settings, String pattern) {
        try (Stream<Path> files = Files.list(Java.root().resolve("routes"))) {
            String[] names = files.map(file -> file.getFileName().toString())
                    .filter(file -> file.matches(pattern.replace(".", "\\.").replace("*", ".*"))).sorted().toArray(String[]::new);
            applications.put(name, RouteProcess.camelJbang(folder.resolve(name + ".log"), settings, httpPort, names));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean run(int transfers, boolean chaos, boolean keep) throws Exception {
        String url = "http://localhost:" + httpPort;
        say("Requesting " + transfers + " transfers at " + url);
        Customers customers = new Customers(url);
        CompletableFuture<Void> requests = CompletableFuture.runAsync(() -> customers.request(transfers, 42));
        CompletableFuture<Void> faults = chaos ? CompletableFuture.runAsync(() -> chaos(customers, transfers))
                : CompletableFuture.completedFuture(null);
        Progress progress = new Progress(bank, customers, transfers);
        while (!(requests.isDone() && faults.isDone())) {
            progress.show();
        }
        requests.join();
        faults.join();
        boolean drained = progress.awaitDrained(Duration.ofSeconds(90 + transfers / 5));

        Map<String, String> sent = new LinkedHashMap<>();
        JsonNode books = books();
        books.get("sent").fields().forEachRemaining(entry -> sent.put(entry.getKey(), entry.getValue().asText()));
        Invariants invariants = new Invariants(bank, customers.requests(), sent);
        report(customers, books, invariants);
        if (!drained || !invariants.hold()) {
            keepLogs = true;
            System.out.println("The logs are kept in " + folder);
        }
        if (keep) {
            keep(url);
        }
        System.out.println(invariants);
        return drained && invariants.hold();
    }

    private void chaos(Customers customers, int transfers) {
        after(customers, transfers / 5);
        restart("bank-a-relay");
        restart("bank-b");
        after(customers, transfers / 2);
        restart("bank-a");
        after(customers, transfers * 4 / 5);
        say("kill -9 Kafka");
        kafka.kill();
        kafka.start();
        say("Kafka is back");
    }

    private static void after(Customers customers, int answers) {
        Awaitility.await().atMost(Duration.ofMinutes(10)).pollInterval(Duration.ofMillis(10)).until(() -> customers.answered() >= answers);
    }

    private void restart(String name) {
        say("kill -9 " + name);
        applications.get(name).kill();
        applications.get(name).start().awaitStarted();
        say(name + " is back");
    }

    private JsonNode books() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + servicePort + "/notifications")).build();
        return new ObjectMapper().readTree(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    private void report(Customers customers, JsonNode books, Invariants invariants) {
        int calls = 0;
        for (JsonNode count : books.get("calls")) {
            calls += count.asInt();
        }
        System.out.println();
        System.out.println("How the transfers ended");
        bank.bankA().rows("SELECT status, coalesce(reason, '') AS reason, count(*), sum(amount) FROM transfer GROUP BY 1, 2 ORDER BY 1, 2")
                .forEach(row -> System.out.printf("  %-10s %-20s %6d %14s%n", row.values().toArray()));
        System.out.println("Where the money is");
        for (Database database : List.of(bank.bankA(), bank.bankB())) {
            System.out.printf("  %-10s %34s%n", database == bank.bankA() ? "bank A" : "bank B", database.value("SELECT sum(balance) FROM account"));
        }
        System.out.println("What was repeated without a second effect");
        System.out.printf("  %-31s %6d%n", "requests by customers", customers.repeated());
        System.out.printf("  %-31s %6d%n", "calls of the notification service", calls - books.get("sent").size());
        if (!invariants.hold()) {
            System.out.println("What is wrong");
            invariants.violations().stream().limit(20).forEach(violation -> System.out.println("  " + violation));
        }
        System.out.println();
    }

    private void keep(String url) throws InterruptedException {
        System.out.println("Everything is left running. Try:");
        System.out.println("  curl -i " + url + "/transfers -H 'Content-Type: application/json' \\");
        System.out.println("       -d '{\"transferId\":\"mine\",\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":12.50}'");
        System.out.println("  curl " + url + "/transfers/mine");
        System.out.println("  curl " + url + "/accounts/a-1");
        System.out.println("  curl " + url + "/openapi.json");
        System.out.println("  databases: " + bank.bankA().url() + " (user postgres), bank_b, notifier");
        System.out.println("  Kafka: " + kafka.brokers() + ", logs: " + folder);
        System.out.println("End with Ctrl-C.");
        Thread.currentThread().join();
    }

    private static void say(String text) {
        System.out.println(text);
    }

    @Override
    public synchronized void close() {
        applications.values().forEach(RouteProcess::close);
        applications.clear();
        if (service != null) {
            service.destroyForcibly();
        }
        if (kafka != null) {
            kafka.close();
        }
        try {
            if (postgres != null) {
                postgres.close();
                postgres = null;
            }
            if (Files.exists(folder) && !keepLogs) {
                try (Stream<Path> files = Files.walk(folder)) {
                    files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
                }
            }
        } catch (IOException e) {
            System.err.println(folder + " could not be cleaned up: " + e.getMessage());
        }
    }
}
