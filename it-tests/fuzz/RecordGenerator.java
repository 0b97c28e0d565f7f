package fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends records to a receiver: good ones, and hostile ones of other keys, of which some let the handler fail in hostile ways. */
final class RecordGenerator implements AutoCloseable {

    private final Hostile hostile;
    private final List<String> topics;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaProducer<byte[], byte[]> transactional;
    private final List<Written> written = new ArrayList<>();
    private int number;

    RecordGenerator(Hostile hostile, String brokers, List<String> topics) {
        this.hostile = hostile;
        this.topics = topics;
        ByteArraySerializer bytes = new ByteArraySerializer();
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", brokers, "linger.ms", "5"), bytes, bytes);
        transactional = new KafkaProducer<>(Map.of("bootstrap.servers", brokers, "transactional.id", "fuzz-" + topics), bytes, bytes);
        transactional.initTransactions();
    }

    void send(int records) {
        int outages = 12;
        for (int i = 0; i < records; i++) {
            if (hostile.below(20) < 11) {
                good("good-" + hostile.below(60));
            } else if (!written.isEmpty() && hostile.once(10)) {
                again(written.get(written.size() - 1 - hostile.below(Math.min(written.size(), 100))));
            } else if (hostile.once(60)) {
                transaction();
            } else {
                Sabotage act = hostile.once(2) ? Sabotage.OK : hostile.oneOf(Arrays.asList(Sabotage.values()));
                if (act.isOutage() && --outages < 0) {
                    act = Sabotage.OK;
                }
                hostile(producer, act, false);
            }
        }
        producer.flush();
    }

    /** One good record for each partition. */
    void sendLast() {
        for (String topic : topics) {
            producer.partitionsFor(topic).forEach(partition -> write(producer, topic, partition.partition(), "last", identity("last"), Sabotage.OK, 0, true, false));
        }
        producer.flush();
    }

    private void good(String key) {
        write(producer, topic(key), null, key, identity("good"), Sabotage.OK, 0, true, false);
    }

    private List<Header> identity(String source) {
        return new ArrayList<>(List.of(header("ce_id", "m-" + number), header("ce_source", source), header("ce_type", "fuzz"), header("x-tenant", "t-" + number)));
    }

    /** A key is in one topic only: there is no order between topics. */
    private String topic(String key) {
        return topics.get(key.hashCode() % 5 == 0 ? 1 : 0);
    }

    private void again(Written record) {
        if (!record.aborted()) {
            ProducerRecord<byte[], byte[]> copy = new ProducerRecord<>(record.record().topic(), null, record.record().key(), record.record().value(), record.record().headers());
            written.add(new Written(record.number(), copy, producer.send(copy), record.act(), record.times(), false, false));
        }
    }

    private void transaction() {
        boolean aborted = hostile.once(2);
        transactional.beginTransaction();
        for (int i = hostile.below(3); i >= 0; i--) {
            hostile(transactional, Sabotage.OK, aborted);
        }
        transactional.flush();
        if (aborted) {
            transactional.abortTransaction();
        } else {
            transactional.commitTransaction();
        }
    }

    private void hostile(KafkaProducer<byte[], byte[]> sender, Sabotage act, boolean aborted) {
        List<Header> headers = new ArrayList<>();
        boolean odd = act == Sabotage.OK || hostile.once(4);
        if (!odd || hostile.once(2)) {
            headers.addAll(identity("bad"));
        } else {
            oddIdentity(headers);
        }
        for (int i = hostile.below(4); odd && i > 0; i--) {
            String name = hostile.once(10) ? hostile.textWithNul() : hostile.name();
            // an identity in another letter case is the same header: that is tried on purpose above
            headers.add(hostile.below(headers.size() + 1), new RecordHeader(name.matches("(?i)ce_(id|source)") ? "x" : name, hostile.once(6) ? null : hostile.rawText()));
        }
        int times = act.isOutage() ? 1 + hostile.below(3) : hostile.oneOf(1, 2, 4, Sent.ALWAYS);
        byte[] key = hostile.once(4) ? null : odd && hostile.once(2) ? hostile.rawText() : ("bad-" + hostile.below(40)).getBytes(StandardCharsets.UTF_8);
        String topic = topic(key == null ? String.valueOf(number) : new String(key, StandardCharsets.UTF_8));
        write(sender, topic, null, key, headers, act, times, false, aborted);
    }

    private void oddIdentity(List<Header> headers) {
        List<Header> parts = new ArrayList<>();
        for (String name : List.of("ce_id", "ce_source")) {
            for (int i = hostile.oneOf(0, 1, 1, 1, 1, 1, 1, 2); i > 0; i--) {
                byte[] value = hostile.once(12) ? null : hostile.once(2) ? hostile.rawText() : (hostile.text() + number).getBytes(StandardCharsets.UTF_8);
                parts.add(new RecordHeader(hostile.once(15) ? name.toUpperCase() : name, value));
            }
        }
        if (!written.isEmpty() && hostile.once(8)) {
            // the id of an earlier one, of another source
            parts = List.of(header("ce_id", "m-" + hostile.below(number)), header("ce_source", "other " + number));
        } else if (hostile.once(20)) {
            // as if it had none and came from there
            parts = List.of(header("ce_source", "kafka:" + topics.get(0)), header("ce_id", hostile.below(2) + "@" + hostile.below(200)));
        }
        headers.addAll(parts);
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private void write(KafkaProducer<byte[], byte[]> sender, String topic, Integer partition, Object key, List<Header> headers, Sabotage act, int times, boolean good, boolean aborted) {
        byte[] rawKey = key instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : (byte[]) key;
        byte[] order = (number++ + " " + times + " " + act + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] value = Arrays.copyOf(order, order.length + (good ? hostile.below(200) : hostile.oneOf(0, 10, 3_000, hostile.once(40) ? 900_000 : 10)));
        byte[] more = hostile.bytes(value.length - order.length);
        System.arraycopy(more, 0, value, order.length, more.length);
        if (!good && act == Sabotage.OK && hostile.once(12)) {
            value = hostile.once(2) ? null : new byte[0];
        }
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, partition, rawKey, value, headers);
        written.add(new Written(number - 1, record, sender.send(record), act, times, good, aborted));
    }

    /** All that was sent and acknowledged, in the order of sending. */
    List<Sent> sent() {
        return written.stream().map(Written::sent).toList();
    }

    @Override
    public void close() {
        producer.close();
        transactional.close();
    }

    private record Written(int number, ProducerRecord<byte[], byte[]> record, Future<RecordMetadata> acknowledged, Sabotage act, int times, boolean good, boolean aborted) {

        Sent sent() {
            try {
                RecordMetadata place = acknowledged.get();
                return new Sent(number, place.topic(), place.partition(), place.offset(), record.key(), List.of(record.headers().toArray()), act, times, good, aborted,
                        record.value() == null || record.value().length == 0, Seen.digest(record.value()));
            } catch (Exception e) {
                throw new IllegalStateException(record.topic() + ": a record was not taken", e);
            }
        }
    }
}
