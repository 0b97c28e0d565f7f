package mutants;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import javax.management.ObjectName;

import harness.Routes;

/** What an inbox must do with the records of a topic. */
final class InboxScenarios {

    private InboxScenarios() {
    }

    /** The handler fails for the first message at each attempt; the next message shows that the first one's turn is over. */
    static String failingMessageIsParkedAfterItsAttempts(Pack pack) {
        BankB bank = new BankB(pack);
        bank.settings.put("inbox.retry.first-delay", "1h");
        bank.fail("NEW.transfer_id = 't-1'");
        bank.request("k", "m-1", "t-1");
        bank.request("other", "m-2", "t-2");

        try (Routes routes = bank.start()) {
            return Verdict.await(() -> {
                int failures = routes.failures();
                if (!bank.booked().contains("t-2")) {
                    return failures < 10 || !bank.parked().isEmpty() ? null : "m-1 has failed " + failures + " times and is not parked";
                }
                return bank.parked().contains("m-1") ? Verdict.KEPT : "m-1 has no effect, is not parked and no dead letter";
            });
        }
    }

    static String duplicateHasNoEffect(Pack pack) {
        BankB bank = new BankB(pack);
        bank.request("k", "m-1", "t-1");
        bank.request("k", "m-1", "t-1");
        bank.request("k", "m-2", "t-2");

        try (Routes routes = bank.start()) {
            Verdict.await().until(() -> bank.booked().contains("t-2"));
        }
        return bank.booked().equals(List.of("t-1", "t-2")) ? null : "booked is " + bank.booked();
    }

    static String duplicateOfADeadMessageHasNoEffect(Pack pack) {
        BankB bank = new BankB(pack);
        bank.settings.put("inbox.retry.max-attempts", "0");
        return duplicateHasNoEffectBesides(bank, () -> bank.dead().contains("m-1"), "is a dead letter");
    }

    static String duplicateOfAParkedMessageHasNoEffect(Pack pack) {
        BankB bank = new BankB(pack);
        bank.settings.put("inbox.retry.first-delay", "1h");
        bank.settings.put("inbox.order", "skip");
        return duplicateHasNoEffectBesides(bank, () -> bank.parked().contains("m-1"), "is parked");
    }

    private static String duplicateHasNoEffectBesides(BankB bank, Callable<Boolean> failed, String state) {
        bank.fail("NEW.transfer_id = 't-1'");
        bank.request("k", "m-1", "t-1");
        try (Routes routes = bank.start()) {
            Verdict.await().until(failed);
            bank.fail("false");
            bank.request("k", "m-1", "t-1");
            bank.request("k", "m-2", "t-2");
            Verdict.await().until(() -> bank.booked().contains("t-2"));
        }
        return bank.booked().contains("t-1") ? "m-1 " + state + ", and its duplicate has booked t-1" : null;
    }

    /** The database is away for more attempts than a message has. */
    static String outageUsesUpNoAttempt(Pack pack) throws Exception {
        BankB bank = new BankB(pack);
        bank.outage("NEW.transfer_id = 't-1' AND nextval('attempt') < 5");
        bank.settings.put("inbox.retry.first-delay", "1h");
        bank.request("k", "m-1", "t-1");
        bank.request("other", "m-2", "t-2");

        try (Routes routes = bank.start()) {
            Verdict.await().until(() -> bank.attempts() > 0);
            Set<ObjectName> consumers = consumers();
            return Verdict.await(() -> {
                if (!consumers().equals(consumers)) {
                    return "the consumer was connected again, so that m-1 stops all partitions of its consumer";
                }
                String order = inOrder(bank, "t-1", "t-2");
                if (!bank.parked().isEmpty() || !bank.dead().isEmpty()) {
                    return "m-1 is parked after " + bank.attempts() + " attempts, and nothing was wrong with it";
                }
                return order;
            });
        }
    }

    private static Set<ObjectName> consumers() throws Exception {
        return ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("kafka.consumer:type=consumer-metrics,client-id=*"), null);
    }

    private static String inOrder(BankB bank, String... transfers) {
        List<Object> booked = bank.booked();
        if (booked.size() > transfers.length || !booked.equals(List.of(transfers).subList(0, booked.size()))) {
            return "booked is " + booked + ", and the rest was passed over";
        }
        return booked.size() == transfers.length ? Verdict.KEPT : null;
    }

    /** The commit of a retry is held after it has looked for followers; then a message of its key comes. */
    static String messageThatComesWhileARetryCommitsIsHandled(Pack pack) throws Exception {
        BankB bank = new BankB(pack);
        bank.settings.put("inbox.retry.first-delay", "1h");
        bank.fail("true");
        bank.request("k", "m-1", "t-1");
        try (Gate gate = Gate.atCommit(bank.database, "DELETE ON inbox_parked", "true"); Routes routes = bank.start()) {
            Verdict.await().until(() -> bank.parked().contains("m-1"));
            bank.fail("false");
            bank.database.update("UPDATE inbox_parked SET next_attempt_at = now()");
            gate.awaitHeld();
            bank.request("k", "m-2", "t-2");
            Verdict.await().until(() -> bank.parked().contains("m-2") || bank.database.waiting("transactionid") > 0);
            gate.close();

            return Verdict.await(() -> {
                if (!bank.stuck().isEmpty()) {
                    return bank.stuck() + " is parked behind a message that is done: nothing will ever free it";
                }
                return bank.booked().equals(List.of("t-1", "t-2")) ? Verdict.KEPT : null;
            });
        }
    }
}
