package faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import demo.Bank;
import demo.Customers;
import demo.HttpRequests;

/**
 * Customers who request transfers until they are stopped. Each account has one customer, who waits for each answer, so the order of
 * an account's requests is known. Where bank A has several processes, each customer stays with one. The amounts are small, so that
 * the money lasts; some are refused by either bank.
 */
final class Load {

    private static final int CUSTOMERS = 5;

    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(CUSTOMERS);
    private final Map<String, List<String>> requests = new TreeMap<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<Customers> banks;

    /** @param pause of a customer after each answer, not null */
    Load(List<String> urls, long seed, Duration pause) {
        banks = urls.stream().map(url -> new Customers(new HttpRequests(url))).toList();
        for (int i = 0; i < Bank.ACCOUNTS; i++) {
            requests.put("a-" + i, new ArrayList<>());
        }
        for (int i = 0; i < CUSTOMERS; i++) {
            int customer = i;
            Random random = new Random(seed + i);
            threads.scheduleWithFixedDelay(() -> request(customer, random), 0, pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void request(int customer, Random random) {
        String from = "a-" + (customer + CUSTOMERS * random.nextInt(Bank.ACCOUNTS / CUSTOMERS));
        List<String> mine = requests.get(from);
        Map<String, Object> transfer = new LinkedHashMap<>();
        transfer.put("transferId", from + "-" + mine.size());
        transfer.put("from", from);
        String to = random.nextInt(12) == 0 ? "nobody" : "b-" + random.nextInt(Bank.ACCOUNTS);
        transfer.put("to", to);
        transfer.put("amount", amount(to, random));
        mine.add((String) transfer.get("transferId"));
        try {
            banks.get(customer % banks.size()).requestOne(transfer);
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
            throw e;
        }
    }

    /** 5000.00 is more than bank A's accounts have, and 51.00 more than account b-8 takes. */
    private static double amount(String to, Random random) {
        if (random.nextInt(25) == 0) {
            return 5000;
        }
        return to.equals("b-8") && random.nextBoolean() ? 51 : (1 + random.nextInt(9)) / 100.0;
    }

    int answered() {
        return banks.stream().mapToInt(Customers::answered).sum();
    }

    /** What went wrong for a customer, or null. */
    Throwable failure() {
        return failure.get();
    }

    /** Lets no customer request anything more; returns when each has the answer to the last. */
    void stop() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(3, TimeUnit.MINUTES)) {
                throw new IllegalStateException("a customer waits for an answer for three minutes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure() != null) {
            throw new IllegalStateException("a customer got a wrong answer", failure());
        }
    }

    /** The transferIds of each account in the order of their requests; complete after {@link #stop()}. */
    Map<String, List<String>> requests() {
        return requests;
    }
}
