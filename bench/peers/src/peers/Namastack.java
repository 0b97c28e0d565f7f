package peers;

import java.util.List;

import io.namastack.outbox.handler.OutboxRecordMetadata;
import io.namastack.outbox.handler.OutboxTypedHandler;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.transaction.support.TransactionTemplate;

/** Namastack Outbox for Spring Boot with JDBC; messages of a key are handled in their order. */
final class Namastack implements Outbox {

    @Configuration
    @EnableAutoConfiguration
    @EnableScheduling
    static class Application {

        /** As its own for Kafka does, https://www.namastack.io/outbox/1.6.x/reference/messaging/: it sends, and waits. */
        @Bean
        OutboxTypedHandler<Message> handler(Environment settings) {
            Producer producer = new Producer(new Servers(null, settings.getProperty("brokers"), settings.getProperty("topic")));
            return new Handler(producer);
        }
    }

    record Handler(Producer producer) implements OutboxTypedHandler<Message> {

        @Override
        public void handle(Message message, OutboxRecordMetadata metadata) {
            producer.publish(message.key(), message.payload());
        }
    }

    private Tables tables;
    private ConfigurableApplicationContext context;
    private io.namastack.outbox.Outbox outbox;
    private TransactionTemplate transactions;

    @Override
    public void start(Servers servers, boolean relays) {
        tables = new Tables(servers);
        context = new SpringApplicationBuilder(Application.class).properties(
                "brokers=" + servers.brokers(), "topic=" + servers.topic(),
                "spring.datasource.url=" + servers.database(), "spring.datasource.username=postgres", "spring.datasource.hikari.maximum-pool-size=50",
                // https://www.namastack.io/outbox/reference/performance-tuning/, "Platform-Thread Candidate"
                "namastack.outbox.polling.trigger=fixed", "namastack.outbox.polling.batch-size=1000",
                "namastack.outbox.polling.fixed.interval=" + (relays ? "25ms" : "1d"),
                "namastack.outbox.processing.delete-completed-records=false", "namastack.outbox.processing.stop-on-first-failure=true",
                "namastack.outbox.processing.executor-core-pool-size=16", "namastack.outbox.processing.executor-max-pool-size=32",
                "namastack.outbox.instance.heartbeat-interval=1s", "namastack.outbox.instance.stale-instance-timeout=10s",
                "namastack.outbox.instance.rebalance-interval=1s").run();
        outbox = context.getBean(io.namastack.outbox.Outbox.class);
        transactions = context.getBean(TransactionTemplate.class);
    }

    @Override
    public void send(List<Message> messages) {
        transactions.executeWithoutResult(status -> messages.forEach(message -> outbox.schedule(message, message.key())));
    }

    @Override
    public String state() throws Exception {
        return tables.state("SELECT coalesce(max(failure_count), 0), count(*) FILTER (WHERE status = 'FAILED') FROM outbox_record");
    }

    @Override
    public void close() {
        context.close();
    }
}
