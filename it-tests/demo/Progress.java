package demo;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Tells how far the requests are, a line whenever that changes. */
final class Progress {

    private final Example example;
    private final Customers customers;
    private final int count;
    private String shown = "";

    Progress(Example example, Customers customers, int count) {
        this.example = example;
        this.customers = customers;
        this.count = count;
    }

    /** Shows a line, and takes a moment. */
    void show() {
        String line = line();
        if (!line.equals(shown)) {
            System.out.println(line);
            shown = line;
        }
        Awaitility.await().pollDelay(Duration.ofMillis(500)).until(() -> true);
    }

    String line() {
        return "  answered %d, ended %d, told %d of %d".formatted(customers.answered(), example.ended(), example.told(), count);
    }

    /** Whether, within the limit, all has ended and every outbox is empty. */
    boolean awaitDrained(Duration limit) {
        try {
            Awaitility.await().atMost(limit).pollDelay(Duration.ZERO).until(() -> {
                show();
                return example.isDrained(count);
            });
            return true;
        } catch (ConditionTimeoutException e) {
            System.out.println("  not drained within " + limit.toSeconds() + " s");
            return false;
        }
    }
}
