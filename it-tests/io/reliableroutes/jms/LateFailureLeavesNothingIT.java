package io.reliableroutes.jms;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;

import demo.Bank;
import harness.Java;
import harness.Routes;
import harness.Servers;
import io.reliableroutes.support.MessageIdentity;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Between the rollback of a failed delivery and its record the broker may give the message to another consumer: then nothing of it is kept for ever. */
class LateFailureLeavesNothingIT {

    private static final MessageIdentity MESSAGE = new MessageIdentity("test", "m-1");

    private final Bank bank = Bank.open();
    private Routes routes;
    private JmsAttempts attempts;

    @BeforeEach
    void start() {
        Map<String, String> settings = bank.settings();
        settings.put("kafka.brokers", Servers.kafka().brokers());
        routes = Routes.start(settings, "bank-b-relay.camel.yaml");
        attempts = new JmsAttempts(routes.context(), routes.context().getRegistry().lookupByNameAndType("bankB", DataSource.class), "c");
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void failureOfAMessageThatAnotherConsumerIsDoingLeavesNoRow() throws Exception {
        long delivered = System.nanoTime();
        attempts.begin(MESSAGE);
        CompletableFuture<Void> late;
        try (Connection other = bank.bankB().connect(); PreparedStatement take = other.prepareStatement(sql("take-inbox-attempt.sql"))) {
            other.setAutoCommit(false);
            take.setString(1, "c");
            take.setString(2, MESSAGE.source());
            take.setString(3, MESSAGE.id());
            take.execute();
            remember(other, "now()");
            late = CompletableFuture.runAsync(() -> fail(delivered));
            Awaitility.await().until(() -> bank.bankB().waiting() > 0);
            other.commit();
        }
        late.join();

        assertThat(bank.bankB().count("inbox_attempt")).isZero();
    }

    /** Another message with the id of one that is done, which fails again and again: it has to be given up some time. */
    @Test
    void failureOfAMessageThatWasDoneBeforeItCameIsRemembered() throws SQLException {
        try (Connection other = bank.bankB().connect()) {
            remember(other, "now() - interval '1 minute'");
        }

        fail(System.nanoTime());
        fail(System.nanoTime());

        assertThat(bank.bankB().rows("SELECT attempts FROM inbox_attempt")).containsExactly(Map.of("attempts", 2));
    }

    private void fail(long delivered) {
        try {
            attempts.fail(MESSAGE, delivered, 1, 0, false, new IllegalStateException("the test says so"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void remember(Connection connection, String time) throws SQLException {
        try (PreparedStatement key = connection.prepareStatement("INSERT INTO inbox_message (consumer, source, message_id, received_at) VALUES ('c', ?, ?, " + time + ")")) {
            key.setString(1, MESSAGE.source());
            key.setString(2, MESSAGE.id());
            key.executeUpdate();
        }
    }

    private static String sql(String file) throws IOException {
        return Files.readString(Java.root().resolve("src/main/resources/sql/postgresql").resolve(file));
    }
}
