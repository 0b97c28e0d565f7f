package mutants;

import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

import harness.ReceivingBank;
import harness.Routes;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;

/** What a receiver must make of any identity, any refusal of its database, and of the headers of a message. */
final class ReceivedScenarios {

    private ReceivedScenarios() {
    }

    static String messagesOfAnyIdentityHaveOneEffect(Pack pack) {
        BankB bank = new BankB(pack);
        bank.request("k", "m".repeat(50) + "1", "t-1");
        bank.request("k", "m".repeat(50) + "2", "t-2");
        Map<String, String> ofAnother = new TreeMap<>(ReceivingBank.headers("m".repeat(50) + "1"));
        ofAnother.put("ce_source", "bank-c");
        bank.topic.send("k", ReceivingBank.body("t-3"), ofAnother);
        bank.request("k", "last", "t-4");

        try (Routes routes = bank.start()) {
            Verdict.await().until(() -> bank.booked().contains("t-4"));
        }
        return bank.booked().equals(List.of("t-1", "t-2", "t-3", "t-4")) ? null : "booked is " + bank.booked() + ", and these are four messages";
    }

    static String messageThatIsRefusedEverywhereStopsNobody(Pack pack) {
        BankB bank = new BankB(pack);
        bank.fail("NEW.transfer_id = 't-1'");
        refuse(bank, "inbox_parked", "true");
        refuse(bank, "dead_letter", "NEW.headers <> '{}'");
        bank.request("k", "m-1", "t-1");
        bank.request("other", "m-2", "t-2");

        try (Routes routes = bank.start()) {
            return Verdict.await(() -> {
                if (bank.booked().contains("t-2")) {
                    return bank.dead().contains("m-1") ? Verdict.KEPT : "m-1 is nowhere";
                }
                return bank.database.count("incident WHERE kind = 'BURIAL'") == 0 ? null : "m-1 is nowhere and m-2 waits behind it";
            });
        }
    }

    static String burialThatIsRefusedIsTriedLater(Pack pack) {
        BankB bank = new BankB(pack);
        bank.settings.put("inbox.retry.first-delay", "1h");
        bank.settings.put("inbox.retry.delay", "1h");
        bank.fail("true");
        refuse(bank, "dead_letter", "nextval('attempt') > 0");
        bank.request("k", "m-1", "t-1");

        try (Routes routes = bank.start()) {
            Verdict.await().until(() -> bank.parked().contains("m-1"));
            bank.database.update("UPDATE inbox_parked SET exhausted = true, next_attempt_at = now()");
            return Verdict.await(() -> {
                if (bank.attempts() > 60) {
                    return bank.attempts() + " burials were refused meanwhile, and no other message had its turn";
                }
                return bank.attempts() > 0 && bank.database.count("inbox_parked WHERE next_attempt_at > now() + interval '10 seconds'") == 1 ? Verdict.KEPT : null;
            });
        }
    }

    static String retryHasTheHeadersOfTheFirstDelivery(Pack pack) {
        BankB bank = new BankB(pack);
        bank.fail("nextval('attempt') < 5");
        List<String> deliveries = new CopyOnWriteArrayList<>();

        try (Routes routes = bank.start()) {
            EventNotifierSupport notifier = new EventNotifierSupport() {
                @Override
                public void notify(CamelEvent event) {
                    if (event instanceof CamelEvent.ExchangeSendingEvent sending
                            && sending.getEndpoint().getEndpointUri().equals("direct://bank-b-credit-transfer")) {
                        Map<String, Object> headers = new TreeMap<>(sending.getExchange().getMessage().getHeaders());
                        headers.remove("CamelRedeliveryDelay");
                        deliveries.add(headers.toString());
                    }
                }
            };
            notifier.start();
            routes.context().getManagementStrategy().addEventNotifier(notifier);
            bank.request("k", "m-1", "t-1");
            Verdict.await().until(() -> bank.booked().contains("t-1"));
        }
        String first = deliveries.get(0);
        String last = deliveries.get(deliveries.size() - 1);
        return first.equals(last) ? null : "the retry has got " + last + " where the first delivery had " + first;
    }

    /** Another transaction has the account, and changes it while the handler waits for it. */
    static String contentionUsesUpNoAttempt(Pack pack) throws Exception {
        BankB bank = new BankB(pack);
        bank.settings.put("inbox.immediate-attempts", "1");
        bank.settings.put("inbox.retry.first-delay", "1h");
        bank.request("k", "m-1", "t-1");
        try (Connection connection = bank.database.connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("UPDATE account SET balance = balance WHERE id = 'b-1'");
            try (Routes routes = bank.start()) {
                Verdict.await().until(() -> bank.database.waiting("transactionid") > 0);
                connection.commit();
                return Verdict.await(() -> {
                    if (bank.parked().contains("m-1")) {
                        return "the attempt of m-1 was used up by another transaction";
                    }
                    return bank.booked().contains("t-1") ? Verdict.KEPT : null;
                });
            }
        }
    }

    private static void refuse(BankB bank, String table, String condition) {
        bank.database.update("""
                CREATE FUNCTION refuse_%1$s() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF %2$s THEN RAISE EXCEPTION 'refused by the test'; END IF; RETURN NEW; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON %1$s FOR EACH ROW EXECUTE FUNCTION refuse_%1$s()
                """.formatted(table, condition));
    }
}
