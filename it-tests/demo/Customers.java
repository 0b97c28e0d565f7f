package demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import org.awaitility.Awaitility;

/**
 * Customers of bank A, or of a shop: each requests one transfer or order after the other, so the order of a customer's requests is
 * known. A request without an answer is repeated, and now and then one is repeated without need.
 */
public final class Customers {

    private static final int THREADS = 4;

    private final Function<Map<String, Object>, Optional<String>> bank;
    private final String id;
    private final String party;
    private final AtomicInteger requested = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final Map<String, List<String>> requests = new TreeMap<>();

    /** @param bank requests a transfer once; its answer is empty if nobody knows whether the request is taken */
    public Customers(Function<Map<String, Object>, Optional<String>> bank) {
        this(bank, "transferId", "from");
    }

    /** The same of requests that are known by another field, and whose order is kept for another one. */
    Customers(Function<Map<String, Object>, Optional<String>> bank, String id, String party) {
        this.bank = bank;
        this.id = id;
        this.party = party;
    }

    /**
     * Requests all of these; returns when each has its answer.
     *
     * @throws CompletionException with the first answer that no customer understands; what that customer wanted behind it is not requested
     */
    void request(List<Map<String, Object>> all) {
        List<List<Map<String, Object>>> work = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            work.add(new ArrayList<>());
        }
        for (Map<String, Object> request : all) {
            String customer = request.get(party).toString();
            work.get(Math.floorMod(customer.hashCode(), THREADS)).add(request);
            requests.computeIfAbsent(customer, key -> new ArrayList<>()).add(request.get(id).toString());
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            CompletableFuture.allOf(work.stream().map(mine -> CompletableFuture.runAsync(() -> mine.forEach(this::requestOne), threads))
                    .toArray(CompletableFuture[]::new)).join();
        } finally {
            threads.shutdown();
        }
    }

    /** Requests one; returns when it has its answer. */
    public void requestOne(Map<String, Object> transfer) {
        String first = answer(transfer);
        if (transfer.get(id).hashCode() % 10 == 0) {
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

    /** Returns when so many requests have their answer. */
    void await(int requests) {
        Awaitility.await().atMost(Duration.ofMinutes(10)).pollInterval(Duration.ofMillis(10)).until(() -> answered() >= requests);
    }

    public int answered() {
        return answered.get();
    }

    /** How many requests were repeated; exact when none is under way. */
    public int repeated() {
        return requested.get() - answered.get();
    }

    /** The ids of each customer's requests, in the order in which they were requested. */
    Map<String, List<String>> requests() {
        return requests;
    }
}
