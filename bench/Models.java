import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import demo.XaRoutes;
import harness.Database;
import harness.Java;
import harness.Ports;
import harness.RouteProcess;
import harness.Routes;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;

/**
 * The same transfer in every consistency model, beside a plain local transaction: by HTTP, with 1 and 16 clients that wait until their transfer has
 * ended, and then a backlog that nobody waits for. Databases write durably (fsync); each application is a JVM of its own. Ends with an error if
 * a transfer is not completed once.
 */
final class Models {

    private static final int WARM_UP = 2000;
    private static final int ONE = 200;
    private static final int SIXTEEN = 1600;
    private static final int BACKLOG = 2000;
    private static final int ACCOUNTS = 1000;
    private static final Pattern ID = Pattern.compile("\"transferId\" ?: ?\"([^\"]+)\"");
    private static Bench bench;

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, CountDownLatch> waiting = new ConcurrentHashMap<>();
    private final Deque<RouteProcess> processes = new ArrayDeque<>();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final int port = Ports.free();
    private final Database bankA;
    private final Database bankB;
    private final String name;
    private final boolean answeredAtTheEnd;
    private int number;

    private Models(String name, boolean answeredAtTheEnd, String... schemaOfA) {
        this.name = name;
        this.answeredAtTheEnd = answeredAtTheEnd;
        bankA = bench.database(schemaOfA);
        bankB = bench.database("schema.sql", "example-bank-b.sql");
        bankA.update("INSERT INTO account (id, balance) SELECT 'a-' || i, 1000000 FROM generate_series(0, ?) AS i", ACCOUNTS - 1);
        bankB.update("INSERT INTO account (id, balance, credit_limit) SELECT 'b-' || i, 0, 1000000 FROM generate_series(0, ?) AS i", ACCOUNTS - 1);
        Map.of("bank-a", bankA, "bank-b", bankB).forEach((bank, database) -> {
            settings.put("database." + bank + ".url", database.url());
            settings.put("database." + bank + ".user", "postgres");
            settings.put("database." + bank + ".pool-size", "20");
        });
        settings.put("kafka.brokers", bench.kafka.brokers());
        for (String event : new String[] {"requested", "completed", "rejected", "settled", "debit", "credit", "answered"}) {
            settings.put("outbox.destination.transfer." + event, bench.topic(4));
            settings.put("outbox.destination.reservation." + event, bench.topic(4));
        }
        settings.put("inbox.dead-letter-topic", "false");
    }

    /** Each model. */
    static void run(Results results) throws Exception {
        try (Bench servers = new Bench(Bench.DURABLE)) {
            bench = servers;
            double local = local().figures(results);
            results.ratio("requests with an outbox / local transactions", startOutbox().figures(results), local);
            half().figures(results);
            saga("saga", "saga").figures(results);
            saga("TCC", "tcc").figures(results);
            for (String store : new String[] {"file:", "journal:", "jdbc:"}) {
                xa(store).figures(results);
            }
        }
    }

    private static Models local() {
        Models local = new Models("local transaction, bank A only, nobody is told", true, "schema.sql", "example-bank-a.sql");
        local.api("bank-a-check-request.camel.yaml", "bank-a-book-transfer.camel.yaml", Java.root().resolve("bench/book-transfer.camel.yaml").toString(),
                Java.root().resolve("bench/book-transfer-api.camel.yaml").toString());
        return local;
    }

    private static Models startOutbox() {
        Models outbox = new Models("outbox", false, "schema.sql", "example-bank-a.sql");
        outbox.process("bank-a-relay.camel.yaml");
        outbox.process(files("bank-b-.*"));
        outbox.api(files("bank-a-(?!relay).*"));
        return outbox;
    }

    /** How many requests a second the outbox takes from sixteen clients, and how many of them are done a second, behind so many to warm up. */
    static double[] throughOutbox(Bench servers, Results results, int warmUp, int transfers) throws Exception {
        bench = servers;
        Models outbox = startOutbox();
        try (AutoCloseable listening = outbox.listening()) {
            outbox.measure(16, warmUp, false);
            Cpu before = Cpu.now();
            Measure backlog = outbox.measure(16, transfers, false);
            String cpu = "CPU of each, ms: " + Cpu.now().since(before, transfers);
            return new double[] {results.add("transfers accepted, 16 clients", "transfers/s", backlog.accepted),
                results.add("transfers through both banks", "transfers/s", cpu, backlog.rate)};
        }
    }

    private static Models half() {
        Models half = new Models("half message", false, "barrier.sql", "example-bank-a.sql");
        int messages = Ports.free();
        half.settings.put("database.messages.url", bench.database("schema.sql").url());
        half.settings.put("database.messages.user", "postgres");
        half.settings.put("database.messages.pool-size", "20");
        half.settings.put("half-bank-a.messages-url", "http://localhost:" + messages + "/messages");
        half.settings.put("half-bank-a.check-back-url", "http://localhost:" + half.port + "/check-back");
        half.settings.put("half-bank-a.settled-url", "http://localhost:" + half.port + "/settled");
        half.server(messages, files("half-messages-.*|half-deliver-.*", "profile=operate"));
        half.process(files("bank-b-.*"));
        half.api(files("half-bank-a-.*|bank-a-(answer-request|book-transfer|check-.*|describe|end-transfer|show).*", "profile=operate"));
        return half;
    }

    /** @param model how the names of its route files begin */
    private static Models saga(String name, String model) {
        Models saga = new Models(name, false, "schema.sql", "example-bank-a.sql");
        saga.process("bank-a-relay.camel.yaml");
        saga.process(files(model + "-bank-a-.*"));
        saga.process(files(model + "-bank-b-.*|bank-b-book-credit.*|bank-b-relay.*"));
        saga.api(files(model + "-transfer.*|saga-(api|request-transfer|end-transfer).*|bank-a-(answer-request|check-.*|describe|record-settled|show|tell-settled).*"));
        return saga;
    }

    private static Models xa(String store) {
        Models xa = new Models("XA over two databases, object store " + store, true, "schema.sql", "example-bank-a.sql");
        xa.useXa(store);
        xa.api(XaRoutes.with("xa-api.camel.yaml", "xa-request-transfer.camel.yaml", "bank-a-answer-request.camel.yaml", "bank-a-check-media-type.camel.yaml", "profile=xa"));
        return xa;
    }

    private void useXa(String store) {
        settings.put("xa.node-identifier", "bench");
        settings.put("xa.object-store", store.equals("jdbc:") ? bench.database().url() + "?user=postgres" : store + bench.folder.resolve("store-" + port));
    }

    private static String[] files(String pattern, String... others) {
        return Stream.concat(Stream.of(others), Routes.files(pattern).stream()).toArray(String[]::new);
    }

    private void process(String... files) {
        processes.push(RouteProcess.camelMain(bench.folder.resolve(port + "-" + processes.size() + ".log"), settings, files).start());
    }

    private void server(int at, String... files) {
        process(Stream.concat(Stream.of("camel.server.enabled=true", "camel.server.host=127.0.0.1", "camel.server.port=" + at), Stream.of(files)).toArray(String[]::new));
    }

    private void api(String... files) {
        server(port, files);
        processes.forEach(RouteProcess::awaitStarted);
    }

    /** @return requests a second */
    private double figures(Results results) throws Exception {
        try (AutoCloseable listening = listening()) {
            measure(16, WARM_UP, false);
            Measure one = measure(1, ONE, true);
            Measure sixteen = measure(16, SIXTEEN, true);
            Cpu before = Cpu.now();
            Measure backlog = measure(16, BACKLOG, false);
            String cpu = "CPU of each, ms: " + Cpu.now().since(before, BACKLOG);
            Bench.check(bankA.count("ledger_entry") == number, bankA.count("ledger_entry") + " debits of " + number);
            results.add(name + ", 1 client waits for each", "transfers/s", one.text(), one.rate);
            results.add(name + ", 16 clients wait", "transfers/s", sixteen.text(), sixteen.rate);
            results.add(name + ", nobody waits", "transfers/s", cpu, backlog.rate);
            return results.add(name + ", nobody waits, requests", "requests/s", backlog.accepted);
        }
    }

    /** Until its end the ends of transfers are heard of; with it the processes end. */
    private AutoCloseable listening() {
        Thread listener = new Thread(this::listen);
        listener.setDaemon(true);
        listener.start();
        Awaitility.await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> http.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/transfers/none"))
                .build(), HttpResponse.BodyHandlers.discarding()).statusCode() > 0);
        return () -> {
            processes.forEach(RouteProcess::close);
            listener.interrupt();
        };
    }

    /** @param waits whether a client waits for the end of its transfer before the next one */
    private Measure measure(int clients, int transfers, boolean waits) throws Exception {
        int end = number + transfers;
        List<Long> latencies = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch ended = new CountDownLatch(transfers);
        AtomicInteger next = new AtomicInteger(number);
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        long start = System.nanoTime();
        List<Future<?>> done = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            done.add(threads.submit(() -> {
                for (int i = next.getAndIncrement(); i < end; i = next.getAndIncrement()) {
                    CountDownLatch mine = waits ? new CountDownLatch(1) : ended;
                    long begun = System.nanoTime();
                    request(i, mine);
                    if (waits) {
                        Bench.check(mine.await(1, TimeUnit.MINUTES), "t-" + i + " has ended");
                        latencies.add(System.nanoTime() - begun);
                    }
                }
                return null;
            }));
        }
        for (Future<?> client : done) {
            client.get();
        }
        double accepted = transfers * 1e9 / (System.nanoTime() - start);
        if (!waits) {
            Bench.check(ended.await(5, TimeUnit.MINUTES), "all have ended but " + ended.getCount());
        }
        threads.shutdown();
        number = end;
        latencies.sort(null);
        return new Measure(transfers * 1e9 / (System.nanoTime() - start), accepted, latencies);
    }

    private void request(int i, CountDownLatch latch) throws IOException, InterruptedException {
        waiting.put("t-" + i, latch);
        HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/transfers")).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body(i))).build(), HttpResponse.BodyHandlers.ofString());
        Bench.check(answer.statusCode() < 300, answer.statusCode() + " " + answer.body());
        if (answeredAtTheEnd) {
            latch.countDown();
        }
    }

    /** Reads the ends of transfers from their topic, which costs the databases nothing. */
    private void listen() {
        Map<String, Object> consumer = Map.of("bootstrap.servers", bench.kafka.brokers(), "group.id", "bench-" + port, "auto.offset.reset", "earliest");
        try (KafkaConsumer<String, byte[]> settled = new KafkaConsumer<>(consumer, new StringDeserializer(), new ByteArrayDeserializer())) {
            settled.subscribe(List.of(settings.get("outbox.destination.transfer.settled")));
            try {
                while (true) {
                    for (ConsumerRecord<String, byte[]> record : settled.poll(Duration.ofSeconds(1))) {
                        Matcher id = ID.matcher(new String(record.value(), StandardCharsets.UTF_8));
                        Bench.check(id.find(), "a settled transfer has an id");
                        CountDownLatch latch = waiting.remove(id.group(1));
                        if (latch != null) {
                            latch.countDown();
                        }
                    }
                }
            } catch (InterruptException e) {
                // measured: the consumer leaves its group in peace
                Thread.interrupted();
            }
        }
    }

    private static String body(int i) {
        return "{\"transferId\":\"t-%d\",\"from\":\"a-%d\",\"to\":\"b-%d\",\"amount\":1.00}".formatted(i, i % ACCOUNTS, i % ACCOUNTS);
    }

    /**
     * @param accepted  requests a second
     * @param latencies of transfers, nanoseconds, the shortest first
     */
    private record Measure(double rate, double accepted, List<Long> latencies) {

        String text() {
            return "p50 %.0f ms, p99 %.0f ms".formatted(percentile(50), percentile(99));
        }

        private double percentile(int percent) {
            return latencies.get(latencies.size() * percent / 100) / 1e6;
        }
    }
}
