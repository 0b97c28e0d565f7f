package half;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import harness.Ports;
import harness.Routes;
import harness.Topic;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A half message is published when its producer says that it has committed, and never if not; each word counts once. */
class ProducerDecidesIT {

    private static final String ANN = "ann:0123456789abcdefghij";
    private static final String BOB = "bob:9876543210jihgfedcba";
    private final MessageService service = new MessageService().patient();
    private final int nobody = Ports.free();

    @Test
    void committedMessageIsPublishedAsPreparedAndAnotherIsNot() {
        String committed = MessageService.id();
        String rolledBack = MessageService.id();
        String undecided = MessageService.id();
        Map<String, Object> message = MessageService.message(committed, "k", nobody);
        message.put("type", "order.paid.v1");
        message.put("contentType", "text/plain");
        message.put("headers", Map.of("baggage", "tenant=t"));
        try (Routes routes = service.start()) {
            HttpResponse<String> prepared = service.send(service.request("").header("Content-Type", "application/json")
                    .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").POST(BodyPublishers.ofString(text(message))));
            assertThat(prepared.statusCode()).as(prepared.body()).isEqualTo(201);
            assertThat(prepared.headers().firstValue("Location")).contains("/messages/" + committed);
            assertThat(MessageService.json(prepared).get("state").asText()).isEqualTo("PREPARED");
            service.prepare(MessageService.message(rolledBack, "l", nobody));
            service.prepare(MessageService.message(undecided, "m", nobody));

            assertThat(service.commit(committed).statusCode()).isEqualTo(200);
            assertThat(service.rollback(rolledBack).body()).isEqualTo("{\"id\":\"" + rolledBack + "\",\"state\":\"ROLLED_BACK\"}");

            MessageService.await().until(() -> service.published().contains(committed));
            String closing = MessageService.id();
            service.prepare(MessageService.message(closing, "z", nobody));
            service.commit(closing);
            MessageService.await().until(() -> service.published().contains(closing));
            assertThat(service.published()).containsExactly(committed, closing);
        }
        Map<String, String> headers = new TreeMap<>(Topic.headers(service.topic.records().get(0)));
        headers.remove("ce_time");
        assertThat(headers).isEqualTo(Map.of("ce_id", committed, "ce_source", "half-messages", "ce_specversion", "1.0", "ce_type", "order.paid.v1",
                "content-type", "text/plain", "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "baggage", "tenant=t"));
        assertThat(service.topic.records().get(0).key()).isEqualTo("k");
        assertThat(service.topic.bodies().get(0)).isEqualTo(message.get("payload"));
        assertThat(service.database.rows("SELECT id::text FROM half_message WHERE payload IS NOT NULL")).containsExactly(Map.of("id", undecided));
    }

    @Test
    void eachWordCountsOnceAndTheOppositeIsRefused() {
        String committed = MessageService.id();
        String rolledBack = MessageService.id();
        try (Routes routes = service.start()) {
            service.prepare(MessageService.message(committed, "k", nobody));
            service.prepare(MessageService.message(rolledBack, "k", nobody));
            service.commit(committed);
            service.rollback(rolledBack);

            assertThat(service.commit(committed).statusCode()).as("twice the same").isEqualTo(200);
            assertThat(service.rollback(rolledBack).statusCode()).as("twice the same").isEqualTo(200);
            assertProblem(409, service.rollback(committed), "message " + committed + " is COMMITTED since ", "by PRODUCER: it stays so. Compare your own records.");
            assertProblem(409, service.commit(rolledBack), "message " + rolledBack + " is ROLLED_BACK since ", "by PRODUCER");
            assertProblem(404, service.commit(MessageService.id()), "is of no half message of this login");
            assertProblem(404, service.get(MessageService.id()), "is of no half message of this login");
            assertProblem(404, service.commit("1"), "the id in the path is no UUID: nothing was done.");
            MessageService.await().until(() -> service.published().size() == 1);
            HttpResponse<String> again = service.prepare(MessageService.message(committed, "k", nobody));
            assertThat(again.statusCode()).as("the same prepare again").isEqualTo(201);
            assertThat(MessageService.json(again).get("state").asText()).isEqualTo("COMMITTED");
            Map<String, Object> other = MessageService.message(committed, "k", nobody);
            other.put("payload", "other");
            assertProblem(409, service.prepare(other), "id " + committed + " is taken by another message: nothing was prepared.");
        }
        assertThat(service.database.count("half_message")).isEqualTo(2);
        assertThat(service.published()).containsExactly(committed);
    }

    @Test
    void wordsThatComeAtOnceDecideOnce() {
        List<String> ids = new ArrayList<>();
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        try (Routes routes = service.start()) {
            for (int i = 0; i < 20; i++) {
                String id = MessageService.id();
                ids.add(id);
                for (int j = 0; j < 2; j++) {
                    answers.add(CompletableFuture.supplyAsync(() -> service.prepare(MessageService.message(id, null, nobody)).statusCode()));
                }
            }
            assertThat(answers.stream().map(CompletableFuture::join)).containsOnly(201);
            answers.clear();
            ids.forEach(id -> {
                answers.add(CompletableFuture.supplyAsync(() -> service.commit(id).statusCode()));
                answers.add(CompletableFuture.supplyAsync(() -> service.rollback(id).statusCode()));
            });
            List<Integer> statuses = answers.stream().map(CompletableFuture::join).toList();

            for (int i = 0; i < ids.size(); i++) {
                boolean committed = service.state(ids.get(i)).equals("COMMITTED");
                assertThat(statuses.subList(2 * i, 2 * i + 2)).as(ids.get(i)).containsExactly(committed ? 200 : 409, committed ? 409 : 200);
            }
            long committed = service.database.count("half_message WHERE state = 'COMMITTED'");
            MessageService.await().until(() -> service.topic.size() == committed);
        }
    }

    @Test
    void messagesOfAKeyKeepTheOrderOfTheirPreparation() {
        List<String> ids = new ArrayList<>();
        try (Routes routes = service.start()) {
            for (int i = 0; i < 6; i++) {
                ids.add(MessageService.id());
                service.prepare(MessageService.message(ids.get(i), "k", nobody));
            }
            String other = MessageService.id();
            service.prepare(MessageService.message(other, "other", nobody));

            service.commit(ids.get(5));
            service.commit(ids.get(1));
            assertThat(MessageService.json(service.get(ids.get(1))).get("waiting").asBoolean()).as("it waits for the first").isTrue();
            service.commit(other);
            MessageService.await().until(() -> service.published().contains(other));
            assertThat(service.published()).containsExactly(other);
            service.commit(ids.get(2));
            service.rollback(ids.get(3));
            service.rollback(ids.get(0));
            MessageService.await().until(() -> service.published().size() == 3);
            assertThat(service.published()).as("the fifth is undecided").containsExactly(other, ids.get(1), ids.get(2));
            service.commit(ids.get(4));
            MessageService.await().until(() -> service.published().size() == 5);
        }
        assertThat(service.published().subList(1, 5)).containsExactly(ids.get(1), ids.get(2), ids.get(4), ids.get(5));
    }

    @Test
    void delayAndHalfMessageCombine() {
        String later = MessageService.id();
        String soon = MessageService.id();
        String now = MessageService.id();
        Map<String, Object> delayed = MessageService.message(later, "k", nobody);
        delayed.put("due", "PT1H");
        Map<String, Object> due = MessageService.message(soon, "k", nobody);
        due.put("due", "PT5S");
        try (Routes routes = service.start()) {
            service.prepare(delayed);
            service.prepare(due);
            service.prepare(MessageService.message(now, "k", nobody));
            service.commit(later);
            service.commit(now);
            assertThat(service.database.count("outbox_parked")).as("it is not committed").isEqualTo(1);
            service.commit(soon);

            MessageService.await().until(() -> service.published().contains(soon));
        }
        assertThat(service.published()).containsExactly(now, soon);
        assertThat(service.database.rows("SELECT message_id::text, reason FROM outbox_parked WHERE next_attempt_at > now() + interval '30 minutes'"))
                .containsExactly(Map.of("message_id", later, "reason", "DELAYED"));
    }

    @Test
    void loginDecidesWhoseAMessageIs() {
        service.settings.put("half.logins", ANN + "," + BOB);
        service.settings.put("camel.server.host", "0.0.0.0");
        String id = MessageService.id();
        try (Routes routes = service.start()) {
            assertProblem(401, service.prepare(MessageService.message(id, "k", nobody)), "the login is missing or wrong: nothing was done.");
            assertThat(service.commit(id).headers().firstValue("WWW-Authenticate")).contains("Basic realm=\"producers\"");
            assertThat(as(ANN, "", text(MessageService.message(id, "k", nobody))).statusCode()).isEqualTo(201);

            assertProblem(409, as(BOB, "", text(MessageService.message(id, "k", nobody))), "id " + id + " is taken by another message");
            assertProblem(404, as(BOB, "/" + id + "/commit", ""), "is of no half message of this login");
            assertProblem(404, as(BOB, "/" + id + "/rollback", ""), "is of no half message of this login");
            assertThat(service.send(service.request("/" + id).header("Authorization", MessageService.basic(BOB))).statusCode()).isEqualTo(404);
            assertThat(service.state(id)).isEqualTo("PREPARED");
            assertThat(as(ANN, "/" + id + "/commit", "").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void startIsRefusedThatLetsAnybodyInOrCanAskNobody() {
        Map<String, String> wrong = new LinkedHashMap<>(Map.of("camel.server.host", "0.0.0.0", "half.logins", "ann:short", "half.order", "maybe",
                "half.headers", "ce_id", "half.check-back.hosts", "http://here", "half.check-back.timeout", "1s", "half.retention", "1s",
                "half.check-back.max-attempts", "0", "half.check-back.batch", "many"));
        Map<String, String> told = Map.of("camel.server.host", "camel.server.host (0.0.0.0) lets the producers' API listen on more than this machine, and half.logins is empty",
                "half.logins", "half.logins has an entry (number 1) that is no name:token", "half.order", "half.order (maybe) is neither wait nor skip",
                "half.headers", "half.headers (ce_id) is no name of a header that may travel", "half.check-back.hosts", "half.check-back.hosts has an entry (http://here)",
                "half.check-back.timeout", "half.check-back.timeout (1s) is not shorter than half.check-back.delay (700ms)",
                "half.retention", "half.retention (1s) is shorter than", "half.check-back.max-attempts", "half.check-back.max-attempts (0) is no whole number from 1 to",
                "half.check-back.batch", "half.check-back.batch (many) is no whole number from 1 to");
        wrong.forEach((setting, value) -> {
            MessageService one = new MessageService();
            one.settings.put(setting, value);
            assertThatThrownBy(one::start).as(setting).hasMessageContaining(told.get(setting)).hasMessageNotContaining("ann:short");
        });
    }

    private HttpResponse<String> as(String login, String path, String body) {
        return service.send(service.request(path).header("Content-Type", "application/json").header("Authorization", MessageService.basic(login))
                .POST(BodyPublishers.ofString(body)));
    }

    static void assertProblem(int status, HttpResponse<String> answer, String... words) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(MessageService.json(answer).get("detail").asText()).contains(words);
    }

    private static String text(Map<String, Object> message) {
        try {
            return MessageService.JSON.writeValueAsString(message);
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
