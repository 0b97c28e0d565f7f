package demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import org.awaitility.Awaitility;

/**
 * Customers of bank A: each owns an account and requests one transfer after the other, so the order of an account's requests is
 * known. A request without an answer is repeated, and now and then one is repeated without need.
 */
public final class Customers {

    private static final int THREADS = 4;

    private final Function<Map<String, Object>, Optional<String>> bank;
    private final AtomicInteger requested = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final Map<String, List<String>> requests = new TreeMap<>();

    /** @param bank requests a transfer once; its answer is empty if nobody knows whether the request is taken */
    public Customers(Function<Map<String, Object>, Optional<String>> bank) {
        this.bank = bank;
    }

    /** Requests so many transfers; returns when each has its answer. */
    void request(int transfers, long seed) {
        Random random = new Random(seed);
        List<List<Map<String, Object>>> work = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            work.add(new ArrayList<>());
        }
        for (int i = 0; i < transfers; i++) {
            int customer = random.nextInt(Bank.ACCOUNTS);
            String from = "a-" + customer;
            String id = String.format(Locale.ROOT, "t-%05d", i);
            work.get(customer % THREADS).add(Map.of("transferId", id, "from", from, "to", to(random), "amount", amount(random)));
            requests.computeIfAbsent(from, key -> new ArrayList<>()).add(id);
        }
        try (Pool pool = new Pool(Executors.newFixedThreadPool(THREADS))) {
            for (List<Map<String, Object>> mine : work) {
                pool.threads.submit(() -> mine.forEach(transfer -> requestOne(transfer)));
            }
        }
    }

    private static String to(Random random) {
        return random.nextInt(12) == 0 ? "nobody" : "b-" + random.nextInt(Bank.ACCOUNTS);
    }

    private static double amount(Random random) {
        return random.nextInt(25) == 0 ? 5000 : (1 + random.nextInt(6000)) / 100.0;
    }

    /** Requests a transfer with transferId, from, to and amount; returns when it has its answer. */
    public void requestOne(Map<String, Object> transfer) {
        String first = answer(transfer);
        if (transfer.get("transferId").hashCode() % 10 == 0) {
            String second = answer(transfer);
            if (!second.equals(first)) {
                throw new IllegalStateException("a repeated request got another answer: " + first + ", then " + second);
            }
        }
        answered.incrementAndGet();
    }

    private String answer(Map<String, Object> transfer) {
        return Awaitility.await().forever().dontCatchUncaughtExceptions().pollInSameThread().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(200)).until(() -> {
                    requested.incrementAndGet();
                    return bank.apply(transfer);
                }, Optional::isPresent).orElseThrow();
    }

    public static String body(Map<String, Object> transfer) {
        return String.format(Locale.ROOT, "{\"transferId\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"amount\":%.2f}", transfer.get("transferId"),
                transfer.get("from"), transfer.get("to"), transfer.get("amount"));
    }

    /** Returns when so many transfers have their answer. */
    void await(int requests) {
        Awaitility.await().atMost(Duration.ofMinutes(10)).pollInterval(Duration.ofMillis(10)).until(() -> answered() >= requests);
    }

    public int answered() {
        return answered.get();
    }

    /** How many requests were not the first of their transfer; exact when none is under way. */
    public int repeated() {
        return requested.get() - answered.get();
    }

    /** The transferIds of each account, in the order in which they were requested. */
    Map<String, List<String>> requests() {
        return requests;
    }

    private record Pool(ExecutorService threads) implements AutoCloseable {
        @Override
        public void close() {
            threads.shutdown();
            try {
                threads.awaitTermination(30, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
            }
        }
    }
}
