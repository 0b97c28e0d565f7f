package format;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.stream.Collectors;

import harness.Java;
import harness.Page;
import harness.Routes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A name that nobody reads is refused at start with the nearest known one. */
class NamesAreCheckedTest {

    private static final String CREDIT = "routes/bank-b-credit-transfer.camel.yaml";
    private static final String BOOK = " bank-b-book-credit.camel.yaml";

    @TempDir
    private Path folder;
    private Start start;

    @BeforeEach
    void prepare() {
        start = new Start(folder);
    }

    @Test
    void parameterThatAKameletDoesNotHaveIsRefused() throws IOException {
        start.isRefusedWith(start.with(CREDIT, text -> text.replaceFirst("outboxKey:", "outboxKye:")) + BOOK, "bank-b-credit-transfer.camel.yaml: "
                + "outboxKye is no parameter of the Kamelet outbox-sink: its value would be used nowhere. Write outboxKey, or leave it out.");
    }

    @Test
    void parameterThatAKameletNeedsIsRefusedWhereItIsMissing() throws IOException {
        start.isRefusedWith(start.with(CREDIT, text -> text.replaceFirst(" +outboxDestination: transfer.completed\n", "")) + BOOK,
                "bank-b-credit-transfer.camel.yaml: the parameter outboxDestination of the Kamelet outbox-sink is missing: nothing could be written.");
    }

    @Test
    void stepThatIsCalledKameletIsCheckedLikeACallOfOne() throws IOException {
        start.isRefusedWith(start.write("close-account.camel.yaml", """
                - route:
                    id: close-account
                    from:
                      uri: direct:close-account
                      steps:
                        - transacted:
                            ref: "{{tx.policy}}"
                            steps:
                              - kamelet:
                                  name: outbox-sink
                                  parameters:
                                    outboxDataSource: bankA
                                    outboxDestination: transfer.settled
                                    outboxDeu: PT15M
                """), "route close-account of file:");
    }

    @Test
    void kameletThatIsNoneIsRefusedWithTheNearestOfThePack() throws IOException {
        start.isRefusedWith(start.with(CREDIT, text -> text.replaceFirst("kamelet:outbox-sink", "kamelet:outbox-snk")) + BOOK,
                "bank-b-credit-transfer.camel.yaml: outbox-snk is no Kamelet: nothing could be written by it. Write outbox-sink, or add its file.");
    }

    @Test
    void kameletOfAUsersOwnIsNotRefused() throws IOException {
        String own = start.write("outbox-snk.kamelet.yaml", Files.readString(Java.root().resolve("src/main/resources/camel/outbox-sink.kamelet.yaml"))
                .replace("name: outbox-sink", "name: outbox-snk"));
        start.settings.put("camel.component.kamelet.location", "file:" + Path.of(own).getParent() + ",classpath:kamelets");

        start.isRefusedWith(start.with(CREDIT, text -> text.replaceFirst("kamelet:outbox-sink", "kamelet:outbox-snk")) + BOOK, Start.NO_DATABASE);
    }

    @Test
    void parameterThatATemplateDoesNotHaveIsRefused() throws IOException {
        start.isRefusedWith(start.with(CREDIT, text -> text.replaceFirst("- name: inboxTopic", "- name: inboxConsumrs\n        value: \"4\"\n      - name: inboxTopic"))
                + BOOK, "bank-b-credit-transfer.camel.yaml: inboxConsumrs is no parameter of inbox: its value would be used nowhere. Write inboxConsumers, or");
    }

    @Test
    void parameterThatATemplateNeedsIsRefusedWhereItIsMissing() throws IOException {
        start.isRefusedWith(start.with(CREDIT, text -> text.replaceFirst("      - name: inboxHandler\n.*\n", "")) + BOOK,
                "bank-b-credit-transfer.camel.yaml: the parameter inboxHandler of inbox is missing: its route could not be made. Add it: Name of the handler's");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            inbox.retry.frist-delay                     | inbox.retry.first-delay
            inbox.bank-b-credit-transfer.retry.dealy    | inbox.bank-b-credit-transfer.retry.delay
            inbox.bank-b-credit-transfer.retention      | inbox.retention
            inbox.somewhere.else.retry.frist-delay      | inbox.somewhere.else.retry.first-delay
            inbox.retry.brake                           | inbox.brake
            outbox.transfer.completed.retry.dealy       | outbox.transfer.completed.retry.delay
            outbox.destinaton.account.closed            | outbox.destination.account.closed
            outbox.relay.poll-max-dealy                 | outbox.relay.poll-max-delay
            profile.cap.inbox.retry.dealy               | profile.cap.inbox.retry.delay
            profile.cap.inbx.retry.delay                | profile.cap.inbox.retry.delay
            profile.own.retry.delay                     | profile.own.inbox.retry.delay
            retry.profil                                | retry.profile
            standstill.inbx                             | standstill.inbox
            alert.mail.pasword                          | alert.mail.password
            operate.login                               | operate.logins
            check.brokr                                 | check.broker
            retention.poll-dealy                        | retention.poll-delay
            dead-letter.retentoin                       | dead-letter.retention
            tx.timout                                   | tx.timeout
            xa.recovery-perod                           | xa.recovery-period
            jms.usr                                     | jms.user
            jms.queue                                   |
            kafka.broker                                | kafka.brokers
            sql.dialekt                                 | sql.dialect
            replay.acton                                | replay.action
            replay.mine                                 |
            database.bank-b.jdbc-url                    | database.bank-b.url
            database.bank-b.poolsize                    | database.bank-b.pool-size
            database.url                                | database.<name>.url
            """)
    void settingThatNobodyReadsIsRefused(String setting, String nearest) {
        start.settings.put(setting, "1m");
        start.isRefusedWith("bank-b-credit-transfer.camel.yaml" + BOOK, nearest == null ? Start.NO_DATABASE : setting
                + " (override) is no setting: nobody reads it, and a default is used unseen. Write " + nearest + ", or leave it out.");
    }

    @Test
    void dataSourceThatNobodyDefinesIsRefusedWithTheLinesThatWouldAndTheNearestThatIs() throws IOException {
        start.isRefusedWith(start.with(CREDIT, text -> text.replaceFirst("(inboxDataSource\\n +value:) bankB", "$1 bankBB")) + BOOK, "data source bankBB of route "
                + "bank-b-credit-transfer-inbox is no bean, and database.bank-bb.url is not set: the route could not reach a database. Set database.bank-bb.url "
                + "(jdbc:postgresql://localhost:5432/name), database.bank-bb.user, database.bank-bb.password and, for other than 10 connections, "
                + "database.bank-bb.pool-size; or correct the name: database.bank-b.url is set.");
    }

    @Test
    void dataSourceWhoseNameSomethingElseHasIsRefused() {
        start.settings.put("camel.beans.bankB", "#class:java.lang.Object");

        start.isRefusedWith("bank-b-credit-transfer.camel.yaml" + BOOK, "is a bean of the class java.lang.Object: the route could not reach a database.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            user      |      | database.bank-b.user is not set: nobody could log in to the database of bankB.
            pool-size | many | database.bank-b.pool-size (many) is no number of connections: there would be none. Set for example 10.
            pool-size | 0    | database.bank-b.pool-size (0) is no number of connections
            url       |      | is no bean, and database.bank-b.url is not set
            """)
    void settingsThatMakeNoDataSourceAreRefused(String setting, String value, String message) {
        start.settings.put("database.bank-b." + setting, value == null ? "" : value);

        start.isRefusedWith("bank-b-credit-transfer.camel.yaml" + BOOK, message);
    }

    @Test
    void settingOfADestinationThatIsNotMappedIsRefusedByItsRelay() {
        start.settings.put("outbox.transfer.complted.order", "skip");

        start.isRefusedWith("bank-b-relay.camel.yaml", "outbox.transfer.complted.order (override) is for the destination transfer.complted, which "
                + "outbox.destination.transfer.complted does not map: the setting would be used nowhere. Write outbox.transfer.completed.order, or map it.");
    }

    @Test
    void settingOfADestinationOrAReceiverThatAnotherProcessMayHaveIsNotRefused() {
        start.settings.put("outbox.elsewhere.order", "skip");
        start.settings.put("inbox.bank-b-credit-transfr.retry.delay", "1m");
        start.settings.put("inbox.elsewhere.retry.delay", "1m");
        start.settings.put("inbox.alert-mail.retry.delay", "1m");

        start.isRefusedWith("bank-b-credit-transfer.camel.yaml" + BOOK, Start.NO_DATABASE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application.properties", "application-xa.properties", "application-operate.properties"})
    void settingsOfTheShippedFilesAreKnown(String file) throws IOException {
        Properties shipped = new Properties();
        try (Reader reader = Files.newBufferedReader(Java.root().resolve("routes").resolve(file))) {
            shipped.load(reader);
        }
        shipped.stringPropertyNames().forEach(name -> start.settings.putIfAbsent(name, shipped.getProperty(name)));
        start.settings.keySet().removeIf(name -> name.startsWith("camel."));

        start.isRefusedWith("bank-b-credit-transfer.camel.yaml" + BOOK, Start.NO_DATABASE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bank-a-.*", "bank-b-.*", "notifier-.*", "operate-.*"})
    void namesInTheShippedFilesAreKnown(String application) {
        start.isRefusedWith(String.join(" ", Routes.files(application)), Start.NO_DATABASE);
    }

    @Test
    void namesOfThePageThatAdaptsThePackAreKnown() throws IOException {
        Page page = Page.of("docs/adapting.md");
        page.writeFiles(folder);
        Properties settings = new Properties();
        settings.load(new StringReader(page.files().get("application.properties") + String.join("\n", page.found("(?m)^    (inbox[.].*=.*)"))));
        settings.keySet().removeIf(name -> name.toString().startsWith("camel."));
        settings.stringPropertyNames().forEach(name -> start.settings.put(name, settings.getProperty(name)));
        start.settings.put("database.audit.url", "jdbc:postgresql://localhost:1/none");

        start.isRefusedWith(page.files().keySet().stream().filter(file -> file.endsWith(".camel.yaml")).map(file -> folder.resolve(file).toString())
                .collect(Collectors.joining(" ")), Start.NO_DATABASE);
    }
}
