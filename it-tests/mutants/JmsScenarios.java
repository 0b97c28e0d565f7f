package mutants;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import harness.Artemis;
import harness.Database;
import harness.Java;
import harness.RouteProcess;
import harness.Servers;

/** What a JMS inbox must do with the messages of a queue. */
final class JmsScenarios {

    /** The effect is the body; what the database says of it is the handler's failure. */
    private static final String ROUTES = """
            - templatedRoute:
                routeTemplateRef: inbox-jms
                routeId: book-inbox
                parameters:
                  - name: inboxConsumer
                    value: book
                  - name: inboxQueue
                    value: "{{queue}}"
                  - name: inboxHandler
                    value: book
                  - name: inboxDataSource
                    value: bankA
            - route:
                id: book
                description: Write the body
                errorHandler:
                  noErrorHandler: {}
                from:
                  uri: direct:book
                  steps:
                    - to:
                        uri: sql
                        parameters:
                          query: INSERT INTO effect (name) VALUES (:#${bodyAs(String)})
                          dataSource: "#bean:bankA"
            """;

    private JmsScenarios() {
    }

    /** A message fails at each attempt, also when it was delivered often; good ones are behind it, and none has an id of the broker. */
    static String poisonMessageHarmsNoOther(Pack pack) {
        Receiver receiver = new Receiver(pack);
        receiver.fail("NEW.name = 'poison' AND nextval('failure') > 0", "P0001");
        for (String name : List.of("poison", "good-1", "good-2")) {
            receiver.send(name);
        }
        try (RouteProcess process = receiver.start()) {
            return Verdict.await(() -> {
                if (receiver.kept().stream().anyMatch(name -> name.startsWith("good"))) {
                    return receiver.kept() + " are kept, and nothing was wrong with it";
                }
                long failures = (Long) receiver.database.value("SELECT last_value FROM failure");
                if (failures > 10) {
                    return "poison has failed " + failures + " times and is not kept";
                }
                return receiver.effects().equals(List.of("good-1", "good-2")) && receiver.kept().equals(List.of("poison")) ? Verdict.KEPT : null;
            });
        }
    }

    /** The server has no room, for more deliveries than a message has attempts. */
    static String outageUsesUpNoAttempt(Pack pack) {
        Receiver receiver = new Receiver(pack);
        receiver.fail("nextval('failure') < 6", "53100");
        receiver.send("good-1");
        try (RouteProcess process = receiver.start()) {
            return Verdict.await(() -> {
                // a parked message may have had its retry before anybody looks at the table
                boolean handled = receiver.effects().equals(List.of("good-1"));
                if (!receiver.kept().isEmpty() || process.log().contains("message good-1 of " + receiver.queue + "-@ is ")) {
                    return "good-1 is kept, and nothing was wrong with it";
                }
                return handled ? Verdict.KEPT : null;
            });
        }
    }

    /** The commit of a burial fails. */
    static String logTellsWhatIsCommitted(Pack pack) {
        Receiver receiver = new Receiver(pack);
        receiver.settings.put("inbox.retry.max-attempts", "0");
        receiver.fail("NEW.name = 'poison' AND nextval('failure') > 0", "P0001");
        receiver.database.update("CREATE SEQUENCE burial");
        receiver.database.update("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('burial') < 3 THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$");
        receiver.database.update("CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON dead_letter DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()");
        receiver.send("poison");
        try (RouteProcess process = receiver.start()) {
            return Verdict.await(() -> {
                boolean told = process.log().contains("is a dead letter");
                if (told && receiver.database.count("dead_letter") == 0) {
                    return "the log tells of a dead letter, and the table is empty";
                }
                return told ? Verdict.KEPT : null;
            });
        }
    }

    /** An XA process with one database and one queue. */
    private static final class Receiver {

        private final Pack pack;
        private final Artemis artemis = Servers.artemis();
        private final String queue = Servers.name("book");
        private final Database database;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final Path folder;

        Receiver(Pack pack) {
            this.pack = pack;
            try {
                folder = Files.createTempDirectory(Java.target(), queue);
                Files.writeString(folder.resolve("book.camel.yaml"), ROUTES);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            database = pack.database("schema.sql");
            database.update("CREATE TABLE effect (name text PRIMARY KEY)");
            settings.putAll(Map.of("database.bank-a.url", database.url(), "database.bank-a.user", "postgres", "jms.url", artemis.url(), "xa.node-identifier", queue,
                    "xa.object-store", "file:" + folder.resolve("store"), "xa.recovery-period", "1s", "inbox.outage-delay", "100ms", "queue", queue));
        }

        /** Inserting an effect fails with a SQLSTATE while a condition holds. Sequences are not transactional. */
        void fail(String condition, String state) {
            database.update("CREATE SEQUENCE failure");
            database.update("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF " + condition
                    + " THEN RAISE EXCEPTION 'the test says so' USING ERRCODE = '" + state + "'; END IF; RETURN NEW; END $$");
            database.update("CREATE TRIGGER fail BEFORE INSERT ON effect FOR EACH ROW EXECUTE FUNCTION fail()");
        }

        void send(String name) {
            artemis.sendWithoutMessageId(queue, name, Map.of("ce_id", name, "ce_source", "test"));
        }

        RouteProcess start() {
            return pack.process(folder.resolve("process.log"), settings, folder.resolve("book.camel.yaml").toString(), "profile=xa",
                    "camel.component.jms.recoveryInterval=100").start().awaitStarted();
        }

        List<String> effects() {
            return names("SELECT name FROM effect ORDER BY name");
        }

        List<String> kept() {
            return names("SELECT message_id AS name FROM inbox_parked UNION ALL SELECT message_id FROM dead_letter ORDER BY name");
        }

        private List<String> names(String sql) {
            return database.rows(sql).stream().map(row -> (String) row.get("name")).toList();
        }
    }
}
