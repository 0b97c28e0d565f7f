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

    /** A consumer is a thread. */
    private final ThreadLocal<BatchSize> sizes = ThreadLocal.withInitial(BatchSize::new);
    private final JmsEndpoint endpoint;
    private final String consumer;

    JmsContainer(JmsEndpoint endpoint, String consumer) {
        super(endpoint);
        this.endpoint = endpoint;
        this.consumer = consumer;
    }

    @Override
    protected Message receiveMessage(MessageConsumer queue) throws JMSException {
        Message first = super.receiveMessage(queue);
        if (first == null || !TransactionSynchronizationManager.isSynchronizationActive()) {
            return first;
        }
        BatchSize size = sizes.get();
        int most = size.of(endpoint.getCamelContext(), consumer);
        JmsReception reception = new JmsReception(consumer, size, LocalTransactions.seconds(Settings.text(endpoint.getCamelContext(), "tx.timeout")));
        for (Message next = first; next != null; next = reception.takesMore(most) ? queue.receiveNoWait() : null) {
            reception.add(next);
        }
        reception.join();
        return first;
    }
}
