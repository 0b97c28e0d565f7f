import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import org.HdrHistogram.Histogram;

/**
 * Other outboxes beside the pack's, each configured as its own documentation says for throughput, one after the other, with servers and a JVM of its own. Each
 * empties a backlog, publishes what is sent at a rate that it can hold, and lives through an outage of the broker. Databases write durably.
 * {@code bench/run Peers [name…] [rows=n] [seconds=n] [outage=seconds]}
 */
final class Peers implements Scenario {

    private static final int KEYS = 1000;
    private static final int RATE = 100;
    private static final int WARM_UP = 10 * RATE;
    /** So few that many messages of each wait for the broker. */
    private static final int KEYS_OF_OUTAGE = 50;

    /** @param rows so many that it takes some seconds to drain them */
    private record Peer(String name, String title, int rows, Map<String, String> server) {

        boolean ours() {
            return name.equals("Ours");
        }
    }

    private record Result(Arrivals drain, int rows, Histogram latency, int sent, Arrivals outage, String during, String after) {
    }

    private static final List<Peer> PEERS = List.of(
            new Peer("Ours", "outbox-relay", 200_000, Map.of()),
            new Peer("Debezium", "Debezium 3.6.1", 200_000, Map.of("wal_level", "logical")),
            new Peer("Namastack", "Namastack 1.6.0", 50_000, Map.of()),
            new Peer("Gruelbox", "Gruelbox 4.2.268", 50_000, Map.of()),
            new Peer("Modulith", "Spring Modulith 2.0.3", 10_000, Map.of()),
            new Peer("Naive", "naive route", 10_000, Map.of()));

    private final Map<String, Integer> numbers = new HashMap<>(Map.of("rows", Integer.MAX_VALUE, "seconds", 20, "outage", 150));
    private Result ours;

    @Override
    public void run(Results results) throws Exception {
        List<String> names = new ArrayList<>();
        for (String option : results.options()) {
            String[] parts = option.split("=");
            if (parts.length == 2 && numbers.containsKey(parts[0])) {
                numbers.put(parts[0], Integer.valueOf(parts[1]));
            } else {
                Bench.check(PEERS.stream().anyMatch(peer -> peer.name.equals(option)), option + " is one of " + PEERS.stream().map(Peer::name).toList());
                names.add(option);
            }
        }
        // the ratios need ours
        List<Peer> chosen = PEERS.stream().filter(peer -> names.isEmpty() || peer.ours() || names.contains(peer.name)).toList();
        for (Peer peer : chosen) {
            PeerProcess.build(peer.name);
        }
        for (Peer peer : chosen) {
            try {
                Result result = measure(peer);
                ours = peer.ours() ? result : ours;
                add(results, peer, result);
            } catch (Exception e) {
                if (peer.ours()) {
                    throw e;
                }
                System.out.println("  " + peer.title + " has failed: " + e);
            }
        }
        Bench.check(ours.drain.lost() == 0 && ours.outage.lost() == 0 && ours.latency.getTotalCount() == ours.sent, "ours loses nothing");
        Bench.check(ours.drain.outOfOrder() == 0 && ours.outage.outOfOrder() == 0, "ours keeps the order of a key");
        Bench.check(ours.after.endsWith(" 0"), "an outage of the broker leaves nothing of ours to a human");
    }

    private Result measure(Peer peer) throws Exception {
        Map<String, String> server = new HashMap<>(Bench.DURABLE);
        server.putAll(peer.server);
        int rows = Math.min(peer.rows, numbers.get("rows"));
        int sent = numbers.get("seconds") * RATE;
        int before = rows + WARM_UP + sent;
        int missed = numbers.get("outage") * RATE;
        try (Bench bench = new Bench(server)) {
            Database database = bench.database();
            String topic = bench.topic(4);
            try (PeerProcess sender = new PeerProcess(peer.name, database, bench, topic, false)) {
                sender.ask("fill " + rows + " " + KEYS);
            }
            database.update("VACUUM ANALYZE");
            Histogram latency;
            String during;
            String after;
            try (PeerProcess process = new PeerProcess(peer.name, database, bench, topic, true)) {
                Arrivals.await(bench, topic, process, 0, rows);
                latency = Arrivals.latencies(bench, topic, process, rows, WARM_UP, WARM_UP + sent, RATE + " " + KEYS);
                bench.kafka.kill();
                process.ask("send " + before + " " + missed + " " + RATE + " " + KEYS_OF_OUTAGE);
                during = process.ask("state");
                bench.kafka.start();
                Arrivals.await(bench, topic, process, before, missed);
                after = process.ask("state");
            }
            return new Result(Arrivals.of(bench, topic, 0, rows), rows, latency, sent, Arrivals.of(bench, topic, before, missed), during, after);
        }
    }

    private void add(Results results, Peer peer, Result result) {
        String[] during = result.during.split(" ");
        String[] after = result.after.split(" ");
        results.add(peer.title + ", drain", "rows/s", text(result.drain), result.drain.perSecond());
        String sent = "%d/s, %,d of %,d came".formatted(RATE, result.latency.getTotalCount(), result.sent);
        results.add(peer.title + ", p50", "ms from due to Kafka", sent, result.latency.getValueAtPercentile(50) / 1e3);
        results.add(peer.title + ", p99", "ms from due to Kafka", "at most " + result.latency.getMaxValue() / 1000 + " ms", result.latency.getValueAtPercentile(99) / 1e3);
        results.add(peer.title + ", " + numbers.get("outage") + " s without broker", "messages waiting for a human",
                "%s; %s attempts at the end of the outage and %s behind it, %s waiting for a human at its end".formatted(text(result.outage), during[0], after[0], during[1]),
                Double.parseDouble(after[1]));
        if (!peer.ours()) {
            results.ratio("outbox-relay / " + peer.title, ours.drain.perSecond(), result.drain.perSecond());
        }
    }

    private static String text(Arrivals arrivals) {
        return "%,d out of order, %,d twice, %,d lost".formatted(arrivals.outOfOrder(), arrivals.twice(), arrivals.lost());
    }
}
