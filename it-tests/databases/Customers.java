package databases;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Requests transfers one after the other, each until it is taken, while something happens to the banks. */
final class Customers implements AutoCloseable {

    private final TwoBanks banks;
    private final List<String> taken = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::run, "customers");
    private volatile boolean ended;
    private volatile int refusals;

    Customers(TwoBanks banks) {
        this.banks = banks;
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        for (int i = 1; !ended; i++) {
            String transfer = "c-" + i;
            while (!ended && !taken.contains(transfer)) {
                if (banks.request(transfer) == 202) {
                    taken.add(transfer);
                } else {
                    refusals++;
                }
            }
        }
    }

    /** Returns when so many more are taken. */
    void awaitMore(int more) {
        int now = taken.size();
        TwoBanks.await().until(() -> taken.size() >= now + more);
    }

    /** Returns when a request is refused that comes from now on. */
    void awaitRefusal() {
        int now = refusals;
        TwoBanks.await().until(() -> refusals > now);
    }

    /** Ends, and returns when each transfer that was taken is completed. */
    List<String> awaitCompleted() {
        close();
        TwoBanks.await().untilAsserted(() -> org.assertj.core.api.Assertions.assertThat(
                banks.bankA().rows("SELECT id, status FROM transfer WHERE status <> 'COMPLETED'")).isEmpty());
        return taken;
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
