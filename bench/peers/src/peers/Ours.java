package peers;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.util.List;

/** The pack's relay with its settings as shipped. Messages are sent by plain SQL, as by a service that has no Camel. */
class Ours implements Outbox {

    private static final Path SQL = Path.of("src/main/resources/sql/postgresql");

    private Tables tables;
    private String wake;

    String route() {
        return "routes/bank-a-relay.camel.yaml";
    }

    @Override
    public void start(Servers servers, boolean relays) throws Exception {
        tables = new Tables(servers);
        tables.execute(Files.readString(SQL.resolve("schema.sql")));
        wake = Files.readString(SQL.resolve("wake-outbox.sql"));
        if (relays) {
            String[] arguments = {route(), "database.bank-a.url=" + servers.database(), "database.bank-a.user=postgres", "kafka.brokers=" + servers.brokers(),
                    "outbox.destination.transfer.requested=" + servers.topic(), "bench.topic=" + servers.topic()};
            // by its name, for the class path of its tests is no artifact
            new Thread(() -> {
                try {
                    Class.forName("harness.RunRoutes").getMethod("main", String[].class).invoke(null, (Object) arguments);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            }).start();
        }
    }

    @Override
    public void send(List<Message> messages) throws Exception {
        try (PreparedStatement insert = tables.session().prepareStatement(
                "INSERT INTO outbox_message (destination, message_key, type, payload) VALUES ('transfer.requested', ?, 'transfer.requested', ?)")) {
            for (Message message : messages) {
                insert.setString(1, message.key());
                insert.setBytes(2, message.payload().getBytes(StandardCharsets.UTF_8));
                insert.addBatch();
            }
            insert.executeBatch();
        }
        tables.execute(wake);
    }

    @Override
    public String state() throws Exception {
        return tables.state("""
                SELECT greatest((SELECT max(attempts) FROM outbox_parked), (SELECT max(attempts) FROM dead_letter), 0), (SELECT count(*) FROM dead_letter)""");
    }
}
