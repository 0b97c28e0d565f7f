package mutants;

import java.util.Collections;
import java.util.List;

import harness.Routes;

/** What an inbox and its retry must do with parked messages. */
final class InboxRetryScenarios {

    private static final List<Object> ALL = List.of("t-1", "t-2", "t-3");

    private InboxRetryScenarios() {
    }

    /** The first message of a key fails at its immediate attempts and at one retry. */
    static String keyGoesOnInOrder(Pack pack) {
        BankB bank = new BankB(pack);
        bank.fail("NEW.transfer_id = 't-1' AND nextval('attempt') < 5");
        bank.settings.put("inbox.retry.first-delay", "1s");
        for (int i = 1; i <= 3; i++) {
            bank.request("k", "m-" + i, "t-" + i);
        }

        try (Routes routes = bank.start()) {
            return Verdict.await(() -> {
                List<Object> stuck = bank.stuck();
                List<Object> booked = bank.booked();
                if (booked.size() > 3 || !booked.equals(ALL.subList(0, booked.size()))) {
                    return "booked is " + booked + ", in this order";
                }
                if (!stuck.isEmpty()) {
                    return stuck + " is parked behind a message that is done: nothing will ever free it";
                }
                return booked.equals(ALL) ? Verdict.KEPT : null;
            });
        }
    }

    /** The first retry fails, the second does not, a third would be one too many. */
    static String retryHasOneEffect(Pack pack) {
        BankB bank = new BankB(pack);
        bank.fail("nextval('attempt') < 5");
        bank.request("k", "m-1", "t-1");

        try (Routes routes = bank.start()) {
            return Verdict.await(() -> {
                boolean retried = bank.attempts() > 3;
                List<Object> parked = bank.parked();
                List<Object> booked = bank.booked();
                if (booked.size() > 1) {
                    return "booked is " + booked;
                }
                if (retried && parked.isEmpty()) {
                    return booked.size() == 1 ? Verdict.KEPT : "the retry of m-1 has failed, and m-1 is neither booked nor parked nor dead";
                }
                return null;
            });
        }
    }

    /** A retry is held in its handler; another process has the chance to take the same message. */
    static String twoProcessesShareTheRetries(Pack pack) throws Exception {
        BankB bank = new BankB(pack);
        bank.settings.put("inbox.retry.first-delay", "1h");
        bank.fail("true");
        bank.request("k", "m-1", "t-1");
        bank.request("other", "m-2", "t-2");
        try (Gate gate = Gate.atStatement(bank.database, "INSERT ON ledger_entry", "NEW.transfer_id = 't-1'"); Routes first = bank.start();
                Routes second = bank.start()) {
            Verdict.await().until(() -> bank.parked().size() == 2);
            bank.fail("false");
            bank.database.update("UPDATE inbox_parked SET next_attempt_at = now() - interval '1 second' WHERE message_id = 'm-1'");
            gate.awaitHeld();
            bank.database.update("UPDATE inbox_parked SET next_attempt_at = now() WHERE message_id = 'm-2'");
            // both messages are for one account, so the second process waits for the first: with the other message or with the same
            Verdict.await().until(() -> bank.database.waiting("transactionid") > 0);
            gate.close();

            return Verdict.await(() -> {
                // who has waited may come last: a second booking of t-1 is seen when nobody is at work any more
                boolean atRest = Gate.writing(bank.database) == 0;
                List<Object> booked = bank.booked();
                if (Collections.frequency(booked, "t-1") > 1) {
                    return "t-1 is booked " + Collections.frequency(booked, "t-1") + " times";
                }
                return atRest && booked.size() == 2 && bank.parked().isEmpty() ? Verdict.KEPT : null;
            });
        }
    }

    /** A message is parked for a failure of its own; then the database is away for more attempts than it has left. */
    static String outageUsesUpNoRetry(Pack pack) {
        BankB bank = new BankB(pack);
        bank.settings.put("inbox.retry.first-delay", "1h");
        bank.settings.put("inbox.retry.max-attempts", "2");
        bank.fail("true");
        bank.request("k", "m-1", "t-1");

        try (Routes routes = bank.start()) {
            Verdict.await().until(() -> bank.parked().contains("m-1"));
            bank.outage("nextval('attempt') < 5");
            bank.database.update("UPDATE inbox_parked SET next_attempt_at = now()");
            return Verdict.await(() -> {
                if (!bank.dead().isEmpty() || (Long) bank.database.value("SELECT count(*) FROM inbox_parked WHERE attempts > 3") > 0) {
                    return "a retry of m-1 was used up by an outage";
                }
                return bank.booked().equals(List.of("t-1")) ? Verdict.KEPT : null;
            });
        }
    }

    /** The keys of a handled and of a parked message are older than the retention. */
    static String parkedMessageKeepsItsKey(Pack pack) {
        BankB bank = new BankB(pack);
        bank.settings.put("inbox.retry.first-delay", "1h");
        bank.settings.put("retention.poll-delay", "100ms");
        bank.fail("NEW.transfer_id = 't-1'");
        bank.request("k", "m-1", "t-1");
        bank.request("other", "m-2", "t-2");
        try (Routes routes = bank.start("operate-alerts.camel.yaml", "operate-alert-log.camel.yaml", "operate-alert-text.camel.yaml")) {
            Verdict.await().until(() -> bank.booked().contains("t-2"));
            bank.database.update("UPDATE inbox_message SET received_at = now() - interval '60 days'");

            Verdict.await().until(() -> bank.database.count("inbox_message WHERE message_id = 'm-2'") == 0);
            return bank.database.count("inbox_message WHERE message_id = 'm-1'") == 1 ? null
                    : "the key of m-1, which is parked, is gone: a duplicate would be handled beside the retry";
        }
    }
}
