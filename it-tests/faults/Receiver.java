package faults;

import java.util.List;

import demo.Bank;
import harness.Database;

/** The three receivers of the example, as their route files declare them. */
enum Receiver {

    CREDIT("bank-b", "bank-b-credit-transfer", "transfer.requested"),
    SETTLE("bank-a", "bank-a-settle-transfer", "transfer.completed", "transfer.rejected"),
    NOTIFY("notifier", "notifier-send-notification", "transfer.settled");

    /** The kind of process that it runs in. */
    final String kind;
    /** Its name in inbox_message, and its Kafka group. */
    final String consumer;
    final List<String> topics;

    Receiver(String kind, String consumer, String... topics) {
        this.kind = kind;
        this.consumer = consumer;
        this.topics = List.of(topics);
    }

    /** Where its effects and its inbox keys are. */
    Database database(Bank bank) {
        return switch (this) {
            case CREDIT -> bank.bankB();
            case SETTLE -> bank.bankA();
            case NOTIFY -> bank.notifier();
        };
    }

    /** Where its messages come from. */
    Database source(Bank bank) {
        return this == SETTLE ? bank.bankB() : bank.bankA();
    }
}
