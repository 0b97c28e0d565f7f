import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What has come of the messages with some numbers. A message is out of order if one of its key that was sent later came before it; only the first time that it
 * came counts.
 *
 * @param perSecond by the records' own timestamps, from the first to the last
 */
record Arrivals(int lost, int twice, int outOfOrder, double perSecond) {

    private static final int PARTITIONS = 4;
    /** Who has published nothing for so long will not: Gruelbox' outbox tries again after two minutes. */
    private static final Duration SILENCE = Duration.ofSeconds(150);
    private static final Pattern BEGIN = Pattern.compile("(\\d+) (\\d+) ");

    /** Waits for them by the ends of the topic: who asks the database takes a share of what is measured. */
    static void await(Bench bench, String topic, PeerProcess process, int first, int messages) throws Exception {
        try (Admin admin = bench.kafka.admin()) {
            long before = -1;
            for (Instant changed = Instant.now(); process.isAlive() && changed.plus(SILENCE).isAfter(Instant.now()); TimeUnit.MILLISECONDS.sleep(200)) {
                long end = admin.listOffsets(partitions(topic).stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest()))).all().get().values()
                        .stream().mapToLong(p -> p.offset()).sum();
                if (end != before) {
                    before = end;
                    changed = Instant.now();
                    if (end >= first + messages && of(bench, topic, first, messages).lost == 0) {
                        return;
                    }
                }
            }
        }
    }

    static Arrivals of(Bench bench, String topic, int first, int messages) {
        BitSet seen = new BitSet(messages);
        Map<String, Integer> last = new HashMap<>();
        long[] span = {Long.MAX_VALUE, 0};
        int[] counted = {0, 0};
        bench.read(topic, record -> {
            int number = (int) begin(record)[0] - first;
            if (number < 0 || number >= messages) {
                return;
            }
            if (seen.get(number)) {
                counted[0]++;
            } else {
                seen.set(number);
                span[0] = Math.min(span[0], record.timestamp());
                span[1] = Math.max(span[1], record.timestamp());
                if (last.merge(record.key(), number, Math::max) > number) {
                    counted[1]++;
                }
            }
        });
        return new Arrivals(messages - seen.cardinality(), counted[0], counted[1], seen.cardinality() * 1000.0 / (span[1] - span[0]));
    }

    /**
     * Lets a process send at a rate, and measures microseconds from when a message was due to be sent to when it has come; what never comes is not in it.
     *
     * @param warmUp so many of the messages, the first ones, are not measured
     */
    static Histogram latencies(Bench bench, String topic, PeerProcess process, int first, int warmUp, int messages, String rateAndKeys) throws InterruptedException {
        Histogram histogram = new Histogram(3);
        Map<String, Object> settings = Map.of("bootstrap.servers", bench.kafka.brokers());
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions(topic));
            consumer.seekToEnd(partitions(topic));
            partitions(topic).forEach(consumer::position);
            process.tell("send " + first + " " + messages + " " + rateAndKeys);
            BitSet seen = new BitSet(messages);
            Instant changed = Instant.now();
            while (seen.cardinality() < messages && process.isAlive() && changed.plus(SILENCE).isAfter(Instant.now())) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
                    long[] begin = begin(record);
                    int number = (int) begin[0] - first;
                    if (number >= 0 && !seen.get(number)) {
                        seen.set(number);
                        changed = Instant.now();
                        if (number >= warmUp) {
                            histogram.recordValue(Math.max(0, now - begin[1]));
                        }
                    }
                }
            }
            process.answer();
            return histogram;
        }
    }

    private static long[] begin(ConsumerRecord<String, byte[]> record) {
        Matcher begin = BEGIN.matcher(new String(record.value(), StandardCharsets.UTF_8));
        Bench.check(begin.find(), "the record is one of ours: " + record);
        return new long[] {Long.parseLong(begin.group(1)), Long.parseLong(begin.group(2))};
    }

    private static List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, PARTITIONS).mapToObj(p -> new TopicPartition(topic, p)).toList();
    }
}
