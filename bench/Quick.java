import java.util.Map;

/**
 * The figures that matter most, in a few minutes and one line: relay and receiver beside what one thread can do at best with the same SQL, in turns; then the whole
 * way through both banks, and from a commit to Kafka with the relay in another process. Databases write durably.
 */
public final class Quick {

    private static final int ROUNDS = 2;
    private static final int ROWS = 100_000;
    private static final int TRANSFERS = 4000;

    public static void main(String[] arguments) throws Exception {
        System.out.printf("%d processors, Java %s, %s%n", Runtime.getRuntime().availableProcessors(), System.getProperty("java.version"), System.getProperty("os.version"));
        double[][] rates = new double[2][ROUNDS];
        double[][] receivers;
        double[] through;
        double[] latency;
        try (Bench bench = new Bench(Map.of("fsync", "on", "synchronous_commit", "on", "max_connections", "300"))) {
            for (int round = 0; round < ROUNDS; round++) {
                rates[0][round] = Drain.drain(bench, "ideal relay", ROWS, 290, true);
                rates[1][round] = Drain.drain(bench, "outbox-relay", ROWS, 290, false);
            }
            receivers = Receive.pair(bench, ROUNDS, false);
            through = Models.throughOutbox(bench, 2 * TRANSFERS, TRANSFERS);
            latency = Latency.measure(bench, true);
        }
        System.out.printf("relay_vs_ideal=%.2f receiver_vs_ideal=%.2f receiver=%.0f/s accepted=%.0f/s transfers=%.0f/s latency_p50_ms=%.1f latency_p99_ms=%.1f%n",
                Bench.median(rates[1]) / Bench.median(rates[0]), Bench.median(receivers[1]) / Bench.median(receivers[0]), Bench.median(receivers[1]), through[0], through[1], latency[0], latency[1]);
        System.exit(0);
    }

    private Quick() {
    }
}
