package io.reliableroutes.jms;

import org.apache.camel.component.jms.JmsEndpoint;
import org.apache.camel.component.jms.MessageListenerContainerFactory;
import org.springframework.jms.listener.AbstractMessageListenerContainer;

/** Makes the listener container of an inbox-jms, which receives several messages in a transaction. A bean of one template's route. */
public class JmsContainers implements MessageListenerContainerFactory {

    private String consumer;

    /** @param consumer name of the receiver, not null */
    public void setConsumer(String consumer) {
        this.consumer = consumer;
    }

    @Override
    public AbstractMessageListenerContainer createMessageListenerContainer(JmsEndpoint endpoint) {
        return new JmsContainer(endpoint, consumer);
    }
}
