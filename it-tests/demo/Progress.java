package demo;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Tells how far the transfers are, a line whenever that changes. */
final class Progress {

    private final Bank bank;
    private final Customers customers;
    private final int transfers;
    private String shown = "";

    Progress(Bank bank, Customers customers, int transfers) {
        this.bank = bank;
        this.customers = customers;
        this.transfers = transfers;
    }

    /** Shows a line, and takes a moment. */
    void show() {
        long ended = bank.bankA().count("transfer WHERE status <> 'PENDING'");
        long notified = bank.notifier().count("notification");
        String line = "  answered %d, ended %d, notified %d of %d".formatted(customers.answered(), ended, notified, transfers);
        if (!line.equals(shown)) {
            System.out.println(line);
            shown = line;
        }
        Awaitility.await().pollDelay(Duration.ofMillis(500)).until(() -> true);
    }

    /** Whether, within the limit, every transfer is notified and every outbox is empty. */
    boolean awaitDrained(Duration limit) {
        try {
            Awaitility.await().atMost(limit).pollDelay(Duration.ZERO).until(() -> {
                show();
                return bank.notifier().count("notification") >= transfers && bank.messages().count("outbox_message") == 0
                        && bank.bankB().count("outbox_message") == 0;
            });
            return true;
        } catch (ConditionTimeoutException e) {
            System.out.println("  not drained within " + limit.toSeconds() + " s");
            return false;
        }
    }
}
