package demo;

import java.io.IOException;
import java.util.Map;

import harness.Ports;

/** Transfer and notify with a bank A that has no outbox: half messages over HTTP, and then Kafka. */
final class HalfStage extends OutboxStage {

    private static final String[] SHARED = {"bank-a-answer-request.camel.yaml", "bank-a-book-transfer.camel.yaml", "bank-a-check-*.camel.yaml",
        "bank-a-describe.camel.yaml", "bank-a-end-transfer.camel.yaml", "bank-a-show.camel.yaml", "half-bank-a-*.camel.yaml", "--profile=operate"};

    private final int messagesPort = Ports.free();

    HalfStage() throws IOException {
    }

    @Override
    Bank openBank() {
        return Bank.open(database("bank_a"), database("bank_b"), database("notifier"), database("messages"));
    }

    @Override
    void addBankA(Map<String, String> settings) {
        String bankA = "http://localhost:" + httpPort;
        settings.put("half-bank-a.messages-url", "http://localhost:" + messagesPort + "/messages");
        settings.put("half-bank-a.check-back-url", bankA + "/check-back");
        settings.put("half-bank-a.settled-url", bankA + "/settled");
        // what is undecided is asked about while somebody looks
        settings.put("half.check-back.first-delay", "2s");
        settings.put("half.check-back.delay", "3s");
        settings.put("half.check-back.max-attempts", "40");
        add("half-bank-a", settings, SHARED);
        add("half-messages", settings, messagesPort, "half-messages-*.camel.yaml", "half-deliver-*.camel.yaml", "--profile=operate");
    }

    @Override
    String publisher() {
        return "half-messages";
    }

    @Override
    String bankA() {
        return "half-bank-a";
    }
}
