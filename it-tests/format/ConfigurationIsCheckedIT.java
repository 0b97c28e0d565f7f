package format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;

import harness.Java;
import harness.Kafka;
import harness.Ports;
import harness.ReceivingBank;
import harness.RouteProcess;
import harness.Routes;
import harness.Servers;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.util.ObjectHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Configurations that would lose messages are refused at start-up: each test breaks one thing in the shipped files. */
class ConfigurationIsCheckedIT {

    private static final String INBOX = "src/main/resources/camel/inbox.camel.yaml";
    private static final String CREDIT = "routes/bank-b-credit-transfer.camel.yaml";
    private static final String BOOK = " bank-b-book-credit.camel.yaml";

    @TempDir
    private Path folder;
    private final Map<String, String> settings = new ReceivingBank().settings;

    ConfigurationIsCheckedIT() {
        settings.put("check.wait", "3s");
    }

    @Test
    void handlerThatWouldSwallowItsFailureIsRefused() throws IOException {
        assertRefused(broken(CREDIT, "    errorHandler:\n      noErrorHandler: {}\n", ""),
                "route bank-b-credit-transfer is called in the transaction of route bank-b-credit-transfer-inbox-batch and has an error handler of its own");
    }

    @Test
    void handlerThatIsNotThereIsRefused() throws IOException {
        assertRefused(broken(CREDIT, "value: bank-b-credit-transfer\n      - name: inboxDataSource", "value: nowhere\n      - name: inboxDataSource"),
                "route bank-b-credit-transfer-inbox-batch calls direct:nowhere, which no route reads");
    }

    @Test
    void handlerOfListsThatWouldNeverGetOneIsRefused() throws IOException {
        String lists = broken(CREDIT, "      - name: inboxDataSource", "      - name: inboxBatchHandler\n        value: bank-b-credit-transfer\n      - name: inboxDataSource");
        settings.put("inbox.bank-b-credit-transfer.batch-size", "1");
        assertRefused(lists, "inboxBatchHandler (bank-b-credit-transfer) of bank-b-credit-transfer would never be called: each message has its own transaction");
    }

    @Test
    void transactedWithoutPolicyIsRefused() throws IOException {
        assertRefused(broken("routes/bank-a-request-transfer.camel.yaml", "            ref: \"{{tx.policy}}\"\n", ""),
                "route bank-a-request-transfer: transacted names no policy");
    }

    @Test
    void policyThatIsADummyIsRefused() {
        settings.put("tx.policy", "dummyPolicy");
        settings.put("camel.beans.dummyPolicy", "#class:" + DummyTransactedPolicy.class.getName());
        assertRefused("bank-b-credit-transfer.camel.yaml" + BOOK, "tx.policy (dummyPolicy) is a dummy without transactions");
    }

    @Test
    void consumerThatWouldSkipMessagesIsRefused() throws IOException {
        for (String option : new String[] {"breakOnFirstError: true", "allowManualCommit: true", "autoCommitEnable: false",
                "pollOnError: RECONNECT", "autoOffsetReset: none", "isolationLevel: read_committed",
                "additionalProperties.allow.auto.create.topics: false"}) {
            String name = option.substring(0, option.indexOf(':'));
            assertRefused(receiver("          " + option + "\n", ""), ": " + name + " (null) is not ");
        }
        assertRefused(receiver("          offsetRepository: \"#bean:{{inboxPosition}}\"\n", ""), ": autoOffsetReset (none) is not earliest: a new consumer would begin behind");
        assertRefused(receiver("          groupId: \"{{inboxConsumer}}\"\n", ""), "groupId is missing");
        assertRefused(receiver("          breakOnFirstError: true\n", "          breakOnFirstError: true\n          batching: true\n"), "batching (true)");
    }

    @Test
    void jmsReceiverThatIsXaInNameOnlyIsRefused() throws IOException {
        settings.put("camel.component.jms.connectionFactory", "#class:org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory");

        assertRefused(jmsReceiver("          cacheLevelName: CACHE_NONE\n", "          cacheLevelName: CACHE_CONSUMER\n"),
                "cacheLevelName (CACHE_CONSUMER) is not CACHE_NONE: a message could be acknowledged outside its transaction and lost");
        assertRefused(jmsReceiver("          mapJmsMessage: false\n", ""), "mapJmsMessage (null) is not false");
        assertRefused(jmsReceiver("          disableReplyTo: true\n", ""), "disableReplyTo (null) is not true");
        assertRefused(jmsReceiver("id: inbox-jms", "id: inbox-jms"), "transactionManager is no io.reliableroutes.xa.XaTransactionManager");
    }

    @Test
    void missingSettingIsRefused() {
        settings.put("inbox.outage-delay", "");
        assertRefused("bank-b-credit-transfer.camel.yaml" + BOOK, "inbox.outage-delay is not set: the routes of Reliable Routes cannot start.");
    }

    @Test
    void destinationWithoutTopicIsRefused() {
        settings.put("outbox.destination.transfer.rejected", "");
        assertRefused("bank-b-credit-transfer.camel.yaml" + BOOK,
                "outbox.destination.transfer.rejected is not set, and route bank-b-credit-transfer writes to it");
    }

    @Test
    void retentionShorterThanTheHorizonIsRefused() {
        settings.put("inbox.retention", "15d");
        assertRefused("bank-b-credit-transfer.camel.yaml" + BOOK, "inbox.retention (15d) is shorter than inbox.redelivery-horizon (8d) or than the retry "
                + "horizon of bank-b-credit-transfer and the replay window (53m0s600ms + 15d): a message that comes again that late would run twice.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            inbox.immediate-attempts                          | 0     | immediate-attempts (0) is less than 1
            inbox.bank-b-credit-transfer.retry.max-attempts   | -1    | retry.max-attempts (-1) is negative
            inbox.retry.max-delay                             | 1s    | retry.max-delay (1000 ms) is shorter than retry.first-delay (240000 ms)
            inbox.retry.multiplier                            | 0.5   | retry.multiplier (0.5) is less than 1
            inbox.retry.jitter                                | 2     | retry.jitter (2.0) is not from 0 to 1
            inbox.retry.delay                                 | often | inbox.retry.delay (often) for bank-b-credit-transfer is not a duration
            inbox.order                                       | maybe | inbox.order (maybe) for bank-b-credit-transfer is neither wait nor skip
            inbox.bank-b-credit-transfer.permanent-errors | a.B   | inbox.permanent-errors (a.B) for bank-b-credit-transfer is no class
            inbox.outage-statuses                             | 4xx   | inbox.outage-statuses (4xx) for bank-b-credit-transfer is no HTTP status
            inbox.permanent-statuses                          | 9-400 | inbox.permanent-statuses (9-400) for bank-b-credit-transfer is no HTTP status
            inbox.permanent-statuses                          | 400-499 | inbox.outage-statuses and inbox.permanent-statuses for bank-b-credit-transfer both have 401
            inbox.outage-errors                               | a b   | inbox.outage-errors (a b) for bank-b-credit-transfer is no name of a class
            inbox.outage-patience                             | long  | inbox.outage-patience (long) for bank-b-credit-transfer is no duration
            inbox.brake-delay                                 | long  | inbox.brake-delay (long) for bank-b-credit-transfer is no duration
            inbox.brake                                       | -1    | inbox.brake (-1) for bank-b-credit-transfer is no number of messages
            inbox.retention                                   | long  | inbox.retention (long) is no duration
            check.wait                                        | long  | check.wait (long) is no duration: nobody would know how long. Write for example 15s
            check.broker                                      | maybe | check.broker (maybe) is neither wait nor refuse
            retry.profile                                     | fast  | retry.profile (fast) is no profile
            """)
    void settingThatContradictsOthersIsRefused(String setting, String value, String message) {
        settings.put(setting, value);
        assertRefused("bank-b-credit-transfer.camel.yaml" + BOOK, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            outbox.transfer.completed.retry.max-delay | 1s    | outbox of transfer.completed: retry.max-delay (1000 ms) is shorter
            outbox.circuit-delay                      | soon  | outbox.circuit-delay (soon) is no duration
            outbox.relay.send-deadline                | soon  | outbox.relay.send-deadline (soon) is no duration of more than 0: each batch would be
            outbox.relay.send-deadline                | 0     | outbox.relay.send-deadline (0) is no duration of more than 0: each batch would be
            """)
    void settingOfARelayThatContradictsOthersIsRefused(String setting, String value, String message) {
        settings.put(setting, value);
        assertRefused("bank-b-relay.camel.yaml", message);
    }

    @Test
    void deadLettersWithoutATopicAreRefused() throws IOException {
        settings.replaceAll((name, value) -> name.endsWith(".dead") ? "" : value);
        assertRefused("bank-b-credit-transfer.camel.yaml" + BOOK, ".dead is not set, and the inbox of bank-b-credit-transfer reads");

        settings.put("outbox.destination.other.dead", "other.dead");
        assertRefused(rewritten(CREDIT, text -> text.replace("\"{{outbox.destination.transfer.requested}}\"", "\"other, {{outbox.destination.transfer.requested}}\"")) + BOOK,
                ".dead is not set, and the inbox of bank-b-credit-transfer reads");
    }

    @Test
    void alertChannelThatNobodyRunsAndWindowLongerThanRetentionAreRefused() {
        settings.put("operate.data-source", "bankB");
        assertRefused("operate-alerts.camel.yaml", "route operate-alerts has the channel alert-log, and no inbox-retry with that inboxConsumer");

        settings.put("alert.window", "16d");
        assertRefused("operate-alerts.camel.yaml operate-alert-log.camel.yaml operate-alert-text.camel.yaml",
                "alert.window (16d) is longer than dead-letter.retention (15d)");
    }

    @Test
    void missingSchemaIsRefused() {
        settings.put("database.bank-b.url", Servers.database().url());
        assertRefused("bank-b-credit-transfer.camel.yaml" + BOOK, " has no table alert_window: messages could not be stored. Apply sql/postgresql/schema.sql");
    }

    @Test
    void dataSourceOutsideTheTransactionsIsRefused() {
        settings.put("camel.beans.bankB", "#class:" + PGSimpleDataSource.class.getName());
        settings.put("camel.beans.bankB.url", Servers.database("schema.sql").url());
        settings.put("camel.beans.bankB.user", "postgres");
        assertRefused("bank-b-credit-transfer.camel.yaml" + BOOK, "data source bankB is a org.postgresql.ds.PGSimpleDataSource whose connections take no part in the "
                + "transactions of tx.policy (txPolicy)");
    }

    @Test
    void unreachableServersAreRefusedWithOneMessageAndAnExitStatus() {
        settings.put("database.bank-b.url", "jdbc:postgresql://localhost:1/none");
        assertEndsWith("database of bankB does not answer within check.wait (3s)");

        settings.put("database.bank-b.url", Servers.postgres().getJdbcUrl("postgres", "none").replaceFirst("\\?.*", ""));
        assertEndsWith("database of bankB refuses the connection: FATAL: database \"none\" does not exist");

        settings.put("database.bank-b.url", Servers.database("schema.sql").url());
        settings.put("kafka.brokers", "localhost:" + Ports.free());
        settings.put("check.broker", "refuse");
        assertEndsWith("Kafka at " + settings.get("kafka.brokers") + " does not answer within check.wait (3s)");
    }

    private void assertRefused(String file, String message) {
        Throwable refusal = catchThrowable(() -> Routes.start(settings, file.split(" ")).close());

        assertThat(refusal).as(file).isNotNull();
        ConfigurationException reason = ObjectHelper.getException(ConfigurationException.class, refusal);
        assertThat(reason).as("%s", refusal).isNotNull();
        assertThat(reason.getMessage()).contains(message).endsWith(".");
    }

    private void assertEndsWith(String message) {
        try (RouteProcess process = RouteProcess.camelJbang(folder.resolve("log"), settings, Ports.free(), "bank-b-relay.camel.yaml")) {
            int status = process.start().awaitExit();

            assertThat(status).as(process.log()).isNotZero();
            assertThat(process.log()).contains(message);
            assertThat(process.log().lines().filter(line -> line.startsWith("\tat "))).as(process.log()).isEmpty();
        }
    }

    /** A shipped file with one change. */
    private String broken(String file, String old, String now) throws IOException {
        return rewritten(file, text -> text.replace(old, now));
    }

    private String rewritten(String file, UnaryOperator<String> change) throws IOException {
        String text = Files.readString(Java.root().resolve(file));
        assertThat(change.apply(text)).as("what the test changes in " + file).isNotEqualTo(text);
        return Files.writeString(Files.createTempDirectory(folder, "broken").resolve(Path.of(file).getFileName()), change.apply(text)).toString();
    }

    /** The shipped JMS receiver, with one change. */
    private String jmsReceiver(String old, String now) throws IOException {
        String text = Files.readString(Java.root().resolve("src/main/resources/camel/inbox-jms.camel.yaml"));
        assertThat(text).contains(old);
        String use = Files.readString(Java.root().resolve("routes/xa-notify.camel.yaml")).replace("routeTemplateRef: inbox-jms\n", "routeTemplateRef: other-inbox-jms\n")
                .replace("value: notifier\n", "value: bankB\n").replace("notifier-tell-customer", "bank-b-book-credit");
        return Files.writeString(Files.createTempDirectory(folder, "receiver").resolve("receiver.camel.yaml"),
                text.replace(old, now).replace("id: inbox-jms\n", "id: other-inbox-jms\n").replace("direct:{{inboxConsumer}}-inbox-jms-batch", "direct:{{inboxHandler}}") + use) + BOOK;
    }

    /** The shipped receiver as a route of its own, with one change: templates are loaded by the pack itself. */
    private String receiver(String old, String now) throws IOException {
        String text = Files.readString(Java.root().resolve(INBOX));
        assertThat(text).contains(old);
        String changed = text.replace(old, now).replace("id: inbox\n", "id: other-inbox\n");
        String use = Files.readString(Java.root().resolve(CREDIT)).replace("routeTemplateRef: inbox\n", "routeTemplateRef: other-inbox\n");
        return Files.writeString(Files.createTempDirectory(folder, "receiver").resolve("receiver.camel.yaml"), changed + use).toString() + BOOK;
    }

    /** Like the one that Camel JBang binds under every name. */
    public static final class DummyTransactedPolicy implements org.apache.camel.spi.TransactedPolicy {
        @Override
        public void beforeWrap(org.apache.camel.Route route, org.apache.camel.NamedNode definition) {
            // nothing
        }

        @Override
        public org.apache.camel.Processor wrap(org.apache.camel.Route route, org.apache.camel.Processor processor) {
            return processor;
        }
    }
}
