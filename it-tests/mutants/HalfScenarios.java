package mutants;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import half.MessageService;
import harness.Database;
import harness.Downstream;
import harness.Java;
import harness.Ports;
import harness.Routes;
import org.apache.camel.ProducerTemplate;

/** What half messages and their barrier must do. */
final class HalfScenarios {

    private static final String ID = "0d5e0dd1-3c3a-4b0b-8f5c-2f1f5a3e5b11";

    private HalfScenarios() {
    }

    private static Routes start(Pack pack, MessageService service) {
        return pack.start(service.settings, Routes.files("half-messages-.*").toArray(String[]::new));
    }

    /** The transaction comes after its check-back was answered. */
    static String lateTransactionIsRefused(Pack pack) throws IOException {
        Database database = pack.database("barrier.sql");
        database.update("CREATE TABLE change (message_id uuid)");
        try (Routes routes = pack.start(Map.of("database.bank-a.url", database.url(), "database.bank-a.user", "postgres"), Java.root().resolve("it-tests/half/barrier.camel.yaml").toString());
                ProducerTemplate template = routes.context().createProducerTemplate()) {
            Object answer = template.request("direct:answer", exchange -> exchange.getMessage().setHeader("message", ID)).getMessage().getHeader("CamelHttpResponseCode");
            template.request("direct:change", exchange -> exchange.getMessage().setHeader("message", ID));
            return database.count("change") == 0 ? null : "the change is committed, and its check-back was answered with " + answer;
        }
    }

    /** The producer is still at work when it is asked for the first three times; one of its answers may come too late. */
    static String runningTransactionIsAskedAgain(Pack pack) throws IOException {
        MessageService service = new MessageService(pack.database("schema.sql"));
        service.settings.put("half.check-back.max-attempts", "50");
        String id = MessageService.id();
        AtomicInteger asked = new AtomicInteger();
        try (Downstream producer = new Downstream(0, request -> Downstream.answer(asked.incrementAndGet() <= 3 ? 425 : 200, "")); Routes routes = start(pack, service)) {
            service.prepare(MessageService.message(id, null, producer.port()));
            return Verdict.await(() -> switch (service.state(id)) {
                case "PREPARED" -> null;
                case "COMMITTED" -> Verdict.KEPT;
                default -> "the message is " + service.state(id) + ", and its transaction was running";
            });
        }
    }

    static String committedMessageIsPublished(Pack pack) {
        MessageService service = new MessageService(pack.database("schema.sql")).patient();
        String id = MessageService.id();
        try (Routes routes = start(pack, service)) {
            service.prepare(MessageService.message(id, null, Ports.free()));
            service.commit(id);
            return Verdict.await(() -> service.published().contains(id) ? Verdict.KEPT
                    : service.state(id).equals("COMMITTED") && service.database.count("half_message WHERE waiting") + service.database.count("outbox_message") == 0
                            && !service.published().contains(id) ? "the message is committed, and nobody will publish it" : null);
        }
    }

    static String firstWordCounts(Pack pack) {
        MessageService service = new MessageService(pack.database("schema.sql")).patient();
        String id = MessageService.id();
        try (Routes routes = start(pack, service)) {
            service.prepare(MessageService.message(id, null, Ports.free()));
            service.commit(id);
            int late = service.rollback(id).statusCode();
            return late == 409 && service.state(id).equals("COMMITTED") ? null : "the late rollback is answered with " + late + ", and the message is " + service.state(id);
        }
    }

    static String undecidedMessageHoldsItsKey(Pack pack) {
        MessageService service = new MessageService(pack.database("schema.sql")).patient();
        List<String> ids = List.of(MessageService.id(), MessageService.id());
        try (Routes routes = start(pack, service)) {
            ids.forEach(id -> service.prepare(MessageService.message(id, "k", Ports.free())));
            service.commit(ids.get(1));
            if (service.database.count("half_message WHERE waiting") == 0) {
                return "the second message of the key is sent, and the first is undecided";
            }
            service.commit(ids.get(0));
            return Verdict.await(() -> service.published().size() < 2 ? null : service.published().equals(ids) ? Verdict.KEPT : "the key has another order");
        }
    }

    static String undecidedMessageIsADeadLetterAtTheEnd(Pack pack) throws IOException {
        MessageService service = new MessageService(pack.database("schema.sql"));
        AtomicInteger asked = new AtomicInteger();
        try (Downstream producer = new Downstream(0, request -> Downstream.answer(asked.incrementAndGet() > 0 ? 503 : 200, "")); Routes routes = start(pack, service)) {
            service.prepare(MessageService.message(MessageService.id(), null, producer.port()));
            return Verdict.await(() -> asked.get() > 3 ? "the producer is asked " + asked.get() + " times" : service.database.count("dead_letter") == 1 ? Verdict.KEPT : null);
        }
    }
}
