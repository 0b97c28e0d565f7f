package model;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.reliableroutes.outbox.OutboxJava;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Where an outbox begins is known of one server and one sequence of ids, and of transactions that have ended, prepared ones too. */
class FrontierHidesNothingIT {

    private final ModelDatabase database = ModelDatabase.get();
    private final OutboxJava java = new OutboxJava(Map.of(), topic -> null);

    @Test
    void relayFindsWhatIsWrittenBelowAfterTheIdsBeginAgain() throws Exception {
        database.empty();
        java.start(List.of());
        try (Connection connection = database.connect()) {
            ModelDatabase.begin(connection, Instant.now(), 0);
            write(connection, "SELECT 'd', 'k', 't', '' FROM generate_series(1, 10)");
            connection.createStatement().execute("DELETE FROM outbox_message");
            for (int round = 1; round <= 4; round++) {
                look(connection);
            }

            connection.createStatement().execute("INSERT INTO outbox_message (id, destination, message_key, type, payload) OVERRIDING SYSTEM VALUE VALUES (3, 'd', 'k', 't', '')");
            assertThat(locked(connection)).as("what is below is not looked for").isNull();
            write(connection, "VALUES ('d', 'k', 't', '')");
            assertThat(locked(connection)).as("what is above is found").isNotNull();

            connection.createStatement().execute("TRUNCATE outbox_message RESTART IDENTITY");
            write(connection, "VALUES ('d', 'k', 't', '')");
            assertThat(locked(connection)).as("what is below and new is found").isNotNull();
        }
    }

    @Test
    void messageOfAPreparedTransactionIsWaitedFor() throws Exception {
        database.empty();
        java.start(List.of());
        try (Connection connection = database.connect(); Connection writer = database.connect(); Statement prepare = writer.createStatement()) {
            writer.setAutoCommit(false);
            write(writer, "VALUES ('d', 'k', 't', '')");
            look(connection);
            look(connection);
            prepare.execute("PREPARE TRANSACTION 'frontier'");
            write(connection, "VALUES ('d', 'k', 't', '')");
            for (int round = 1; round <= 4; round++) {
                look(connection);
            }
            connection.createStatement().execute("DELETE FROM outbox_message");
            assertThat(locked(connection)).isNull();

            writer.commit();
            writer.setAutoCommit(true);
            prepare.execute("COMMIT PREPARED 'frontier'");
            assertThat(locked(connection)).as("what was prepared is found").isNotNull();
        }
    }

    private static void write(Connection connection, String rows) throws Exception {
        connection.createStatement().execute("INSERT INTO outbox_message (destination, message_key, type, payload) " + rows);
    }

    private void look(Connection connection) throws Exception {
        Exchange exchange = java.exchange(1);
        java.settle(exchange, run(connection, "list-outbox-writers", exchange));
        if (OutboxJava.parameter(exchange, "settled") != null) {
            java.advance(exchange, run(connection, "find-outbox-frontier", exchange).get("low"));
        }
    }

    private Object locked(Connection connection) throws Exception {
        return run(connection, "lock-outbox-shards", java.exchange(1)).get("shards");
    }

    private static Map<String, Object> run(Connection connection, String statement, Exchange exchange) throws Exception {
        return new Statements().run(connection, statement, name -> OutboxJava.parameter(exchange, name)).get(0);
    }
}
