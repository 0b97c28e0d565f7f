package io.reliableroutes.outbox.kafka;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.reliableroutes.support.UnsafeFailureException;
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
    /** null before the first record: a broker that has no address yet must not keep an application from its start */
    private volatile Attempt current;
    /** the sending thread knows of the failure: its batch is over, the next send belongs to a new one */
    private boolean reported;

    private RelayProducer(Supplier<Producer<Object, Object>> factory, Duration deadline) {
        this.factory = factory;
        this.deadline = deadline;
    }

    /**
     * @param  factory  makes a producer, not null; called for the first record, and again after each failure
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
        Attempt attempt = current;
        if (attempt == null) {
            if (method.getName().equals("close")) {
                return null;
            }
            throw new IllegalStateException("a relay's producer sends and closes, and has sent nothing yet");
        }
        try {
            return method.invoke(attempt.producer, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @SuppressWarnings("unchecked")
    private Future<RecordMetadata> send(ProducerRecord<?, ?> record) {
        Attempt attempt = current;
        if (attempt == null || attempt.failure.get() != null) {
            if (attempt != null && !reported) {
                throw report(attempt);
            }
            attempt = new Attempt(factory.get());
            current = attempt;
            reported = false;
        }
        Attempt sender = attempt;
        Callback stopAtFailure = (metadata, e) -> {
            if (e != null) {
                sender.fail(record, e);
            }
        };
        Future<RecordMetadata> sent;
        try {
            sent = sender.producer.send((ProducerRecord<Object, Object>) record, stopAtFailure);
        } catch (RuntimeException e) {
            sender.fail(record, e);
            throw report(sender);
        }
        if (sender.failure.get() != null) {
            throw report(sender);
        }
        return new Acknowledgement(sender, record, sent, System.nanoTime() + deadline.toNanos());
    }

    private RuntimeException report(Attempt attempt) {
        reported = true;
        return attempt.failure.get();
    }

    /** The error if it is about the record or its topic, else null: {@code UnknownTopicOrPartition} comes as the cause of a time-out. */
    private static RejectedRecordException refusal(ProducerRecord<?, ?> record, Throwable e) {
        for (Throwable t : UnsafeFailureException.causes(e)) {
            if (t instanceof InvalidTopicException || t instanceof TopicAuthorizationException || t instanceof UnknownTopicOrPartitionException) {
                return new RejectedRecordException(record.value(), RejectedRecordException.Fault.DESTINATION, t);
            }
            if (t instanceof RecordTooLargeException || t instanceof SerializationException || t instanceof UnsupportedForMessageFormatException
                    || t instanceof org.apache.kafka.common.InvalidRecordException
                    || t instanceof org.apache.kafka.common.errors.PolicyViolationException) {
                return new RejectedRecordException(record.value(), RejectedRecordException.Fault.MESSAGE, t);
            }
        }
        return null;
    }

    /** One producer with its first failure: what an old one still tells is not taken for a failure of its successor. */
    private static final class Attempt {

        private final Producer<Object, Object> producer;
        private final AtomicReference<RuntimeException> failure = new AtomicReference<>();

        Attempt(Producer<Object, Object> producer) {
            this.producer = producer;
        }

        void fail(ProducerRecord<?, ?> record, Throwable e) {
            RejectedRecordException refusal = refusal(record, e);
            if (failure.compareAndSet(null, refusal != null ? refusal : new KafkaException("broker did not acknowledge: " + e.getMessage(), e))) {
                producer.close(Duration.ZERO);
            }
        }
    }

    /** The future of one record: it fails with the first failure of its batch, and no later than at the deadline. */
    private final class Acknowledgement extends CompletableFuture<RecordMetadata> {

        private final Attempt sender;
        private final ProducerRecord<?, ?> record;
        private final Future<RecordMetadata> sent;
        private final long due;

        Acknowledgement(Attempt sender, ProducerRecord<?, ?> record, Future<RecordMetadata> sent, long due) {
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
                sender.fail(record, e.getCause());
            } catch (TimeoutException e) {
                sender.fail(record, new TimeoutException("no answer within " + deadline.toSeconds() + " s"));
            }
            throw new ExecutionException(report(sender));
        }
    }
}
