package io.reliableroutes.jms;

import io.reliableroutes.database.LocalTransactions;
import io.reliableroutes.inbox.BatchSize;
import io.reliableroutes.support.Settings;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import org.apache.camel.component.jms.DefaultJmsMessageListenerContainer;
import org.apache.camel.component.jms.JmsEndpoint;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * A listener container that goes on receiving in the transaction of the first message, for as long as there are more: to prepare and to commit costs
 * as much for one as for many. The listener gets the first one, and {@link JmsReception} has all.
 */
final class JmsContainer extends DefaultJmsMessageListenerContainer {

    /** Of all its consumers: one whose commit has failed goes on as another thread. */
    private final BatchSize size = new BatchSize();
    private int alone;
    private final JmsEndpoint endpoint;
    private final String consumer;

    JmsContainer(JmsEndpoint endpoint, String consumer) {
        super(endpoint);
        this.endpoint = endpoint;
        this.consumer = consumer;
    }

    @Override
    protected Message receiveMessage(MessageConsumer queue) throws JMSException {
        long begun = System.nanoTime();
        Message first = super.receiveMessage(queue);
        if (first == null || !TransactionSynchronizationManager.isSynchronizationActive()) {
            return first;
        }
        int most = most();
        JmsReception reception = new JmsReception(consumer, this::learn, begun, LocalTransactions.seconds(Settings.text(endpoint.getCamelContext(), "tx.timeout")));
        for (Message next = first; next != null; next = reception.takesMore(most) ? queue.receiveNoWait() : null) {
            reception.add(next);
        }
        reception.join();
        return first;
    }

    private synchronized int most() {
        if (alone > 0) {
            alone--;
            return 1;
        }
        return size.of(endpoint.getCamelContext(), consumer);
    }

    /** So many that were undone come alone, also from a broker that does not say that they come again. */
    private synchronized void learn(boolean good, int undone) {
        size.learn(good);
        alone += undone;
    }
}
