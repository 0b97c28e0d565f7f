package xa;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import harness.Database;
import harness.RouteProcess;

/** A receiver whose handler writes the body into two databases and a queue; what a body begins with decides what the first database says to it. */
final class SharingReceiver implements AutoCloseable {

    static final String QUEUE = "share";
    private static final String ROUTES = """
            - templatedRoute:
                routeTemplateRef: inbox-jms
                routeId: share-inbox
                parameters:
                  - name: inboxConsumer
                    value: share
                  - name: inboxQueue
                    value: share
                  - name: inboxHandler
                    value: share
                  - name: inboxDataSource
                    value: bankA
                  - name: inboxConsumers
                    value: "{{consumers}}"
            - route:
                id: share
                description: Write the body here, there and into a queue
                errorHandler:
                  noErrorHandler: {}
                from:
                  uri: direct:share
                  steps:
            %s        - to:
                        uri: sql
                        parameters:
                          query: INSERT INTO effect (name) VALUES (:#${bodyAs(String)})
                          dataSource: "#bean:bankA"
                    - to:
                        uri: sql
                        parameters:
                          query: INSERT INTO effect (name) VALUES (:#${bodyAs(String)})
                          dataSource: "#bean:bankB"
                    - setBody:
                        simple: ${bodyAs(String)}
                    - to:
                        uri: jms:queue:told
                        pattern: InOnly
            """;
    private static final String EFFECT = "CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, tx bigint NOT NULL DEFAULT txid_current())";

    final XaFixture xa;
    final Database bankA;
    final Database bankB;

    SharingReceiver(Path folder) {
        xa = new XaFixture(folder);
        bankA = xa.bank.bankA();
        bankB = xa.bank.bankB();
        xa.settings.putAll(Map.of("consumers", "1", "inbox.outage-delay", "100ms", "inbox.retry.first-delay", "100ms", "inbox.retry.delay", "100ms",
                "inbox.retry.max-attempts", "1"));
        bankA.update(EFFECT);
        bankB.update(EFFECT);
        // a sequence remembers what a rollback undoes
        bankA.update("""
                CREATE FUNCTION judge() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  IF NEW.name LIKE 'bad%' OR NEW.name LIKE 'flaky%' AND nextval(quote_ident(NEW.name)) <= 2 THEN RAISE EXCEPTION 'the test says so'; END IF;
                  RETURN NEW;
                END $$""");
        bankA.update("CREATE TRIGGER judge BEFORE INSERT ON effect FOR EACH ROW EXECUTE FUNCTION judge()");
    }

    /** A message that is recognised by its body. */
    void send(String body, String group) {
        if (body.startsWith("flaky")) {
            bankA.update("CREATE SEQUENCE IF NOT EXISTS \"" + body + "\"");
        }
        xa.artemis.send(QUEUE, body, Map.of("ce_id", body, "ce_source", "test", "JMSXGroupID", group));
    }

    RouteProcess start(String... more) {
        return start("", more);
    }

    /** With steps that the handler begins with. */
    RouteProcess start(String steps, String[] more) {
        String[] own = {xa.write("share.camel.yaml", ROUTES.formatted(steps.indent(8))).toString(), "profile=xa", "camel.component.jms.recoveryInterval=100"};
        return RouteProcess.camelMain(xa.log(), xa.settings, Stream.of(own, more).flatMap(Stream::of).toArray(String[]::new)).start();
    }

    /** In the order of their effects at bank A. */
    List<String> effects() {
        return names("SELECT name FROM effect ORDER BY id");
    }

    List<String> names(String sql) {
        return bankA.rows(sql).stream().map(row -> String.valueOf(row.values().iterator().next())).toList();
    }

    long transactions() {
        return (Long) bankA.value("SELECT count(DISTINCT tx) FROM effect");
    }

    /** What the other database and the queue have, sorted; for comparison with what {@link #effects} has. */
    List<List<String>> copies() {
        return List.of(bankB.rows("SELECT name FROM effect").stream().map(row -> (String) row.get("name")).sorted().toList(),
                xa.artemis.browse("told").stream().sorted().toList());
    }

    @Override
    public void close() {
        xa.close();
    }
}
