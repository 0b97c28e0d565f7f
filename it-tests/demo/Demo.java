package demo;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import com.fasterxml.jackson.databind.JsonNode;
import harness.Java;

/** Runs an example on servers of its own, checks the result with the example's checker and cleans up. */
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
        int count = 20;
        String counted = null;
        String example = "transfer";
        String mode = null;
        boolean chaos = false;
        boolean keep = false;
        for (int i = 0; i < arguments.length; i++) {
            String value = i + 1 < arguments.length ? arguments[i + 1] : "";
            switch (arguments[i]) {
                case "--transfers", "--orders" -> {
                    counted = arguments[i++];
                    count = number(counted, value);
                }
                case "--example" -> example = oneOf(arguments[i++], value, "transfer", "order");
                case "--mode" -> mode = oneOf(arguments[i++], value, "outbox", "half", "saga", "tcc", "xa");
                case "--chaos" -> chaos = true;
                case "--keep" -> keep = true;
                default -> usage(arguments[i] + " is no option");
            }
        }
        if (example.equals("order") && mode != null) {
            usage("--mode (" + mode + ") is for transfers, and --example is order");
        }
        if (counted != null && !counted.equals("--" + example + "s")) {
            usage(counted + " (" + count + ") is not for --example " + example);
        }
        int status = 1;
        try (Stage stage = stage(example, mode)) {
            Demo demo = new Demo(stage);
            stage.start();
            status = demo.run(count, chaos, keep) ? 0 : 1;
        } catch (RuntimeException e) {
            // after Ctrl-C the servers are gone, and that is no news
            if (!interrupted) {
                e.printStackTrace();
            }
        }
        System.exit(status);
    }

    private static Stage stage(String example, String mode) throws IOException {
        if (example.equals("order")) {
            return new OrderStage();
        }
        return switch (mode == null ? "outbox" : mode) {
            case "xa" -> new XaStage();
            case "half" -> new HalfStage();
            case "saga", "tcc" -> new SagaStage(mode);
            default -> new OutboxStage();
        };
    }

    private static int number(String option, String text) throws IOException {
        if (!text.matches("[1-9][0-9]{0,5}")) {
            usage(option + " (" + text + ") is not a number from 1 to 999999");
        }
        return Integer.parseInt(text);
    }

    private static String oneOf(String option, String text, String... known) throws IOException {
        if (!List.of(known).contains(text)) {
            usage(option + " (" + text + ") is none of " + String.join(", ", known).replaceFirst(", ([^,]*)$", " and $1"));
        }
        return text;
    }

    private static void usage(String problem) throws IOException {
        System.err.print(problem + ": nothing was started.\n" + Files.readString(Java.root().resolve("it-tests/demo/help.txt")));
        System.exit(2);
    }

    private boolean run(int count, boolean chaos, boolean keep) throws Exception {
        Example example = stage.example();
        Customers customers = new Customers(stage.requests(), example.id(), example.party());
        Progress progress = new Progress(example, customers, count);
        CompletableFuture<Void> requests = CompletableFuture.runAsync(() -> customers.request(example.requests(count, 42)));
        CompletableFuture<Void> faults = chaos ? CompletableFuture.allOf(CompletableFuture.runAsync(stage::refuseEverybody),
                CompletableFuture.runAsync(() -> stage.chaos(customers, count, progress)))
                : CompletableFuture.completedFuture(null);
        while (!(requests.isDone() && faults.isDone() || requests.isCompletedExceptionally())) {
            progress.show();
        }
        try {
            requests.join();
            faults.join();
        } catch (CompletionException e) {
            stage.keepLogs();
            throw e;
        }
        boolean drained = progress.awaitDrained(Duration.ofSeconds(300 + count / 5));

        Map<String, String> sent = new LinkedHashMap<>();
        JsonNode books = stage.books();
        books.get("sent").fields().forEachRemaining(entry -> sent.put(entry.getKey(), entry.getValue().asText()));
        Example.Verdict verdict = example.check(customers.requests(), sent);
        report(customers, books, verdict);
        if (!drained || !verdict.hold()) {
            stage.keepLogs();
        }
        System.out.println(verdict);
        if (keep) {
            keep();
        }
        return drained && verdict.hold();
    }

    private void report(Customers customers, JsonNode books, Example.Verdict verdict) {
        String service = stage.example().service();
        int calls = 0;
        for (JsonNode count : books.get("calls")) {
            calls += count.asInt();
        }
        System.out.println();
        stage.example().report().forEach(System.out::println);
        System.out.println("What was repeated without a second effect");
        System.out.printf("  %-31s %6d%n", "requests by customers", customers.repeated());
        System.out.printf("  %-31s %6d%n", "calls of the " + service, calls - books.get("sent").size());
        if (!books.get("refused").isEmpty()) {
            System.out.println("What the " + service + " has refused to everybody");
            books.get("refused").fields().forEachRemaining(mood -> System.out.printf("  %-31s %6d%n", mood.getKey(), mood.getValue().asInt()));
        }
        if (!verdict.hold()) {
            System.out.println("What is wrong");
            verdict.violations().stream().limit(20).forEach(violation -> System.out.println("  " + violation));
        }
        System.out.println();
    }

    private void keep() throws InterruptedException {
        System.out.println();
        System.out.println("Everything is left running. Try:");
        stage.hints().forEach(System.out::println);
        System.out.println("  databases: " + stage.example().databases() + "; logs: " + stage.folder);
        System.out.println("End with Ctrl-C.");
        Thread.currentThread().join();
    }
}
