import java.io.IOException;

/**
 * How fast a relay empties its outbox: beside an ideal relay, in turns and both warm, beside a naive route, with many rows, with large ones, and with several
 * relays. The database writes durably, and each process has 256 MB of heap.
 */
final class Drain implements Scenario {

    private static final int ROUNDS = 3;
    private static final int WARM_UP = 200_000;
    private static final int ROWS = 200_000;
    private static final int BYTES = 290;

    @Override
    public void run(Results results) throws Exception {
        try (Bench bench = new Bench(Bench.DURABLE)) {
            double relay;
            try (Relay ideal = Relay.ideal(bench); Relay shipped = Relay.shipped(bench)) {
                double[] rates = pair(results, ideal, shipped, ROUNDS, ROWS);
                relay = rates[1];
                double small = results.add("outbox-relay, 100,000 rows", "rows/s", shipped.drain(100_000, BYTES));
                double large = results.add("outbox-relay, 1,000,000 rows", "rows/s", shipped.drain(1_000_000, BYTES));
                double largeIdeal = results.add("ideal relay, 1,000,000 rows", "rows/s", ideal.drain(1_000_000, BYTES));
                double kilobyte = results.add("outbox-relay, 1 KB payloads", "rows/s", rounds(shipped, ROWS, 1024));
                results.ratio("1,000,000 rows / ideal relay", large, largeIdeal);
                try (Relay workers = Relay.shipped(bench, "outbox.relay.workers=2")) {
                    workers.drain(WARM_UP, BYTES);
                    workers.drain(WARM_UP, BYTES);
                    results.ratio("1,000,000 rows with two workers / ideal relay",
                            results.add("outbox-relay with two workers, 1,000,000 rows", "rows/s", workers.drain(1_000_000, BYTES)), largeIdeal);
                }
                results.ratio("1,000,000 rows / 100,000 rows", large, small);
                results.ratio("1 KB payloads / 290 B payloads", kilobyte, relay);
            }
            try (Relay naive = Relay.naive(bench)) {
                naive.drain(5_000, BYTES);
                results.ratio("outbox-relay / naive route", relay, results.add("naive sql to kafka, a row a time", "rows/s", naive.drain(10_000, BYTES)));
            }
            several(bench, results);
        }
    }

    /** @return the middle rates of the ideal relay and of ours, which have taken turns */
    static double[] pair(Results results, Relay ideal, Relay shipped, int rounds, int rows) {
        ideal.drain(WARM_UP, BYTES);
        shipped.drain(WARM_UP, BYTES);
        double[][] rates = new double[2][rounds];
        for (int round = 0; round < rounds; round++) {
            rates[0][round] = ideal.drain(rows, BYTES);
            rates[1][round] = shipped.drain(rows, BYTES);
        }
        double[] middle = {results.add("ideal relay, JDBC and KafkaProducer", "rows/s", ideal.costs(), rates[0]),
            results.add("outbox-relay", "rows/s", shipped.costs(), rates[1])};
        results.ratio("outbox-relay / ideal relay", middle[1], middle[0]);
        return middle;
    }

    private static void several(Bench bench, Results results) throws IOException {
        try (Relay relay = Relay.shipped(bench)) {
            double best = 0;
            double rate = 0;
            for (int relays = 1; relays <= 8; relays *= 2) {
                for (int i = relays / 2; i < relays && relays > 1; i++) {
                    relay.another();
                }
                relay.drain(WARM_UP, BYTES);
                rate = results.add(relays + (relays == 1 ? " relay" : " relays"), "rows/s", rounds(relay, ROWS, BYTES));
                best = Math.max(best, rate);
            }
            results.ratio("8 relays / the best number of relays", rate, best);
        }
    }

    private static double[] rounds(Relay relay, int rows, int bytes) {
        double[] rates = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            rates[round] = relay.drain(rows, bytes);
        }
        return rates;
    }
}
