package half;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import harness.Certificates;
import harness.Downstream;
import harness.Ports;
import harness.Routes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Who does not decide is asked: what the producer answers counts, everything else is asked again, and at the end there is a dead letter. */
class ProducerIsAskedIT {

    private static final int ATTEMPTS = 3;
    private final MessageService service = new MessageService();
    private final Map<String, Integer> asked = new ConcurrentHashMap<>();

    @Test
    void answerDecides() throws IOException {
        String committed = MessageService.id();
        String rolledBack = MessageService.id();
        String running = MessageService.id();
        Map<String, String> answers = Map.of(committed, "200", rolledBack, "409", running, "425,425,200");
        service.settings.put("half.check-back.max-attempts", "50");
        try (Downstream producer = new Downstream(0, request -> answer(request, answers)); Routes routes = service.start()) {
            answers.keySet().forEach(id -> service.prepare(MessageService.message(id, null, producer.port())));

            MessageService.await().until(() -> service.published().size() == 2);
            MessageService.await().until(() -> service.state(rolledBack).equals("ROLLED_BACK"));
            ProducerDecidesIT.assertProblem(409, service.commit(rolledBack), "is ROLLED_BACK since ", "by CHECK_BACK");
            assertThat(service.commit(committed).statusCode()).isEqualTo(200);
            assertThat(MessageService.json(service.get(running)).get("decidedBy").asText()).isEqualTo("CHECK_BACK");
        }
        assertThat(service.published()).containsExactlyInAnyOrder(committed, running);
        assertThat(asked.get(running)).isGreaterThanOrEqualTo(3);
    }

    @Test
    void everythingElseIsAskedAgainAndADeadLetterAtTheEnd() throws IOException {
        int refused = Ports.free();
        byte[] giant = new byte[50_000_000];
        byte[] head = ("HTTP/1.1 500 Told\r\nContent-Length: " + (giant.length - 100) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(head, 0, giant, 0, head.length);
        Map<String, byte[]> answers = new LinkedHashMap<>();
        answers.put("500", Downstream.answer(500, "no"));
        answers.put("404", Downstream.answer(404, ""));
        answers.put("204", Downstream.answer(204, ""));
        answers.put("302", Downstream.answer(302, "", "Location: /fine"));
        answers.put("IOException: HTTP/1.1 header parser received no bytes", null);
        answers.put("ProtocolException: ", "\u0016\u0003\u0001 this is no HTTP\n\n".getBytes(StandardCharsets.ISO_8859_1));
        answers.put("500 ", giant);
        Map<String, String> expected = new LinkedHashMap<>();
        service.settings.put("half.check-back.timeout", "2s");
        service.settings.put("half.check-back.delay", "2500ms");
        List<byte[]> inOrder = new ArrayList<>(answers.values());
        try (Downstream producer = new Downstream(0, request -> request.path().equals("/fine") ? Downstream.answer(200, "") : inOrder.get(Integer.parseInt(request.path().substring(1))));
                Downstream silent = new Downstream(0, request -> {
                    Thread.sleep(60_000);
                    return null;
                });
                Drip drip = new Drip(); Routes routes = service.start()) {
            int number = 0;
            for (String told : answers.keySet()) {
                expected.put(prepare("http://localhost:" + producer.port() + "/" + number++), told.strip());
            }
            expected.put(prepare("http://localhost:" + refused + "/"), "ConnectException: ");
            expected.put(prepare("http://localhost:" + silent.port() + "/"), "HttpTimeoutException: ");
            expected.put(prepare("http://localhost:" + drip.port() + "/"), "HttpTimeoutException: ");
            expected.put(prepare("https://localhost:" + producer.port() + "/0"), "SSL");

            MessageService.await().until(() -> service.database.count("dead_letter") == expected.size());

            expected.forEach((id, told) -> {
                Map<String, Object> row = service.database.rows("SELECT state, attempts, last_answer FROM half_message WHERE id = ?::uuid", id).get(0);
                assertThat(row).containsEntry("state", "DEAD").containsEntry("attempts", ATTEMPTS);
                assertThat((String) row.get("last_answer")).contains(told);
                Map<String, Object> letter = service.database.rows("SELECT origin, consumer, error_class, error_message, attempts FROM dead_letter WHERE message_id = ?", id).get(0);
                assertThat(letter).containsEntry("origin", "HALF").containsEntry("consumer", "order.paid").containsEntry("error_class", "UNDECIDED");
                assertThat((String) letter.get("error_message")).contains("was asked 3 times whether it has committed, and the last answer was: " + row.get("last_answer"));
            });
        }
        assertThat(service.published()).isEmpty();
    }

    @Test
    void giantBodyBehindADecisionIsNotRead() throws IOException {
        byte[] giant = new byte[50_000_000];
        byte[] head = "HTTP/1.1 200 Told\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n".getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(head, 0, giant, 0, head.length);
        service.settings.put("half.check-back.max-attempts", "50");
        String id = MessageService.id();
        try (Downstream producer = new Downstream(0, request -> giant); Routes routes = service.start()) {
            service.prepare(MessageService.message(id, null, producer.port()));

            MessageService.await().until(() -> service.published().contains(id));
        }
    }

    @Test
    void hostThatIsNotAllowedIsNotAsked() throws IOException {
        String before = MessageService.id();
        try (Downstream producer = new Downstream(0, request -> answer(request, Map.of()))) {
            Map<String, Object> message = MessageService.message(before, null, producer.port());
            try (Routes routes = service.patient().start()) {
                assertThat(service.prepare(message).statusCode()).isEqualTo(201);
            }
            service.database.update("UPDATE half_message SET next_check_at = now()");
            service.settings.put("half.check-back.hosts", "localhost:1, bank.example");
            try (Routes routes = service.start()) {
                message.put("id", MessageService.id());
                ProducerDecidesIT.assertProblem(422, service.prepare(message), "the host of checkBack (localhost:" + producer.port()
                        + ") is none that this service asks: nothing was prepared.");

                MessageService.await().until(() -> service.state(before).equals("DEAD"));
            }
        }
        assertThat(asked).isEmpty();
        assertThat((String) service.database.value("SELECT last_answer FROM half_message")).contains("its host is not in half.check-back.hosts any more: it was not asked");
    }

    /** With the settings of docs/security.md; all others are asked in vain. */
    @Test
    void producerOfAPrivateAuthorityIsAsked(@TempDir Path folder) throws IOException {
        Certificates certificates = new Certificates(folder);
        HttpsServer producer = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        producer.setHttpsConfigurator(new HttpsConfigurator(certificates.tls()));
        producer.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        producer.start();
        service.settings.put("half.check-back.hosts", "127.0.0.1");
        service.settings.put("half.check-back.timeout", "2s");
        service.settings.put("half.check-back.delay", "2500ms");
        String url = "https://127.0.0.1:" + producer.getAddress().getPort() + "/c";
        try {
            String unknown;
            try (Routes routes = service.start()) {
                unknown = prepare(url);
                MessageService.await().until(() -> service.state(unknown).equals("DEAD"));
            }
            assertThat((String) service.database.value("SELECT last_answer FROM half_message")).startsWith("SSLHandshakeException: ");

            service.settings.putAll(Map.of("camel.ssl.enabled", "true", "camel.ssl.trust-store", "file:" + certificates.authorities(),
                    "camel.ssl.trust-store-password", Certificates.PASSWORD));
            service.settings.put("half.check-back.max-attempts", "50");
            try (Routes routes = service.start()) {
                String known = prepare(url);
                MessageService.await().until(() -> service.published().contains(known));
            }
        } finally {
            producer.stop(0);
        }
    }

    /** One producer answers nothing, to many; another's answer comes all the same, and soon. */
    @Test
    void deadProducerHoldsUpNobodyElse() throws IOException {
        String other = MessageService.id();
        service.settings.put("half.check-back.timeout", "30s");
        service.settings.put("half.check-back.delay", "31s");
        service.settings.put("half.check-back.batch", "20");
        try (Downstream producer = new Downstream(0, request -> answer(request, Map.of(other, "200")));
                Downstream silent = new Downstream(0, request -> {
                    Thread.sleep(60_000);
                    return null;
                }); Routes routes = service.patient().start()) {
            for (int i = 0; i < 50; i++) {
                service.prepare(MessageService.message(MessageService.id(), null, silent.port()));
            }
            service.prepare(MessageService.message(other, null, producer.port()));
            service.database.update("UPDATE half_message SET next_check_at = now() - interval '1 minute' WHERE id <> ?::uuid", other);
            service.database.update("UPDATE half_message SET next_check_at = now() WHERE id = ?::uuid", other);

            MessageService.await().until(() -> service.published().contains(other));
        }
        assertThat(service.database.count("half_message WHERE attempts > 0 AND state = 'PREPARED'")).as("the first ones of the dead producer are being asked").isPositive();
    }

    @Test
    void operatorAsksAgainOrRollsBackAndALateProducerIsHeard() throws IOException {
        String again = MessageService.id();
        String discarded = MessageService.id();
        String late = MessageService.id();
        String never = MessageService.id();
        List<String> ids = List.of(again, discarded, late, never);
        Map<String, String> answers = new ConcurrentHashMap<>();
        service.settings.put("operate.data-source", "messages");
        // one that is dead sooner than the others is alerted alone, and they in the next digest
        service.settings.put("alert.window", "2s");
        service.settings.put("half.check-back.timeout", "2s");
        service.settings.put("half.check-back.delay", "2500ms");
        try (Downstream producer = new Downstream(0, request -> answer(request, answers));
                Routes routes = service.start("operate-api.camel.yaml", "operate-show.camel.yaml", "operate-end-letters.camel.yaml", "operate-problem.camel.yaml",
                        "operate-alerts.camel.yaml", "operate-alert-log.camel.yaml", "operate-alert-text.camel.yaml")) {
            ids.forEach(id -> service.prepare(MessageService.message(id, null, producer.port())));
            MessageService.await().until(() -> service.database.count("dead_letter WHERE alerted_at IS NOT NULL") == ids.size());
            ProducerDecidesIT.assertProblem(409, service.prepare(other(again, producer.port())), "is taken by another message");
            assertThat(MessageService.json(service.get(again)).get("state").asText()).isEqualTo("DEAD");

            answers.put(again, "200");
            operate("replay", again);
            MessageService.await().until(() -> service.published().contains(again));
            operate("discard", discarded);
            assertThat(service.commit(late).statusCode()).isEqualTo(200);
            assertThat(service.rollback(never).statusCode()).isEqualTo(200);

            MessageService.await().until(() -> service.published().contains(late));
            assertThat(service.state(discarded)).isEqualTo("ROLLED_BACK");
            ProducerDecidesIT.assertProblem(409, service.commit(discarded), "by OPERATOR");
            assertThat(service.state(never)).isEqualTo("ROLLED_BACK");
        }
        assertThat(service.published()).containsExactlyInAnyOrder(again, late);
        assertThat(service.database.count("dead_letter WHERE ended_at IS NULL")).isZero();
        assertThat(service.database.rows("SELECT action, count(*)::integer AS n FROM dead_letter_audit GROUP BY action ORDER BY action").toString())
                .isEqualTo("[{action=DISCARD, n=2}, {action=REPLAY, n=2}]");
    }

    /** Several services ask at once, and producers answer slowly: each message is decided once. */
    @Test
    void severalServicesDecideOnce() throws IOException {
        service.settings.put("half.check-back.delay", "600ms");
        // on a slow machine many an answer comes too late
        service.settings.put("half.check-back.max-attempts", "100");
        Map<String, String> withoutServer = new LinkedHashMap<>(service.settings);
        withoutServer.put("camel.server.enabled", "false");
        List<String> ids = new ArrayList<>();
        Map<String, String> answers = new ConcurrentHashMap<>();
        try (Downstream producer = new Downstream(0, request -> {
            Thread.sleep(300);
            return answer(request, answers);
        }); Routes one = service.start(); Routes two = Routes.start(withoutServer, "half-messages-check-back.camel.yaml", "half-messages-relay.camel.yaml")) {
            for (int i = 0; i < 40; i++) {
                ids.add(MessageService.id());
                answers.put(ids.get(i), i % 2 == 0 ? "200" : "409");
                service.prepare(MessageService.message(ids.get(i), "k" + i % 3, producer.port()));
            }

            MessageService.await().until(() -> service.published().size() >= 20 && service.database.count("half_message WHERE state = 'PREPARED'") == 0);
        }
        assertThat(service.published()).hasSize(20).doesNotHaveDuplicates();
        for (int key = 0; key < 3; key++) {
            String name = "k" + key;
            List<String> order = service.topic.records().stream().filter(record -> record.key().equals(name)).map(record -> harness.Topic.headers(record).get("ce_id")).toList();
            assertThat(order).isSortedAccordingTo(java.util.Comparator.comparing(ids::indexOf));
        }
    }

    private static Map<String, Object> other(String id, int port) {
        Map<String, Object> other = MessageService.message(id, null, port);
        other.put("payload", "other");
        return other;
    }

    private void operate(String action, String id) {
        Object letter = service.database.value("SELECT id FROM dead_letter WHERE message_id = ? AND ended_at IS NULL", id);
        HttpResponse<String> answer = service.post("/../dead-letters/" + action, "{\"ids\":[" + letter + "],\"who\":\"ann\",\"reason\":\"r\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private String prepare(String checkBack) {
        String id = MessageService.id();
        Map<String, Object> message = MessageService.message(id, null, 1);
        message.put("checkBack", checkBack);
        assertThat(service.prepare(message).statusCode()).isEqualTo(201);
        return id;
    }

    /** Statuses by id, one after the other, the last one for ever; 503 for all others. */
    private byte[] answer(Downstream.Request request, Map<String, String> answers) {
        String id = MessageService.JSON.convertValue(json(request), Map.class).get("id").toString();
        String[] statuses = answers.getOrDefault(id, "503").split(",");
        int before = asked.merge(id, 1, Integer::sum) - 1;
        return Downstream.answer(Integer.parseInt(statuses[Math.min(before, statuses.length - 1)]), "");
    }

    private static Object json(Downstream.Request request) {
        try {
            return MessageService.JSON.readTree(request.body());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A server whose headers never end. */
    private static final class Drip implements AutoCloseable {

        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

        Drip() throws IOException {
            Thread thread = new Thread(() -> {
                while (!server.isClosed()) {
                    try {
                        Socket socket = server.accept();
                        Thread writer = new Thread(() -> drip(socket));
                        writer.setDaemon(true);
                        writer.start();
                    } catch (IOException e) {
                        // closed
                    }
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        private static void drip(Socket socket) {
            try (socket; OutputStream out = socket.getOutputStream()) {
                out.write("HTTP/1.1 200 Told\r\n".getBytes(StandardCharsets.ISO_8859_1));
                while (true) {
                    out.write("x: y\r\n".getBytes(StandardCharsets.ISO_8859_1));
                    out.flush();
                    Thread.sleep(100);
                }
            } catch (IOException e) {
                // the client has gone
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
