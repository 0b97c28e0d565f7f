package io.reliableroutes.jms;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import harness.Servers;
import harness.TcpProxy;
import io.reliableroutes.xa.XaLock;
import jakarta.jms.XAConnection;
import jakarta.jms.XAConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQXAConnectionFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A node's connection to the broker breaks again and again: each is closed, and the next one takes the node's name. */
class BrokenConnectionIsClosedIT {

    private static final int CUTS = 5;

    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    @Test
    void nodeLockKeepsNoBrokenConnection() {
        int port = Integer.parseInt(Servers.artemis().url().replaceFirst(".*:", ""));
        try (TcpProxy network = new TcpProxy(port, Duration.ZERO); XaConnectionFactory connections = new XaConnectionFactory();
                XaLock lock = connections.nodeLock("broken-1")) {
            connections.setConnectionFactory(counting(new ActiveMQXAConnectionFactory("tcp://127.0.0.1:" + network.port())));
            for (int cut = 1; cut <= CUTS; cut++) {
                // one more of them is opened and closed while the broker has not noticed the cut
                Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> lock.problem() == null && opened.get() == closed.get() + 1);

                network.cut();

                Awaitility.await("close of connection " + cut).atMost(Duration.ofMinutes(3)).until(() -> closed.get() == opened.get());
            }
        }
        assertThat(closed).hasValue(opened.get());
        assertThat(opened.get()).isGreaterThanOrEqualTo(CUTS);
    }

    private XAConnectionFactory counting(XAConnectionFactory broker) {
        return (XAConnectionFactory) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {XAConnectionFactory.class}, (proxy, method, arguments) -> {
            try {
                Object result = method.invoke(broker, arguments);
                return result instanceof XAConnection connection ? counting(connection) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    private XAConnection counting(XAConnection connection) {
        opened.incrementAndGet();
        return (XAConnection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {XAConnection.class}, (proxy, method, arguments) -> {
            try {
                Object result = method.invoke(connection, arguments);
                if (method.getName().equals("close")) {
                    closed.incrementAndGet();
                }
                return result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }
}
