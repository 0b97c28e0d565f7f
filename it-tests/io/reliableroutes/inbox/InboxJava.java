package io.reliableroutes.inbox;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

import harness.Java;
import io.reliableroutes.database.TransactionPolicy;
import io.reliableroutes.kafka.KafkaHeaders;
import io.reliableroutes.outbox.OutboxJava;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.ExchangeHelper;

/** What of an inbox or an inbox-retry is Java, as it is, in a context of its own without routes, and with one connection. */
public final class InboxJava {

    /** Name and id of the topic. */
    public static final String TOPIC = "model";
    public static final String CONSUMER = "model";

    private final DefaultCamelContext context = OutboxJava.context();
    private final InboxRetries retries = new InboxRetries();
    private final InboxRepository repository = new InboxRepository();

    /**
     * @param settings   other than the shipped ones, not null
     * @param connection in whose transaction everything is done, not null
     */
    public InboxJava(Map<String, String> settings, Connection connection) {
        context.getPropertiesComponent().setLocation("file:" + Java.root().resolve("routes/application.properties"));
        settings.forEach(context.getPropertiesComponent()::addOverrideProperty);
        DataSource dataSource = dataSource(connection);
        context.getRegistry().bind("modelDb", dataSource);
        repository.setCamelContext(context);
        repository.setDataSource(dataSource);
        repository.setConsumer(CONSUMER);
        repository.init();
        retries.setConsumer(CONSUMER);
        retries.setDataSource("modelDb");
    }

    /**
     * A record as a Kafka consumer has it.
     *
     * @param seen offset of the record before it, -1 for none
     */
    public Exchange record(String id, String key, int partition, long seen, long offset) {
        Exchange exchange = new DefaultExchange(context);
        ReceivedMessage.take(exchange, CONSUMER, "modelDb").setStep(new InboxPosition.Step(TOPIC, partition, TOPIC, seen, offset));
        exchange.getMessage().setBody(id.getBytes(StandardCharsets.UTF_8));
        exchange.getMessage().setHeader("ce_id", id.getBytes(StandardCharsets.UTF_8));
        exchange.getMessage().setHeader("ce_source", "/model".getBytes(StandardCharsets.UTF_8));
        exchange.getMessage().setHeader(KafkaHeaders.KEY, key);
        exchange.getMessage().setHeader(KafkaHeaders.TOPIC, TOPIC);
        exchange.getMessage().setHeader(KafkaHeaders.PARTITION, partition);
        exchange.getMessage().setHeader(KafkaHeaders.OFFSET, offset);
        return exchange;
    }

    /** One of an inbox-retry that takes one message. */
    public Exchange exchange() {
        Exchange exchange = new DefaultExchange(context);
        retries.next(exchange);
        return exchange;
    }

    /** One of an inbox-retry-batch. */
    public Exchange batch() {
        Exchange exchange = new DefaultExchange(context);
        retries.begin(exchange);
        return exchange;
    }

    /** @return true if the exchange may take several messages */
    public boolean isBatch(Exchange exchange) {
        return ParkedMessages.of(exchange) != null;
    }

    /** @return the parameters of {@code claim-inbox-retry.sql} and {@code finish-inbox-retry.sql} */
    public Map<String, Object> parked(Exchange exchange) {
        ParkedMessages parked = ParkedMessages.of(exchange);
        return Map.of("consumer", parked.consumer(), "most", parked.most(), "ids", parked.ids());
    }

    /** @return how many of the rows are taken */
    public int claimed(Exchange exchange, List<Map<String, Object>> rows) {
        Exchange inner = ExchangeHelper.createCopy(exchange, false);
        inner.getMessage().setBody(rows);
        ParkedMessages.claimed(inner);
        return ParkedMessages.of(exchange).size();
    }

    /** @return true if one is to be taken alone now */
    public boolean isOneByOne(Exchange exchange, Exception failure) {
        Exchange inner = ExchangeHelper.createCopy(exchange, false);
        inner.setException(failure);
        InboxCourse.of(exchange).passed(inner);
        return retries.isOneByOne(exchange);
    }

    /** @return true if the message is new */
    public boolean take(Exchange exchange, int attempts) {
        exchange.setProperty(TransactionPolicy.ATTEMPTS, attempts);
        ReceivedMessage message = ReceivedMessage.of(exchange);
        message.read(exchange);
        message.check(exchange);
        return repository.add(exchange, message.inboxKey());
    }

    /** @return the parameters of {@code lock-parked-inbox-key.sql}, null if the message has no order to keep */
    public Map<String, Object> key(Exchange exchange) {
        return ReceivedMessage.ordered(exchange);
    }

    public Map<String, Object> follower(Exchange exchange) throws Exception {
        return ReceivedMessage.follower(exchange);
    }

    /** @return true if it is to be received again, with the attempts it has used up */
    public boolean isOutage(Exchange exchange, Exception failure) {
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, failure);
        return ReceivedMessage.isOutage(exchange);
    }

    public boolean isWorthAnotherTry(Exchange exchange) {
        return ReceivedMessage.isWorthAnotherTry(exchange);
    }

    public Map<String, Object> failed(Exchange exchange) throws Exception {
        return ReceivedMessage.failed(exchange);
    }

    public void claimed(Exchange exchange, Map<String, Object> row) {
        exchange.getMessage().setBody(row);
        ParkedMessage.claimed(exchange);
    }

    public Map<String, Object> buried(Exchange exchange) {
        return ParkedMessage.buried(exchange);
    }

    public boolean isParkedOutage(Exchange exchange, Exception failure) {
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, failure);
        return ParkedMessage.isOutage(exchange);
    }

    public Map<String, Object> failedAgain(Exchange exchange) {
        return ParkedMessage.failedAgain(exchange);
    }

    private static DataSource dataSource(Connection connection) {
        Connection kept = (Connection) Proxy.newProxyInstance(Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
            try {
                return List.of("close", "commit", "rollback").contains(method.getName()) && args == null ? null : method.invoke(connection, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
        return (DataSource) Proxy.newProxyInstance(DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "getConnection" -> kept;
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == args[0];
                    default -> null;
                });
    }
}
