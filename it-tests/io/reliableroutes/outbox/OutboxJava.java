package io.reliableroutes.outbox;

import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import harness.Java;
import io.reliableroutes.database.TransactionPolicy;
import io.reliableroutes.kafka.KafkaHeaders;
import io.reliableroutes.operate.DeadLetterRequest;
import io.reliableroutes.outbox.kafka.KafkaTopics;
import io.reliableroutes.outbox.kafka.RejectedRecordException;
import io.reliableroutes.support.CommitLog;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultContextServiceLoaderPlugin;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * What of a relay or an outbox-retry is Java, as it is, in a context of its own without routes: the shipped settings, some set otherwise, and a
 * broker that answers only the question whether a topic can be written to.
 */
public final class OutboxJava {

    private final DefaultCamelContext context = context();
    private final Map<String, String> destinations = new HashMap<>();
    private OutboxRecords records = new OutboxRecords();
    private OutboxDestinations reopened = new OutboxDestinations();
    private OutboxPace pace = pace();

    /**
     * @param settings other than the shipped ones, not null
     * @param broker   gives what is wrong with a topic, null for nothing; not null itself
     */
    public OutboxJava(Map<String, String> settings, Function<String, Throwable> broker) {
        context.getPropertiesComponent().setLocation("file:" + Java.root().resolve("routes/application.properties"));
        settings.forEach(context.getPropertiesComponent()::addOverrideProperty);
        context.getPropertiesComponent().addPropertiesSource(new PropertiesSource() {
            @Override
            public String getName() {
                return "destinations";
            }

            @Override
            public String getProperty(String name) {
                return destinations.get(name);
            }
        });
        try {
            Field admin = KafkaTopics.class.getDeclaredField("admin");
            admin.setAccessible(true);
            admin.set(KafkaTopics.of(context), admin(broker));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A context that says nothing of messages that are refused or dead, nor that it has no wiring. */
    public static DefaultCamelContext context() {
        Configurator.setLevel(CommitLog.class.getName(), Level.OFF);
        Configurator.setLevel(DefaultContextServiceLoaderPlugin.class.getName(), Level.OFF);
        return new DefaultCamelContext();
    }

    /** A process that starts: it remembers nothing, and its destinations are mapped to topics of their names. */
    public void start(Collection<String> mapped) {
        destinations.clear();
        mapped.forEach(name -> destinations.put(KafkaTopics.DESTINATION + name, name));
        records = new OutboxRecords();
        reopened = new OutboxDestinations();
        pace = pace();
        KafkaTopics.of(context).forget();
        OutboxFrontier.forget(new DefaultExchange(context), "model");
    }

    /** @param attempts transactions that this exchange has been through, with this one */
    public Exchange exchange(int attempts) {
        Exchange exchange = new DefaultExchange(context);
        exchange.setProperty(TransactionPolicy.ATTEMPTS, attempts);
        pace.begin(exchange);
        return exchange;
    }

    private static OutboxPace pace() {
        OutboxPace pace = new OutboxPace();
        pace.setDataSource("model");
        pace.setSource("/model");
        return pace;
    }

    /** A parameter of the statements of an exchange. */
    public static Object parameter(Exchange exchange, String name) {
        return OutboxBatch.of(exchange).get(name);
    }

    /** @param locked the value of lock-outbox-shards.sql */
    public void own(Exchange exchange, Object locked) {
        exchange.getMessage().setBody(locked);
        OutboxBatch.of(exchange).pace().own(exchange);
    }

    /** @param writers the row of list-outbox-writers.sql */
    public void settle(Exchange exchange, Map<String, Object> writers) {
        exchange.getMessage().setBody(writers);
        new OutboxFrontier().settle(exchange);
    }

    /** @param low the value of find-outbox-frontier.sql */
    public void advance(Exchange exchange, Object low) {
        exchange.getMessage().setBody(low);
        new OutboxFrontier().advance(exchange);
    }

    public void toRecords(Exchange exchange) throws Exception {
        records.toRecords(exchange);
    }

    public void probe(Exchange exchange) throws Exception {
        reopened.probe(exchange);
    }

    /** The policy's Java, when the sink refuses a record. */
    public void refuse(Exchange exchange, Message record, boolean destination, Throwable cause) throws Exception {
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, new RejectedRecordException(record.getBody(),
                destination ? RejectedRecordException.Fault.DESTINATION : RejectedRecordException.Fault.MESSAGE, cause));
        new OutboxRefusal().read(exchange);
    }

    /** A header of a record on its way to the broker. */
    public static String header(Message record, String name) {
        return ((OutboxRecord) record.getBody()).headers().get(name);
    }

    public static String destination(Message record) {
        return (String) ((OutboxRecord) record.getBody()).row().get("destination");
    }

    public static String topic(Message record) {
        return record.getHeader(KafkaHeaders.OVERRIDE_TOPIC, String.class);
    }

    private static Admin admin(Function<String, Throwable> broker) {
        return (Admin) Proxy.newProxyInstance(Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, (proxy, method, args) -> {
            if (!method.getName().equals("describeTopics")) {
                return null;
            }
            Map<String, KafkaFuture<TopicDescription>> answers = new HashMap<>();
            for (Object topic : (Collection<?>) args[0]) {
                KafkaFutureImpl<TopicDescription> answer = new KafkaFutureImpl<>();
                Throwable problem = broker.apply((String) topic);
                if (problem == null) {
                    answer.complete(new TopicDescription((String) topic, false, List.of(), Set.of(AclOperation.WRITE)));
                } else {
                    answer.completeExceptionally(problem);
                }
                answers.put((String) topic, answer);
            }
            return new Answers(answers);
        });
    }

    private static final class Answers extends DescribeTopicsResult {

        Answers(Map<String, KafkaFuture<TopicDescription>> answers) {
            super(null, answers);
        }
    }

    /** Parameters of {@code end-dead-letters.sql} for all open letters. */
    public static Map<String, Object> allLetters(String action) throws Exception {
        return new DeadLetterRequest().read("{\"all\": true, \"who\": \"model\", \"reason\": \"model\"}", action, null);
    }
}
