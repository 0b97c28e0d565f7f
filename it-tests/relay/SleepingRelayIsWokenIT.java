package relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import harness.Java;
import harness.Routes;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A sender wakes the relay of another process: here one that polls once an hour, so that nothing else can. */
class SleepingRelayIsWokenIT {

    private static final String SEND = """
            - route:
                id: send
                description: Send a message
                from:
                  uri: direct:send
                  steps:
                    - transacted:
                        ref: "{{tx.policy}}"
                        steps:
                          - to:
                              uri: kamelet:outbox-sink
                              parameters:
                                outboxDataSource: bankA
                                outboxDestination: transfer.requested
                                outboxKey: ${header.key}
            """;

    private final RelayFixture outbox = new RelayFixture();
    private Routes sender;
    private Routes relay;
    private ProducerTemplate template;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        outbox.database.update("CREATE TABLE published (message_key text)");
        sender = Routes.start(outbox.settings(), Files.writeString(folder.resolve("send.camel.yaml"), SEND).toString());
        template = sender.context().createProducerTemplate();
        relay = Routes.start(outbox.settings(), Java.root().resolve("it-tests/relay/sleeping-relay.camel.yaml").toString());
        awaitAsleep();
    }

    @AfterEach
    void stop() throws IOException {
        template.close();
        sender.close();
        relay.close();
    }

    private void awaitAsleep() {
        RelayFixture.await().until(() -> outbox.database.count("outbox_sleep WHERE asleep") == 1);
    }

    private void send(int number) {
        template.sendBodyAndHeader("direct:send", "{}", "key", "k" + number);
    }

    private void awaitPublished(long number) {
        RelayFixture.await().until(() -> outbox.database.count("published") == number);
    }

    @Test
    void eachMessageIsPublishedAlthoughNobodyPolls() {
        for (int i = 1; i <= 30; i++) {
            send(i);
            awaitPublished(i);
        }
        for (int i = 31; i <= 300; i++) {
            send(i);
        }
        awaitPublished(300);
    }

    /** Its sender has looked before: nobody slept yet. */
    @Test
    void messageThatIsCommittedWhileTheRelayFallsAsleepIsFound() {
        outbox.database.update("""
                CREATE FUNCTION send_meanwhile() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  IF NOT EXISTS (SELECT 1 FROM published WHERE message_key = 'meanwhile') THEN
                    INSERT INTO outbox_message (destination, message_key, type, payload) VALUES ('transfer.requested', 'meanwhile', 'transfer.requested', '');
                  END IF;
                  RETURN NEW;
                END $$;
                CREATE TRIGGER send_meanwhile BEFORE UPDATE ON outbox_sleep FOR EACH ROW WHEN (NEW.asleep) EXECUTE FUNCTION send_meanwhile()""");

        send(1);

        awaitPublished(2);
    }

    @Test
    void relayWhoseSessionIsLostIsWokenAgain() {
        // whoever listens looks now and then whether its session is there, with an empty statement
        assertThat(outbox.database.rows("""
                SELECT pg_terminate_backend(pid)
                FROM pg_stat_activity
                WHERE datname = current_database() AND (query LIKE 'LISTEN%' OR query = '') AND backend_type = 'client backend'""")).isNotEmpty();

        send(1);
        awaitPublished(1);
        send(2);
        awaitPublished(2);
    }
}
