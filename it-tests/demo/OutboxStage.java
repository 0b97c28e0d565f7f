package demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

import harness.Kafka;

/** Transfer and notify by outbox and inbox, over Kafka. */
class OutboxStage extends Stage {

    private Kafka kafka;

    OutboxStage() throws IOException {
        System.out.println("Starting PostgreSQL and Kafka; data and logs are in " + folder);
    }

    @Override
    void startBroker() {
        kafka = new Kafka(folder.resolve("kafka")).start();
        for (String topic : topics()) {
            kafka.createTopics(4, topic, topic + ".dead");
        }
    }

    String[] topics() {
        return new String[] {"transfer.requested", "transfer.completed", "transfer.rejected", "transfer.settled"};
    }

    @Override
    void stopBroker() {
        if (kafka != null) {
            kafka.close();
        }
    }

    @Override
    OptionalLong broker() {
        return kafka == null ? OptionalLong.empty() : kafka.pid();
    }

    @Override
    void addApplications(Map<String, String> settings) {
        settings.put("kafka.brokers", kafka.brokers());
        addServices(settings);
    }

    void addServices(Map<String, String> settings) {
        addBankA(settings);
        addBankB(settings);
        add("notifier", settings, "notifier-*.camel.yaml");
    }

    void addBankA(Map<String, String> settings) {
        add("bank-a", settings, "bank-a-*.camel.yaml");
        add("bank-a-relay", settings, "bank-a-relay.camel.yaml");
    }

    void addBankB(Map<String, String> settings) {
        add("bank-b", settings, "bank-b-*.camel.yaml");
    }

    String bankA() {
        return "bank-a";
    }

    /** What publishes bank A's messages. */
    String publisher() {
        return "bank-a-relay";
    }

    final String url() {
        return "http://localhost:" + httpPort;
    }

    @Override
    Function<Map<String, Object>, Optional<String>> requests() {
        System.out.println("Requesting transfers at " + url());
        return new HttpRequests(url());
    }

    @Override
    void chaos(Customers customers, int transfers) {
        awaitProgress(customers, transfers / 5);
        restart(bankA());
        awaitProgress(customers, transfers * 2 / 5);
        restartKafka();
        // there is all that nobody could receive meanwhile
        restart(publisher(), "bank-b");
    }

    final void restartKafka() {
        tellOfKilling("Kafka");
        kafka.kill();
        kafka.start();
        watch();
        System.out.println("Kafka is back");
    }

    /** Returns when so many transfers are under way. */
    void awaitProgress(Customers customers, int transfers) {
        customers.await(transfers);
    }

    @Override
    List<String> hints() {
        List<String> hints = new ArrayList<>(tries());
        hints.add("  Kafka: " + kafka.brokers());
        return hints;
    }

    List<String> tries() {
        return List.of("  curl -i " + url() + "/transfers -H 'Content-Type: application/json' \\",
                "       -d '{\"transferId\":\"mine\",\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":12.50}'",
                "  curl " + url() + "/transfers/mine", "  curl " + url() + "/accounts/a-1", "  curl " + url() + "/openapi.json");
    }
}
