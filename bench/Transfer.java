import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import demo.XaRoutes;
import harness.Artemis;
import harness.Database;
import harness.Java;
import harness.RouteProcess;
import harness.Routes;
import org.apache.camel.ProducerTemplate;
import org.awaitility.Awaitility;

/**
 * What a transfer costs: in a plain local transaction, with an outbox, and in XA transactions, with 1 and 16 clients. Databases write
 * durably (fsync). Each line is a JVM of its own, warmed up first. Ends with an error if a transfer is not completed once.
 */
public final class Transfer implements Scenario {

    private static final int WARM_UP = 300;
    private static final int ACCOUNTS = 1000;
    private static final int[] CLIENTS = {1, 16};
    private static final String[] BOOK = {"bank-a-check-request.camel.yaml", "bank-a-book-transfer.camel.yaml"};
    private static final String[] REQUEST = {"bank-a-request-transfer.camel.yaml", "bank-a-answer-request.camel.yaml", "bank-a-record-settled.camel.yaml",
            "bank-a-tell-settled.camel.yaml", "bank-a-check-media-type.camel.yaml"};
    private static Bench bench;
    private static Database bankA;
    private static Database bankB;

    /** The clients of a line, in a JVM of their own. */
    public static void main(String[] arguments) throws Exception {
        clients(arguments);
        System.exit(0);
    }

    @Override
    public void run(Results results) throws Exception {
        try (Bench servers = new Bench(Bench.DURABLE)) {
            bench = servers;
            line(results, "local transaction, bank A only, nobody is told", 4000, null, "direct:book-transfer",
                    Java.root().resolve("bench/book-transfer.camel.yaml").toString());
            line(results, "outbox, until the request is answered", 4000, null, "direct:bank-a-request-transfer", REQUEST);
            for (int clients : CLIENTS) {
                results.add("outbox, until both banks are done, clients: " + clients, "transfers/s", outbox(clients));
            }
            for (String store : new String[] {"file:", "journal:", "jdbc:"}) {
                line(results, "XA over two databases, object store " + store, 2000, store, "direct:xa-request-transfer",
                        "xa-request-transfer.camel.yaml", "bank-a-answer-request.camel.yaml", "bank-a-check-media-type.camel.yaml");
            }
            for (int consumers : CLIENTS) {
                results.add("XA over two databases and Artemis, object store file:, consumers: " + consumers, "transfers/s", queue(consumers));
            }
        }
    }

    private static void line(Results results, String name, int transfers, String store, String route, String... files) throws Exception {
        for (int clients : CLIENTS) {
            results.add(name + ", clients: " + clients, "transfers/s", run(clients, clients == 1 ? transfers / 2 : transfers, store, route, files));
        }
    }

    private static Map<String, String> settings() {
        bankA = bench.database("schema.sql", "example-bank-a.sql");
        bankB = bench.database("schema.sql", "example-bank-b.sql");
        bankA.update("INSERT INTO account (id, balance) SELECT 'a-' || i, 1000000 FROM generate_series(0, ?) AS i", ACCOUNTS - 1);
        bankB.update("INSERT INTO account (id, balance, credit_limit) SELECT 'b-' || i, 0, 1000000 FROM generate_series(0, ?) AS i", ACCOUNTS - 1);
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("database.bank-a.url", bankA.url());
        settings.put("database.bank-b.url", bankB.url());
        settings.put("database.bank-a.user", "postgres");
        settings.put("database.bank-b.user", "postgres");
        settings.put("database.bank-a.pool-size", "20");
        settings.put("database.bank-b.pool-size", "20");
        settings.put("kafka.brokers", bench.kafka.brokers());
        return settings;
    }

    private static void useXa(Map<String, String> settings, String store) {
        Path folder = bench.folder.resolve("store-" + bankA.url().replaceFirst(".*/", ""));
        settings.put("profile", "xa");
        settings.put("xa.node-identifier", "bench");
        settings.put("xa.object-store", store.equals("jdbc:") ? bench.database().url() + "?user=postgres" : store + folder);
    }

    /** A JVM with the route and its clients; the kind of object store is null without XA. */
    private static double run(int clients, int transfers, String store, String route, String... files) throws Exception {
        Map<String, String> settings = settings();
        if (store != null) {
            useXa(settings, store);
        }
        List<String> command = new ArrayList<>(List.of(Java.executable(), "-XX:+UseSerialGC", "-Xmx512m", "-Dlog4j.configurationFile=log4j2-demo.properties",
                "-cp", System.getProperty("bench.classes") + ":" + Java.testClasspath(), Transfer.class.getName(),
                String.valueOf(clients), String.valueOf(transfers), route));
        Stream.of(files, BOOK, store == null ? new String[0] : XaRoutes.with()).flatMap(Stream::of).distinct().forEach(command::add);
        settings.forEach((key, value) -> command.add(key + "=" + value));
        Process process = new ProcessBuilder(command).redirectError(bench.folder.resolve("clients.log").toFile()).start();
        String output = new String(process.getInputStream().readAllBytes());
        Bench.check(process.waitFor() == 0, "clients ended with an error: " + Files.readString(bench.folder.resolve("clients.log")) + output);
        Bench.check(bankA.count("ledger_entry") == transfers + WARM_UP, bankA.count("ledger_entry") + " debits");
        return output.lines().filter(line -> line.startsWith("rate ")).findFirst().map(line -> Double.valueOf(line.substring(5))).orElseThrow();
    }

    /** The clients: each requests one transfer after the other. */
    private static void clients(String[] arguments) throws Exception {
        Map<String, String> settings = new LinkedHashMap<>();
        Stream.of(arguments).skip(3).filter(a -> a.contains("=")).forEach(a -> settings.put(a.substring(0, a.indexOf('=')), a.substring(a.indexOf('=') + 1)));
        String[] files = Stream.of(arguments).skip(3).filter(a -> !a.contains("=")).toArray(String[]::new);
        try (Routes routes = Routes.start(settings, files); ProducerTemplate template = routes.context().createProducerTemplate()) {
            AtomicInteger number = new AtomicInteger();
            request(template, arguments[2], Integer.parseInt(arguments[0]), WARM_UP, number);
            long start = System.nanoTime();
            request(template, arguments[2], Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]), number);
            System.out.printf(Locale.ROOT, "rate %.1f%n", Integer.parseInt(arguments[1]) * 1e9 / (System.nanoTime() - start));
        }
    }

    private static void request(ProducerTemplate template, String route, int clients, int transfers, AtomicInteger number) throws Exception {
        int end = number.get() + transfers;
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        List<Future<?>> done = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            done.add(threads.submit(() -> {
                for (int i = number.getAndIncrement(); i < end; i = number.getAndIncrement()) {
                    template.requestBodyAndHeader(route, body(i), "Content-Type", "application/json");
                }
            }));
        }
        for (Future<?> client : done) {
            client.get();
        }
        number.set(end);
        threads.shutdown();
    }

    private static String body(int i) {
        return "{\"transferId\":\"t-%d\",\"from\":\"a-%d\",\"to\":\"b-%d\",\"amount\":1.00}".formatted(i, i % ACCOUNTS, i % ACCOUNTS);
    }

    /** All applications of the outbox example: from the first request to the last completed transfer. */
    private static double outbox(int clients) throws Exception {
        Map<String, String> settings = settings();
        for (String event : new String[] {"requested", "completed", "rejected", "settled"}) {
            settings.put("outbox.destination.transfer." + event, bench.topic(4));
        }
        settings.put("inbox.dead-letter-topic", "false");
        int transfers = 2000;
        try (RouteProcess a = process("bank-a", settings, "bank-a-relay.camel.yaml", "bank-a-settle-transfer.camel.yaml", "bank-a-end-transfer.camel.yaml",
                "bank-a-record-settled.camel.yaml", "bank-a-tell-settled.camel.yaml");
                RouteProcess b = process("bank-b", settings, "bank-b-relay.camel.yaml", "bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml")) {
            String[] files = Stream.of(REQUEST, BOOK).flatMap(Stream::of).toArray(String[]::new);
            try (Routes routes = Routes.start(settings, files); ProducerTemplate template = routes.context().createProducerTemplate()) {
                AtomicInteger number = new AtomicInteger();
                request(template, "direct:bank-a-request-transfer", clients, WARM_UP, number);
                awaitCompleted(WARM_UP);
                long start = System.nanoTime();
                request(template, "direct:bank-a-request-transfer", clients, transfers, number);
                awaitCompleted(WARM_UP + transfers);
                return transfers * 1e9 / (System.nanoTime() - start);
            }
        }
    }

    private static RouteProcess process(String name, Map<String, String> settings, String... files) {
        return RouteProcess.camelMain(bench.folder.resolve(name + ".log"), settings, files).start().awaitStarted();
    }

    /** Requests that wait in a queue: from the start of the work to the last completed transfer. */
    private static double queue(int consumers) throws IOException {
        Map<String, String> settings = settings();
        useXa(settings, "file:");
        settings.remove("profile");
        int transfers = 1000;
        try (Artemis artemis = new Artemis(bench.folder.resolve("artemis-" + consumers)).start()) {
            settings.put("jms.url", artemis.url());
            settings.put("jms.pool-size", "20");
            artemis.sendAll("transfer.requested", Stream.iterate(0, i -> i + 1).limit(transfers + WARM_UP).map(Transfer::body).toList());
            String own = Files.readString(Java.root().resolve("routes/xa-transfer.camel.yaml")).replaceFirst("(?m)^        value: bankA$",
                    "        value: bankA\n      - name: inboxConsumers\n        value: \"" + consumers + "\"");
            Path file = Files.writeString(bench.folder.resolve("xa-transfer.camel.yaml"), own);
            try (RouteProcess xa = RouteProcess.camelMain(bench.folder.resolve("xa.log"), settings, XaRoutes.with(file.toString(), "profile=xa")).start()) {
                awaitCompleted(WARM_UP);
                long begun = completed();
                long start = System.nanoTime();
                awaitCompleted(WARM_UP + transfers);
                return (WARM_UP + transfers - begun) * 1e9 / (System.nanoTime() - start);
            }
        }
    }

    private static long completed() {
        return bankA.count("transfer WHERE status = 'COMPLETED'");
    }

    private static void awaitCompleted(int transfers) {
        Awaitility.await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofMillis(20)).until(() -> completed() >= transfers);
    }
}
