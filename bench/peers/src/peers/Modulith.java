package peers;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.modulith.events.EventExternalizationConfiguration;
import org.springframework.modulith.events.FailedEventPublications;
import org.springframework.modulith.events.ResubmissionOptions;
import org.springframework.modulith.events.RoutingTarget;
import org.springframework.transaction.support.TransactionTemplate;

/** Spring Modulith's event publication registry with its externalisation to Kafka. */
final class Modulith implements Outbox {

    @Configuration
    @EnableAutoConfiguration
    static class Application {

        /** https://docs.spring.io/spring-modulith/reference/events.html, "Programmatic Event Externalization Configuration". */
        @Bean
        EventExternalizationConfiguration externalization(Environment settings) {
            return EventExternalizationConfiguration.externalizing()
                    .selectByType(Message.class)
                    .mapping(Message.class, Message::payload)
                    .route(Message.class, message -> RoutingTarget.forTarget(settings.getProperty("topic")).andKey(message.key()))
                    .build();
        }
    }

    private Tables tables;
    private ConfigurableApplicationContext context;
    private TransactionTemplate transactions;

    @Override
    public void start(Servers servers, boolean relays) {
        tables = new Tables(servers);
        SpringApplication application = new SpringApplicationBuilder(Application.class).properties(
                "topic=" + servers.topic(), "spring.kafka.bootstrap-servers=" + servers.brokers(),
                "spring.datasource.url=" + servers.database(), "spring.datasource.username=postgres", "spring.datasource.hikari.maximum-pool-size=50",
                // the same page: its tables, "Event Publication Completion", and what is left over at start
                "spring.modulith.events.jdbc.schema-initialization.enabled=true",
                "spring.modulith.events.completion-mode=delete",
                "spring.modulith.events.republish-outstanding-events-on-restart=true",
                // it names no number of threads; Spring Boot's default is 8, and the others here have 32
                "spring.task.execution.pool.core-size=32").build();
        if (!relays) {
            // listeners are told after the commit, by this executor: nobody listens yet
            application.addInitializers(context -> context.getBeanFactory().registerSingleton("applicationTaskExecutor", new Nobody()));
        }
        context = application.run();
        transactions = context.getBean(TransactionTemplate.class);
        if (relays) {
            // the same page leaves to the application when what has failed is submitted again, "Managing Event Publications"
            FailedEventPublications failed = context.getBean(FailedEventPublications.class);
            Executors.newSingleThreadScheduledExecutor().scheduleWithFixedDelay(() -> failed.resubmit(ResubmissionOptions.defaults()), 5, 5, TimeUnit.SECONDS);
        }
    }

    @Override
    public void send(List<Message> messages) {
        transactions.executeWithoutResult(status -> messages.forEach(context::publishEvent));
    }

    @Override
    public String state() throws Exception {
        return tables.state("SELECT coalesce(max(completion_attempts), 0), count(*) FILTER (WHERE status = 'FAILED') FROM event_publication");
    }

    @Override
    public void close() {
        context.close();
    }

    private static final class Nobody implements AsyncTaskExecutor {

        @Override
        public void execute(Runnable task) {
            // as if the process ended here
        }
    }
}
