package io.reliableroutes;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedForMessageFormatException;
import org.apache.kafka.common.header.Header;

/**
 * A Kafka producer that stops at its first failure. Kafka's own goes on: it would deliver the second message of a key after it has
 * given up the first. Here the first failure, or a record unacknowledged for the deadline, closes the producer at once and without
 * sending what waits in it (the pattern that the Javadoc of {@code KafkaProducer.close(Duration)} describes). The batch fails, is
 * rolled back and claimed again, and is sent by a new producer.
 * <p>
 * One thread sends; that is what a relay's scheduler guarantees.
 */
final class RelayProducer implements InvocationHandler {

    private final Supplier<Producer<Object, Object>> factory;
    private final Duration deadline;
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private volatile Producer<Object, Object> producer;
    /** the sending thread knows of the failure: its batch is over, the next send belongs to a new one */
    private boolean reported;

    private RelayProducer(Supplier<Producer<Object, Object>> factory, Duration deadline) {
        this.factory = factory;
        this.deadline = deadline;
        this.producer = factory.get();
    }

    /**
     * @param  factory  makes a producer, not null; called again after each failure
     * @param  deadline how long a record may stay unacknowledged, positive
     * @return          the producer, not null
     */
    @SuppressWarnings("unchecked")
    static Producer<Object, Object> create(Supplier<Producer<Object, Object>> factory, Duration deadline) {
        return (Producer<Object, Object>) Proxy.newProxyInstance(RelayProducer.class.getClassLoader(),
                new Class<?>[] {Producer.class}, new RelayProducer(factory, deadline));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
        if (method.getName().equals("send")) {
            return send((ProducerRecord<?, ?>) args[0]);
        }
        try {
            return method.invoke(producer, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @SuppressWarnings("unchecked")
    private Future<RecordMetadata> send(ProducerRecord<?, ?> record) {
        if (failure.get() != null) {
            if (!reported) {
                throw report();
            }
            producer = factory.get();
            reported = false;
            failure.set(null);
        }
        Producer<Object, Object> current = producer;
        Callback stopAtFailure = (metadata, e) -> {
            if (e != null) {
                fail(current, record, e);
            }
        };
        Future<RecordMetadata> sent;
        try {
            sent = current.send((ProducerRecord<Object, Object>) record, stopAtFailure);
        } catch (RuntimeException e) {
            fail(current, record, e);
            throw report();
        }
        if (failure.get() != null) {
            throw report();
        }
        return new Acknowledgement(current, record, sent, System.nanoTime() + deadline.toNanos());
    }

    private RuntimeException report() {
        reported = true;
        return failure.get();
    }

    private void fail(Producer<Object, Object> failed, ProducerRecord<?, ?> record, Throwable e) {
        Throwable refusal = refusal(e);
        RuntimeException known = refusal != null ? new RejectedRecordException(messageId(record), refusal)
                : new KafkaException("broker did not acknowledge: " + e.getMessage(), e);
        if (failed == producer && failure.compareAndSet(null, known)) {
            failed.close(Duration.ZERO);
        }
    }

    /** The error if it is about the record or its topic, else null: {@code UnknownTopicOrPartition} comes as the cause of a time-out. */
    private static Throwable refusal(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof RecordTooLargeException || t instanceof SerializationException || t instanceof InvalidTopicException
                    || t instanceof TopicAuthorizationException || t instanceof UnknownTopicOrPartitionException
                    || t instanceof UnsupportedForMessageFormatException
                    || t instanceof org.apache.kafka.common.InvalidRecordException
                    || t instanceof org.apache.kafka.common.errors.PolicyViolationException) {
                return t;
            }
        }
        return null;
    }

    private static String messageId(ProducerRecord<?, ?> record) {
        Header id = record.headers().lastHeader("ce_id");
        return id == null ? "without id" : new String(id.value(), StandardCharsets.UTF_8);
    }

    /** The future of one record: it fails with the first failure of its batch, and no later than at the deadline. */
    private final class Acknowledgement extends CompletableFuture<RecordMetadata> {

        private final Producer<Object, Object> sender;
        private final ProducerRecord<?, ?> record;
        private final Future<RecordMetadata> sent;
        private final long due;

        Acknowledgement(Producer<Object, Object> sender, ProducerRecord<?, ?> record, Future<RecordMetadata> sent, long due) {
            this.sender = sender;
            this.record = record;
            this.sent = sent;
            this.due = due;
        }

        @Override
        public RecordMetadata get() throws InterruptedException, ExecutionException {
            try {
                return sent.get(Math.max(0, due - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                fail(sender, record, e.getCause());
            } catch (TimeoutException e) {
                fail(sender, record, new TimeoutException("no answer within " + deadline.toSeconds() + " s"));
            }
            throw new ExecutionException(report());
        }
    }
}
