package mutants;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import saga.Journeys;

/** What sagas and their participants must do. */
final class SagaScenarios {

    private SagaScenarios() {
    }

    private static Journeys start(Pack pack) {
        Journeys journeys = new Journeys(pack.database("schema.sql"));
        return journeys.use(pack.start(journeys.settings, Journeys.FILE));
    }

    /** At its second step. */
    private static Journeys hotelAsked(Pack pack) {
        Journeys journeys = start(pack);
        journeys.begin("journey", "s-1");
        journeys.done("journey", "s-1", 1);
        Verdict.await().until(() -> journeys.database.count("saga WHERE step = 2") == 1);
        return journeys;
    }

    static String doneStepLetsTheNextBeAskedFor(Pack pack) {
        try (Journeys journeys = hotelAsked(pack)) {
            List<Object> commands = journeys.commands("s-1");
            return commands.equals(List.of("DO flight", "DO hotel")) ? null : "the saga is at step 2, and was sent " + commands;
        }
    }

    static String stepThatTimedOutIsUndone(Pack pack) {
        try (Journeys journeys = hotelAsked(pack)) {
            journeys.database.update("UPDATE saga SET due_at = now()");
            return Verdict.await(() -> journeys.commands("s-1").size() < 3 ? null : journeys.commands("s-1").get(2).equals("UNDO hotel") ? Verdict.KEPT
                    : "the first to be undone is " + journeys.commands("s-1").get(2));
        }
    }

    static String lateAnswerChangesNothing(Pack pack) {
        try (Journeys journeys = hotelAsked(pack)) {
            journeys.database.update("UPDATE saga SET due_at = now()");
            Verdict.await().until(() -> journeys.state("s-1").equals("COMPENSATING"));
            journeys.done("journey", "s-1", 2);
            return settled(journeys);
        }
    }

    /** The answer waits for the time-out, which is at its commit. */
    static String answerThatWaitsForATimeOutIsLate(Pack pack) throws SQLException {
        try (Journeys journeys = hotelAsked(pack)) {
            try (Gate gate = Gate.atCommit(journeys.database, "UPDATE ON saga", "NEW.state = 'COMPENSATING'")) {
                journeys.database.update("UPDATE saga SET due_at = now()");
                gate.awaitHeld();
                journeys.done("journey", "s-1", 2);
                Verdict.await().until(() -> journeys.database.waiting("transactionid") + journeys.database.waiting("tuple") > 0);
            }
            return settled(journeys);
        }
    }

    private static String settled(Journeys journeys) {
        return Verdict.await(() -> journeys.commands("s-1").contains("DO car") ? "the hotel is undone, and then came " + journeys.commands("s-1")
                : journeys.database.count("saga_step WHERE ignored_answer = 'DO DONE'") == 1 ? Verdict.KEPT : null);
    }

    /** The handler of the end fails twice. */
    static String endIsOneFactWithItsSaga(Pack pack) {
        try (Journeys journeys = start(pack)) {
            journeys.database.update("""
                    CREATE SEQUENCE attempt;
                    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN IF nextval('attempt') < 3 THEN RAISE EXCEPTION 'refused by the test'; END IF; RETURN NEW; END $$;
                    CREATE TRIGGER refuse BEFORE INSERT ON ended FOR EACH ROW EXECUTE FUNCTION refuse()""");
            journeys.begin("journey", "s-1");
            for (int step = 1; step <= 3; step++) {
                journeys.done("journey", "s-1", step);
            }
            return Verdict.await(() -> journeys.database.count("saga WHERE state = 'COMPLETED'") == 0 ? null : journeys.database.count("ended") == 1 ? Verdict.KEPT
                    : "the saga is COMPLETED, and what was to be done with that is not");
        }
    }

    /** Commands to bank B, as messages of their own; its ledger does not itself refuse what is there twice. */
    private static Database bankBWith(Pack pack, String destinations, String model, String... actions) {
        Database database = pack.database("schema.sql", "example-bank-b.sql");
        database.update("ALTER TABLE ledger_entry DROP CONSTRAINT transfer_is_booked_once");
        database.update("INSERT INTO account (id, balance) VALUES ('b-1', 100)");
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("database.bank-b.url", database.url());
        settings.put("database.bank-b.user", "postgres");
        settings.put("kafka.brokers", Servers.kafka().brokers());
        settings.put("inbox.dead-letter-topic", "false");
        Topic commands = Topic.create(Servers.kafka(), 1);
        settings.put("outbox.destination." + destinations + ".credit", commands.name());
        settings.put("outbox.destination." + destinations + ".answered", Topic.create(Servers.kafka(), 1).name());
        for (int i = 0; i < actions.length; i++) {
            commands.send("a-1", "{\"transferId\":\"t-1\",\"from\":\"a-1\",\"to\":\"b-1\",\"amount\":10.00}", Map.of("ce_id", "m-" + i, "ce_source", "test",
                    "ce_type", "transfer.credit", "ce_saga", "transfer", "ce_sagaid", "t-1", "ce_sagastep", "2", "ce_sagaaction", actions[i]));
        }
        try (Routes routes = pack.start(settings, model + "-bank-b-credit.camel.yaml", model + (model.equals("tcc") ? "-bank-b-reserve" : "-bank-b-book-credit") + ".camel.yaml", "bank-b-book-credit.camel.yaml")) {
            Verdict.await().until(() -> database.count("inbox_message") == actions.length);
        }
        return database;
    }

    private static String booked(Database database, String expected) {
        String booked = database.rows("SELECT kind FROM ledger_entry ORDER BY id").toString();
        String answers = database.rows("SELECT convert_from(payload, 'UTF8')::jsonb ->> 'answer' AS answer FROM outbox_message ORDER BY id").toString();
        return expected.equals(booked + answers) ? null : "booked is " + booked + ", answered " + answers;
    }

    static String compensationIsBookedOnce(Pack pack) {
        return booked(bankBWith(pack, "transfer", "saga", "DO", "DO", "UNDO", "UNDO"), "[{kind=CREDIT}, {kind=REVERSAL}][{answer=DONE}, {answer=DONE}, {answer=UNDONE}, {answer=UNDONE}]");
    }

    static String commandBehindItsCompensationIsRefused(Pack pack) {
        return booked(bankBWith(pack, "transfer", "saga", "UNDO", "DO"), "[][{answer=UNDONE}, {answer=REFUSED}]");
    }

    static String tryBehindItsCancellationIsRefused(Pack pack) {
        Object reserved = bankBWith(pack, "reservation", "tcc", "CANCEL", "TRY").value("SELECT reserved FROM account WHERE id = 'b-1'");
        return reserved.toString().equals("0.00") ? null : "reserved is " + reserved;
    }
}
