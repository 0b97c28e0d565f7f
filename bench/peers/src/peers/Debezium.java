package peers;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.util.List;

import org.apache.kafka.connect.cli.ConnectStandalone;

/** Debezium's outbox event router in Kafka Connect, one process. */
final class Debezium implements Outbox {

    private Tables tables;
    private Servers servers;
    private int port;

    @Override
    public void start(Servers where, boolean relays) throws Exception {
        servers = where;
        tables = new Tables(where);
        if (relays) {
            new Thread(this::connect).start();
            return;
        }
        // https://debezium.io/documentation/reference/stable/transformations/outbox-event-router.html, "Basic outbox table"
        tables.execute("""
                CREATE TABLE outboxevent (
                  id            uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
                  aggregatetype varchar(255) NOT NULL,
                  aggregateid   varchar(255) NOT NULL,
                  type          varchar(255) NOT NULL,
                  payload       jsonb
                )""");
        // what is sent from here on is what waits for the connector
        tables.execute("CREATE PUBLICATION dbz_publication FOR TABLE outboxevent");
        tables.execute("SELECT pg_create_logical_replication_slot('debezium', 'pgoutput')");
    }

    private void connect() {
        try {
            try (ServerSocket socket = new ServerSocket(0)) {
                port = socket.getLocalPort();
            }
            Path folder = Files.createTempDirectory("connect");
            Path worker = Files.writeString(folder.resolve("worker.properties"), """
                    bootstrap.servers=%s
                    listeners=http://127.0.0.1:%d
                    offset.storage.file.filename=%s
                    key.converter=org.apache.kafka.connect.storage.StringConverter
                    value.converter=org.apache.kafka.connect.storage.StringConverter
                    """.formatted(servers.brokers(), port, folder.resolve("offsets")));
            // The connector's page names no other values for throughput than its defaults, max.batch.size=2048 and max.queue.size=8192:
            // https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-property-max-batch-size
            // no_data streams from where the slot was made: #postgresql-property-snapshot-mode there.
            // The router's page has its own for all that is not the topic's name.
            URI database = URI.create(servers.database().substring("jdbc:".length()));
            Path connector = Files.writeString(folder.resolve("connector.properties"), """
                    name=outbox
                    connector.class=io.debezium.connector.postgresql.PostgresConnector
                    plugin.name=pgoutput
                    database.hostname=%s
                    database.port=%d
                    database.dbname=%s
                    database.user=postgres
                    database.password=
                    topic.prefix=bench
                    table.include.list=public.outboxevent
                    snapshot.mode=no_data
                    transforms=outbox
                    transforms.outbox.type=io.debezium.transforms.outbox.EventRouter
                    transforms.outbox.route.topic.replacement=${routedByValue}
                    """.formatted(database.getHost(), database.getPort(), database.getPath().substring(1)));
            ConnectStandalone.main(new String[] {worker.toString(), connector.toString()});
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void send(List<Message> messages) throws Exception {
        try (PreparedStatement insert = tables.session().prepareStatement(
                "INSERT INTO outboxevent (aggregatetype, aggregateid, type, payload) VALUES (?, ?, 'transfer.requested', CAST(? AS jsonb))")) {
            for (Message message : messages) {
                insert.setString(1, servers.topic());
                insert.setString(2, message.key());
                insert.setString(3, '"' + message.payload() + '"');
                insert.addBatch();
            }
            insert.executeBatch();
        }
        tables.session().commit();
    }

    /** It counts no attempts of a message: a connector that cannot go on waits as a whole. */
    @Override
    public String state() throws Exception {
        if (port == 0) {
            return "0 0";
        }
        String status = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/connectors/outbox/status")).build(),
                HttpResponse.BodyHandlers.ofString()).body();
        return "0 " + (status.contains("FAILED") ? 1 : 0);
    }
}
