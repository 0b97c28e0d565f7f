package peers;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.gruelbox.transactionoutbox.DefaultPersistor;
import com.gruelbox.transactionoutbox.Dialect;
import com.gruelbox.transactionoutbox.ExecutorSubmitter;
import com.gruelbox.transactionoutbox.Instantiator;
import com.gruelbox.transactionoutbox.Submitter;
import com.gruelbox.transactionoutbox.TransactionManager;
import com.gruelbox.transactionoutbox.TransactionOutbox;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

/** Gruelbox' transaction-outbox. This release has no order; later ones have {@code with().ordered(topic)}. */
final class Gruelbox implements Outbox {

    interface Publisher {
        void publish(String key, String payload);
    }

    private Tables tables;
    private TransactionManager transactions;
    private TransactionOutbox outbox;

    @Override
    public void start(Servers servers, boolean relays) {
        tables = new Tables(servers);
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(servers.database());
        pool.setUsername("postgres");
        pool.setMaximumPoolSize(50);
        transactions = TransactionManager.fromDataSource(new HikariDataSource(pool));
        Publisher publisher = new Producer(servers)::publish;
        // https://github.com/gruelbox/transaction-outbox#configuration-reference: what is not said here is its default, such as 2 minutes
        // between attempts, 5 attempts, and 4,096 messages a flush. Nothing else there is about throughput but the executor.
        Submitter nobody = (entry, local) -> { };
        outbox = TransactionOutbox.builder()
                .transactionManager(transactions)
                .persistor(DefaultPersistor.builder().dialect(Dialect.POSTGRESQL_9).build())
                .instantiator(Instantiator.using(type -> publisher))
                .submitter(relays ? ExecutorSubmitter.builder().executor(Executors.newFixedThreadPool(32)).build() : nobody)
                // what waits is due when the relay starts
                .attemptFrequency(relays ? Duration.ofMinutes(2) : Duration.ofSeconds(1))
                .build();
        if (relays) {
            // #set-up-the-background-worker there: "as often as you like"
            Executors.newSingleThreadScheduledExecutor().scheduleWithFixedDelay(this::flush, 0, 1, TimeUnit.SECONDS);
        }
    }

    private void flush() {
        try {
            boolean more = true;
            while (more) {
                more = outbox.flush();
            }
        } catch (RuntimeException e) {
            e.printStackTrace();
        }
    }

    @Override
    public void send(List<Message> messages) {
        transactions.inTransaction(() -> messages.forEach(message -> outbox.schedule(Publisher.class).publish(message.key(), message.payload())));
    }

    @Override
    public String state() throws Exception {
        return tables.state("SELECT coalesce(max(attempts), 0), count(*) FILTER (WHERE blocked) FROM txno_outbox");
    }
}
