package demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Customers of bank A: each owns an account and requests one transfer after the other, so the order of an account's requests is
 * known. A request without an answer is repeated with its transferId, and now and then one is repeated without need.
 */
public final class Customers {

    private static final int THREADS = 4;

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final String url;
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger repeated = new AtomicInteger();
    private final Map<String, List<String>> requests = new TreeMap<>();

    /** @param url where bank A listens, without a path, not null */
    public Customers(String url) {
        this.url = url;
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
            String id = "t-%05d".formatted(i);
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
        String body = "{\"transferId\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"amount\":%.2f}".formatted(transfer.get("transferId"),
                transfer.get("from"), transfer.get("to"), transfer.get("amount"));
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/transfers")).timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)).build();
        String first = answer(request);
        if (transfer.get("transferId").hashCode() % 10 == 0) {
            repeated.incrementAndGet();
            String second = answer(request);
            if (!second.equals(first)) {
                throw new IllegalStateException("a repeated request got another answer: " + first + ", then " + second);
            }
        }
        answered.incrementAndGet();
    }

    private String answer(HttpRequest request) {
        while (true) {
            try {
                HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() == 202 || response.statusCode() == 422) {
                    return response.body();
                }
                // 404: while it starts, the bank's HTTP server listens before its routes are there
                if (response.statusCode() != 503 && response.statusCode() != 404) {
                    throw new IllegalStateException(response.statusCode() + " " + response.body());
                }
            } catch (IOException e) {
                // the bank is being restarted: nobody knows whether it has booked, so the same request goes again
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            repeated.incrementAndGet();
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public int answered() {
        return answered.get();
    }

    public int repeated() {
        return repeated.get();
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
