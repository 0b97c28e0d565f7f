package half;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Database;
import harness.Planted;
import harness.Ports;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** The service for half messages with its database and one topic, as a producer sees it: plain HTTP. */
public final class MessageService {

    static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    public final Database database;
    public final Topic topic = Topic.create(Servers.kafka(), 1);
    public final Map<String, String> settings = new LinkedHashMap<>();
    final int port = Ports.free();

    public MessageService() {
        this(Servers.database("schema.sql"));
    }

    /** @param database with the schema of the pack */
    public MessageService(Database database) {
        this.database = database;
        settings.put("database.messages.url", database.url());
        settings.put("database.messages.user", "postgres");
        settings.put("kafka.brokers", Servers.kafka().brokers());
        settings.put("outbox.destination.order.paid", topic.name());
        settings.put("outbox.relay.poll-max-delay", "100");
        settings.put("camel.server.enabled", "true");
        settings.put("camel.server.host", "127.0.0.1");
        settings.put("camel.server.port", String.valueOf(port));
        settings.put("half.check-back.first-delay", "300ms");
        settings.put("half.check-back.delay", "700ms");
        settings.put("half.check-back.timeout", "500ms");
        settings.put("half.check-back.poll-max-delay", "100");
        settings.put("half.check-back.max-attempts", "3");
    }

    /** Nobody is asked while a test looks on. */
    public MessageService patient() {
        settings.put("half.check-back.first-delay", "1h");
        return this;
    }

    public Routes start(String... more) {
        return start(List.of(more));
    }

    /** The API, the relay and the check-backs. */
    private Routes start(List<String> more) {
        return Routes.start(settings, java.util.stream.Stream.concat(Routes.files("half-messages-.*").stream(), more.stream()).toArray(String[]::new));
    }

    /** A request with what every message has. */
    public static Map<String, Object> message(String id, String key, int checkBackPort) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("id", id);
        message.put("destination", "order.paid");
        if (key != null) {
            message.put("key", key);
        }
        message.put("payload", Planted.PAYLOAD + " " + id);
        message.put("checkBack", "http://localhost:" + checkBackPort + "/check-back");
        return message;
    }

    public static String id() {
        return UUID.randomUUID().toString();
    }

    public HttpResponse<String> prepare(Map<String, Object> message) {
        try {
            return post("", JSON.writeValueAsString(message));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public HttpResponse<String> commit(String id) {
        return post("/" + id + "/commit", "");
    }

    public HttpResponse<String> rollback(String id) {
        return post("/" + id + "/rollback", "");
    }

    HttpResponse<String> post(String path, String body) {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    HttpResponse<String> get(String id) {
        return send(request("/" + id));
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/messages" + path));
    }

    public static String basic(String login) {
        return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    public HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = HTTP.send(request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
            Planted.check(answer.request().uri() + " answers and", answer.body());
            return answer;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new IllegalStateException(answer.body(), e);
        }
    }

    public String state(String id) {
        return (String) database.value("SELECT state FROM half_message WHERE id = ?::uuid", id);
    }

    /** The ids of the messages in the topic, in order. */
    public List<String> published() {
        return topic.records().stream().map(record -> Topic.headers(record).get("ce_id")).toList();
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(100));
    }
}
