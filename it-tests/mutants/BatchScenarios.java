package mutants;

import java.util.List;

import harness.Routes;

/** What becomes of messages that share a transaction. */
final class BatchScenarios {

    private BatchScenarios() {
    }

    /** The handler of the second of three marks a rollback, or fails without touching the database. */
    static String oneThatFailsTakesNoOtherWithIt(Pack pack) {
        BankB bank = bank(pack);
        bank.settings.put("inbox.retry.max-attempts", "0");
        bank.request("k-1", "m-1", "t-1");
        bank.topic.send("k-2", "no transfer", BankB.headers("m-2"));
        bank.request("k-3", "m-3", "t-3");

        try (Routes routes = bank.start()) {
            return Verdict.await(() -> {
                if (Long.valueOf(2).equals(bank.database.value("SELECT max(position) FROM inbox_position")) && bank.dead().isEmpty()) {
                    return "m-2 counts as handled, and is no dead letter";
                }
                return bank.dead().equals(List.of("m-2")) && bank.booked().equals(List.of("t-1", "t-3")) ? Verdict.KEPT : null;
            });
        }
    }

    /** Two parked messages of different keys are due; the handler of the second fails without touching the database. */
    static String oneOfSeveralRetriesThatFailsTakesNoOtherWithIt(Pack pack) {
        BankB bank = bank(pack);
        bank.settings.put("inbox.retry.first-delay", "1h");
        bank.fail("true");
        bank.request("k-1", "m-1", "t-1");
        bank.request("k-2", "m-2", "t-2");
        try (Routes routes = bank.start()) {
            Verdict.await().until(() -> bank.parked().size() == 2);
        }
        bank.fail("false");
        bank.database.update("UPDATE inbox_parked SET next_attempt_at = now(), payload = CASE WHEN message_id = 'm-2' THEN convert_to('no transfer', 'UTF8') ELSE payload END");

        try (Routes routes = bank.start()) {
            return Verdict.await(() -> {
                List<Object> booked = bank.booked();
                List<Object> parked = bank.parked();
                List<Object> dead = bank.dead();
                if (booked.size() > 1) {
                    return "booked is " + booked;
                }
                if (parked.isEmpty() && dead.isEmpty()) {
                    return "m-2 counts as handled, and is no dead letter";
                }
                return dead.equals(List.of("m-2")) && booked.equals(List.of("t-1")) && parked.isEmpty() ? Verdict.KEPT : null;
            });
        }
    }

    /** A message of the key is parked, later ones come with others. */
    static String noneOvertakesAParkedOneOfItsKey(Pack pack) {
        BankB bank = bank(pack);
        bank.settings.put("inbox.retry.first-delay", "1h");
        bank.fail("NEW.transfer_id = 't-1'");
        bank.request("held", "m-1", "t-1");
        try (Routes routes = bank.start()) {
            Verdict.await().until(() -> bank.parked().contains("m-1"));
        }
        bank.request("other", "m-2", "t-2");
        bank.request("held", "m-3", "t-3");
        bank.request("other", "m-4", "t-4");
        try (Routes routes = bank.start()) {
            Verdict.await().until(() -> bank.booked().contains("t-4"));
        }
        return bank.booked().contains("t-3") ? "m-3 has overtaken m-1" : null;
    }

    /** Messages that were handled come again, together. */
    static String duplicatesHaveNoEffect(Pack pack) {
        BankB bank = bank(pack);
        for (int round = 0; round < 2; round++) {
            bank.request("k", "m-1", "t-1");
            bank.request("k", "m-2", "t-2");
            try (Routes routes = bank.start()) {
                Verdict.await().until(() -> bank.booked().contains("t-2"));
            }
        }
        bank.request("k", "m-3", "t-3");
        try (Routes routes = bank.start()) {
            Verdict.await().until(() -> bank.booked().contains("t-3"));
        }
        return bank.booked().equals(List.of("t-1", "t-2", "t-3")) ? null : "booked is " + bank.booked();
    }

    private static BankB bank(Pack pack) {
        BankB bank = new BankB(pack);
        bank.settings.put("inbox.batch-size", "100");
        return bank;
    }
}
