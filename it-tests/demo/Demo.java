package demo;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.databind.JsonNode;
import harness.Database;
import harness.Java;

/** Runs transfer and notify on servers of its own, checks the result with {@link Invariants} and cleans up. */
public final class Demo {

    private static volatile boolean interrupted;

    private final Stage stage;

    private Demo(Stage stage) {
        this.stage = stage;
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            interrupted = true;
            stage.close();
        }));
    }

    public static void main(String[] arguments) throws Exception {
        int transfers = 20;
        String mode = "outbox";
        boolean chaos = false;
        boolean keep = false;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--transfers" -> transfers = number(++i < arguments.length ? arguments[i] : "");
                case "--mode" -> mode = mode(++i < arguments.length ? arguments[i] : "");
                case "--chaos" -> chaos = true;
                case "--keep" -> keep = true;
                default -> usage(arguments[i] + " is no option");
            }
        }
        int status = 1;
        try (Stage stage = stage(mode)) {
            Demo demo = new Demo(stage);
            stage.start();
            status = demo.run(transfers, chaos, keep) ? 0 : 1;
        } catch (RuntimeException e) {
            // after Ctrl-C the servers are gone, and that is no news
            if (!interrupted) {
                e.printStackTrace();
            }
        }
        System.exit(status);
    }

    private static Stage stage(String mode) throws IOException {
        return switch (mode) {
            case "xa" -> new XaStage();
            case "half" -> new HalfStage();
            case "saga", "tcc" -> new SagaStage(mode);
            default -> new OutboxStage();
        };
    }

    private static int number(String text) throws IOException {
        if (!text.matches("[1-9][0-9]{0,5}")) {
            usage("--transfers (" + text + ") is not a number from 1 to 999999");
        }
        return Integer.parseInt(text);
    }

    private static String mode(String text) throws IOException {
        if (!text.matches("outbox|half|saga|tcc|xa")) {
            usage("--mode (" + text + ") is none of outbox, half, saga, tcc and xa");
        }
        return text;
    }

    private static void usage(String problem) throws IOException {
        System.err.print(problem + ": nothing was started.\n" + Files.readString(Java.root().resolve("it-tests/demo/help.txt")));
        System.exit(2);
    }

    private boolean run(int transfers, boolean chaos, boolean keep) throws Exception {
        Customers customers = new Customers(stage.requests());
        CompletableFuture<Void> requests = CompletableFuture.runAsync(() -> customers.request(transfers, 42));
        CompletableFuture<Void> faults = chaos ? CompletableFuture.allOf(CompletableFuture.runAsync(stage::refuseEverybody),
                CompletableFuture.runAsync(() -> stage.chaos(customers, transfers)))
                : CompletableFuture.completedFuture(null);
        Progress progress = new Progress(stage.bank(), customers, transfers);
        while (!(requests.isDone() && faults.isDone())) {
            progress.show();
        }
        requests.join();
        faults.join();
        boolean drained = progress.awaitDrained(Duration.ofSeconds(90 + transfers / 5));

        Map<String, String> sent = new LinkedHashMap<>();
        JsonNode books = stage.books();
        books.get("sent").fields().forEachRemaining(entry -> sent.put(entry.getKey(), entry.getValue().asText()));
        Invariants invariants = new Invariants(stage.bank(), customers.requests(), sent);
        report(customers, books, invariants);
        if (!drained || !invariants.hold()) {
            stage.keepLogs();
        }
        System.out.println(invariants);
        if (keep) {
            keep();
        }
        return drained && invariants.hold();
    }

    private void report(Customers customers, JsonNode books, Invariants invariants) {
        Bank bank = stage.bank();
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
        if (!books.get("refused").isEmpty()) {
            System.out.println("What the notification service has refused to everybody");
            books.get("refused").fields().forEachRemaining(mood -> System.out.printf("  %-31s %6d%n", mood.getKey(), mood.getValue().asInt()));
        }
        if (!invariants.hold()) {
            System.out.println("What is wrong");
            invariants.violations().stream().limit(20).forEach(violation -> System.out.println("  " + violation));
        }
        System.out.println();
    }

    private void keep() throws InterruptedException {
        System.out.println();
        System.out.println("Everything is left running. Try:");
        stage.hints().forEach(System.out::println);
        System.out.println("  databases: " + stage.bank().bankA().url() + " (user postgres), bank_b, notifier; logs: " + stage.folder);
        System.out.println("End with Ctrl-C.");
        Thread.currentThread().join();
    }
}
