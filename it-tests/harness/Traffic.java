package harness;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What a {@link TcpProxy} does to connections and packets at the moment. */
final class Traffic {

    private final Duration latency;
    private Duration delay = Duration.ZERO;
    private boolean refusing;
    private boolean blackHole;
    private int hindered;

    Traffic(Duration latency) {
        this.latency = latency;
    }

    synchronized void refuse() {
        refusing = true;
    }

    synchronized void delay(Duration delay) {
        this.delay = delay;
    }

    synchronized void blackHole() {
        blackHole = true;
    }

    synchronized void heal() {
        refusing = false;
        blackHole = false;
        delay = Duration.ZERO;
        notifyAll();
    }

    synchronized void count(int more) {
        hindered += more;
    }

    synchronized int hindered() {
        return hindered;
    }

    /** A connection comes in. */
    synchronized void enter() throws IOException {
        if (refusing) {
            hindered++;
            throw new IOException("refused");
        }
    }

    /** Returns when a packet may go on. */
    synchronized void pass() throws InterruptedException {
        if (blackHole || !delay.isZero()) {
            hindered++;
        }
        while (blackHole) {
            wait();
        }
        long start = System.nanoTime();
        for (long rest = remaining(start); rest > 0; rest = remaining(start)) {
            TimeUnit.NANOSECONDS.timedWait(this, rest);
        }
    }

    private long remaining(long start) {
        return start + latency.plus(delay).toNanos() - System.nanoTime();
    }
}
