/**
 * The figures that matter most, in a few minutes and one line: relay and receiver beside what one thread can do at best with the same SQL, in turns; then the whole
 * way through both banks, and from a commit to Kafka with the relay in another process. Databases write durably.
 */
final class Quick implements Scenario {

    private static final int ROUNDS = 2;
    private static final int ROWS = 100_000;
    private static final int TRANSFERS = 4000;

    @Override
    public void run(Results results) throws Exception {
        double[] relays;
        double[] receivers;
        double[] through;
        double[] latency;
        try (Bench bench = new Bench(Bench.DURABLE)) {
            try (Relay ideal = Relay.ideal(bench); Relay shipped = Relay.shipped(bench)) {
                relays = Drain.pair(results, ideal, shipped, ROUNDS, ROWS);
            }
            try (Receiver ideal = Receiver.ideal(bench); Receiver shipped = Receiver.shipped(bench)) {
                receivers = Receive.pair(results, ideal, shipped, ROUNDS);
            }
            through = Models.throughOutbox(bench, results, 2 * TRANSFERS, TRANSFERS);
            latency = Latency.oneByOne(bench, results);
        }
        System.out.printf("relay_vs_ideal=%.2f receiver_vs_ideal=%.2f receiver=%.0f/s accepted=%.0f/s transfers=%.0f/s latency_p50_ms=%.1f latency_p99_ms=%.1f%n",
                relays[1] / relays[0], receivers[1] / receivers[0], receivers[1], through[0], through[1], latency[0], latency[1]);
    }
}
