package io.reliableroutes.jms;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.reliableroutes.support.MessageIdentity;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The messages that were received in one transaction, until its end. A message that was delivered before is received alone: something has undone
 * its transaction, and alone it shows whether it was its fault.
 */
final class JmsReception implements TransactionSynchronization {

    private static final Logger LOG = LoggerFactory.getLogger(JmsReception.class);
    /** Characters or bytes that are held in memory at a time, beside the last message. */
    private static final long MOST_BYTES = 1 << 20;
    /** A client may read a long body from the network, and only until it receives the next message. */
    private static final long LONG_BYTES = 1 << 16;

    private final String consumer;
    private final Lesson lesson;
    private final List<Message> messages = new ArrayList<>();
    private final List<MessageIdentity> begun = new ArrayList<>();
    private final long lateAt;
    private JmsAttempts attempts;
    private boolean closed;
    private long bytes;

    /** Of a transaction that has begun then, {@link System#nanoTime}, and may last so long. */
    JmsReception(String consumer, Lesson lesson, long begun, long timeoutSeconds) {
        this.consumer = consumer;
        this.lesson = lesson;
        this.lateAt = begun + TimeUnit.SECONDS.toNanos(timeoutSeconds) / 2;
    }

    /** That of the current transaction, null if it has received only one message. */
    static JmsReception current() {
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            for (TransactionSynchronization each : TransactionSynchronizationManager.getSynchronizations()) {
                if (each instanceof JmsReception reception) {
                    return reception;
                }
            }
        }
        return null;
    }

    void add(Message message) throws JMSException {
        messages.add(message);
        try {
            closed = message.getJMSRedelivered() || !JmsForm.isReadable(message) || isLong(message);
        } catch (RuntimeException e) {
            // a body that is not what it says: whoever handles it finds that out
            closed = true;
        }
    }

    private boolean isLong(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            bytes += text.getText() == null ? 0 : text.getText().length();
            return false;
        }
        bytes += ((BytesMessage) message).getBodyLength();
        return ((BytesMessage) message).getBodyLength() > LONG_BYTES;
    }

    /** Whether one more may be received. */
    boolean takesMore(int most) {
        // what is received behind the time-out of the transaction would be received outside it
        return !closed && messages.size() < most && bytes < MOST_BYTES && !isLate();
    }

    private boolean isLate() {
        return System.nanoTime() - lateAt > 0;
    }

    /** Its end is that of the current transaction; one message alone is no batch. */
    void join() {
        if (messages.size() > 1) {
            TransactionSynchronizationManager.registerSynchronization(this);
        }
    }

    /** In their order; not null. */
    List<Message> messages() {
        return messages;
    }

    /** It was recorded that this one, which was delivered before, is handled: a rollback is no crash. */
    void begun(MessageIdentity identity, JmsAttempts by) {
        begun.add(identity);
        attempts = by;
    }

    @Override
    public void afterCompletion(int status) {
        // one that has needed half of its time would be rolled back with some more load, again and again
        lesson.learn(status == STATUS_COMMITTED && !isLate(), status == STATUS_COMMITTED ? 0 : messages.size());
        if (status == STATUS_COMMITTED) {
            return;
        }
        LOG.info("inbox of {}: {} messages that shared a transaction come again and are handled one by one", consumer, messages.size());
        try {
            for (MessageIdentity identity : begun) {
                attempts.interrupt(identity);
            }
        } catch (SQLException | RuntimeException e) {
            LOG.debug("inbox of {}: nothing can be recorded now", consumer, e);
        }
    }

    /** What the next receptions learn of this one. */
    interface Lesson {

        /**
         * @param good   false if the next ones are to be smaller
         * @param undone messages that come again, 0 if it was committed
         */
        void learn(boolean good, int undone);
    }
}
