package mutants;

import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import harness.Routes;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** What a relay must do with the rows of an outbox. */
final class RelayScenarios {

    private static final String LARGE = " ".repeat(3000);

    private RelayScenarios() {
    }

    /** The broker is suspended and acknowledges nothing. */
    static String rowStaysUntilAcknowledged(Pack pack) throws Exception {
        Outbox outbox = new Outbox(pack, Map.of());
        outbox.settings.put("outbox.relay.send-deadline", "2s");
        try (Routes relay = outbox.start("bank-a-relay.camel.yaml")) {
            outbox.insert(Outbox.OTHER, "0");
            outbox.awaitPublished("0");
            outbox.topic.kafka().pause();
            try {
                outbox.insert("k", "1");
                return Verdict.await(() -> {
                    if (outbox.database.count("outbox_message") == 0) {
                        return "the row has left the outbox, and the broker has acknowledged nothing";
                    }
                    return relay.failures() > 0 ? Verdict.KEPT : null;
                });
            } finally {
                outbox.topic.kafka().resume();
            }
        }
    }

    /** A relay has sent its batch and does not commit; a delayed message of the same shard is written. */
    static String delayedSendWaitsForNoRelay(Pack pack) throws Exception {
        Outbox outbox = new Outbox(pack, Map.of());
        try (Routes relay = outbox.start("bank-a-relay.camel.yaml");
                Gate gate = Gate.atStatement(outbox.database, "DELETE ON outbox_message", "OLD.payload = '1'")) {
            outbox.insert("k", "1");
            gate.awaitHeld();
            try (Connection connection = outbox.database.connect(); Statement statement = connection.createStatement()) {
                statement.execute("SET lock_timeout = '2s'");
                statement.execute("""
                        INSERT INTO outbox_parked (id, message_id, destination, message_key, shard, type, content_type, payload, headers, created_at,
                                                   reason, attempts, next_attempt_at)
                        SELECT 0, gen_random_uuid(), 'transfer.requested', 'k', shard, 't', 't', 'x', '{}', now(), 'DELAYED', 0, now() + interval '1 day'
                        FROM outbox_message""");
                return null;
            } catch (SQLException e) {
                return "a delayed send has waited for a relay: " + e.getMessage();
            }
        }
    }

    /** Two sessions write messages of a key in turn, each with the account locked. */
    static String messagesArePublishedInTheOrderOfTheirTransactions(Pack pack) throws Exception {
        Outbox outbox = new Outbox(pack, Map.of());
        outbox.database.update("INSERT INTO account (id, balance) VALUES ('a-1', 0)");
        try (Connection first = outbox.database.connect(); Connection second = outbox.database.connect()) {
            for (int i = 1; i <= 4; i++) {
                Connection session = i % 2 == 1 ? first : second;
                session.setAutoCommit(false);
                try (Statement statement = session.createStatement()) {
                    statement.execute("SELECT id FROM account WHERE id = 'a-1' FOR UPDATE");
                    statement.execute("INSERT INTO outbox_message (destination, message_key, type, payload) "
                            + "VALUES ('transfer.requested', 'a-1', 't', '" + i + "')");
                }
                session.commit();
            }
        }

        try (Routes relay = outbox.start("bank-a-relay.camel.yaml")) {
            return Verdict.await(() -> inOrder(outbox, "1", "2", "3", "4"));
        }
    }

    /** The producer itself refuses the first message of a key; the second comes later. */
    static String followersOfAParkedMessageWait(Pack pack) throws Exception {
        Outbox outbox = new Outbox(pack, Map.of());
        outbox.insert("k", "1" + " ".repeat(2_000_000));

        try (Routes relay = outbox.start("bank-a-relay.camel.yaml")) {
            Verdict.await().until(() -> outbox.parked("REFUSED").equals(List.of("1")));
            outbox.insert("k", "2");
            return Verdict.await(() -> {
                if (outbox.published().contains("2")) {
                    return "2 is in the topic and 1, of the same key, is parked";
                }
                return outbox.parked("BEHIND").equals(List.of("2")) ? Verdict.KEPT : null;
            });
        }
    }

    /** The broker refuses the first message of a key, and is suspended until all that would be sent behind it is on the way. */
    static String nothingIsSentBehindARefusedMessage(Pack pack) throws Exception {
        Outbox outbox = new Outbox(pack, Map.of("max.message.bytes", "2000"));
        try (Routes relay = outbox.start("bank-a-relay.camel.yaml")) {
            outbox.insert(Outbox.OTHER, "0");
            outbox.awaitPublished("0");
            outbox.topic.kafka().pause();
            try {
                outbox.database.update("""
                        INSERT INTO outbox_message (destination, message_key, type, payload)
                        SELECT 'transfer.requested', 'k', 't', convert_to(i || CASE WHEN i = 1 THEN ? ELSE '' END, 'UTF8')
                        FROM generate_series(1, 3) AS i
                        """, LARGE);
                Verdict.await().until(() -> requestsInFlight() > 0);
                awaitMoreRequests();
            } finally {
                outbox.topic.kafka().resume();
            }

            return Verdict.await(() -> {
                List<String> published = outbox.published();
                if (published.contains("2") || published.contains("3")) {
                    return "the topic has " + published + " and 1, of the same key, was refused";
                }
                return outbox.parked("BEHIND").equals(List.of("2", "3")) ? Verdict.KEPT : null;
            });
        }
    }

    /** A producer that may have several requests on the way has them on the way at once. */
    private static void awaitMoreRequests() {
        try {
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> requestsInFlight() > 1);
        } catch (ConditionTimeoutException e) {
            // it has one
        }
    }

    private static double requestsInFlight() throws Exception {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        double requests = 0;
        for (ObjectName producer : beans.queryNames(new ObjectName("kafka.producer:type=producer-metrics,client-id=*"), null)) {
            requests += (Double) beans.getAttribute(producer, "requests-in-flight");
        }
        return requests;
    }

    private static String inOrder(Outbox outbox, String... bodies) {
        List<String> published = outbox.published().stream().distinct().filter(List.of(bodies)::contains).toList();
        if (!published.equals(List.of(bodies).subList(0, published.size()))) {
            return "the topic has " + published + ", in this order";
        }
        return published.size() == bodies.length ? Verdict.KEPT : null;
    }
}
