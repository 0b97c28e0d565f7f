package demo;

import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;

/** Transfer and notify as a saga of both banks, or by TCC: an orchestrator beside bank A's own part, and commands and answers over Kafka. */
final class SagaStage extends OutboxStage {

    private static final String[] ORCHESTRATOR = {"saga-api.camel.yaml", "saga-request-transfer.camel.yaml", "saga-end-transfer.camel.yaml", "bank-a-answer-request.camel.yaml",
        "bank-a-check-*.camel.yaml", "bank-a-describe.camel.yaml", "bank-a-record-settled.camel.yaml", "bank-a-show.camel.yaml", "bank-a-tell-settled.camel.yaml"};

    private final String model;

    /** @param model {@code saga} or {@code tcc} */
    SagaStage(String model) throws IOException {
        this.model = model;
    }

    @Override
    String[] topics() {
        String topics = model.equals("tcc") ? "reservation." : "transfer.";
        return new String[] {topics + "debit", topics + "credit", topics + "answered", "transfer.settled"};
    }

    @Override
    void addBankA(Map<String, String> settings) {
        // a bank that is dead for so long is taken for one that has refused
        settings.put(model + "-transfer.step-timeout", "60s");
        add(model, settings, Stream.concat(Stream.of(model + "-transfer.camel.yaml"), Stream.of(ORCHESTRATOR)).toArray(String[]::new));
        add("bank-a", settings, model + "-bank-a-*.camel.yaml");
        add("bank-a-relay", settings, "bank-a-relay.camel.yaml");
    }

    @Override
    void addBankB(Map<String, String> settings) {
        add("bank-b", settings, model + "-bank-b-*.camel.yaml", "bank-b-book-credit.camel.yaml", "bank-b-relay.camel.yaml");
    }

    @Override
    String bankA() {
        return model;
    }

    @Override
    void chaos(Customers customers, int transfers) {
        restart("bank-a");
        super.chaos(customers, transfers);
    }

    /** Requests are taken faster than they are done: what is killed must be at work. */
    @Override
    void awaitProgress(Customers customers, int transfers) {
        awaitEnded(transfers);
    }
}
