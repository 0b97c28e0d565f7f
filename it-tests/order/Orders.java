package order;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import demo.HttpRequests;
import demo.OrderInvariants;
import demo.Shop;
import harness.Database;
import harness.Downstream;
import harness.Ports;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** The paid order: its databases, topics and warehouse, for services that a test starts. */
final class Orders implements AutoCloseable {

    static final List<String> EVENTS = List.of("order.paid", "order.refunded", "stock.deducted", "stock.refused", "points.added", "warehouse.told");
    private static final Downstream.Behaviour TAKES = request -> Downstream.answer(204, "");

    final Shop databases = Shop.open(Servers.database(), Servers.database(), Servers.database(), Servers.database(), 1);
    final Map<String, String> settings = databases.settings();
    final int port = Ports.free();
    private final Map<String, List<String>> requests = new LinkedHashMap<>();
    private final Map<String, String> told = new ConcurrentHashMap<>();
    private final HttpRequests customer;
    private final Downstream warehouse;
    private volatile Downstream.Behaviour behaviour = TAKES;

    Orders() throws IOException {
        warehouse = new Downstream(0, this::answer);
        String topics = Servers.name("paid") + ".";
        for (String event : EVENTS) {
            settings.put("outbox.destination." + event, topics + event);
            Servers.kafka().createTopics(2, topics + event);
        }
        settings.put("kafka.brokers", Servers.kafka().brokers());
        settings.put("inbox.dead-letter-topic", "false");
        settings.put("inbox.outage-delay", "200");
        settings.put("inbox.immediate-delay", "50ms");
        settings.put("inbox.retry.first-delay", "300ms");
        settings.put("inbox.retry.delay", "300ms");
        settings.put("inbox.order-points-add.retry.delay", "300ms");
        settings.put("inbox.order-outbound-tell.retry.first-delay", "300ms");
        settings.put("inbox.order-outbound-tell.retry.delay", "300ms");
        settings.put("order-outbound.warehouse-url", "http://localhost:" + warehouse.port() + "/");
        customer = new HttpRequests(url() + "/orders", Orders::body);
    }

    private byte[] answer(Downstream.Request request) throws InterruptedException {
        byte[] answer = behaviour.answer(request);
        if (answer != null && new String(answer).startsWith("HTTP/1.1 204")) {
            told.put(request.headers().get("idempotency-key"), request.text().replaceFirst(".*\"orderId\" ?: ?\"([^\"]+)\".*", "$1"));
        }
        return answer;
    }

    /** What the warehouse answers from now on; null: it takes everything. */
    void warehouse(Downstream.Behaviour answers) {
        behaviour = answers == null ? TAKES : answers;
    }

    String url() {
        return "http://localhost:" + port;
    }

    /** The files of a service: shop, stock, points or outbound. */
    static List<String> files(String service) {
        return Routes.files("order-" + service + "-.*");
    }

    Routes start(String service, String... more) {
        Map<String, String> mine = new LinkedHashMap<>(settings);
        if (service.equals("shop")) {
            mine.put("camel.server.enabled", "true");
            mine.put("camel.server.host", "127.0.0.1");
            mine.put("camel.server.port", String.valueOf(port));
        }
        mine.put("operate.data-source", service);
        List<String> files = new ArrayList<>(files(service));
        files.addAll(List.of(more));
        return Routes.start(mine, files.toArray(String[]::new));
    }

    /** Ends them all at once: most of that is waiting. */
    static void stop(Collection<Routes> services) {
        services.stream().map(service -> CompletableFuture.runAsync(service::close, work -> new Thread(work).start())).toList().forEach(CompletableFuture::join);
    }

    /** Orders, and returns when that is taken. */
    void order(String id, String customerId, String product, int quantity, double amount) {
        synchronized (requests) {
            List<String> mine = requests.computeIfAbsent(customerId, key -> new ArrayList<>());
            if (!mine.contains(id)) {
                mine.add(id);
            }
        }
        Map<String, Object> order = Map.of("orderId", id, "customer", customerId, "product", product, "quantity", quantity, "amount", amount);
        Awaitility.await().atMost(Duration.ofMinutes(3)).pollInSameThread().pollInterval(Duration.ofMillis(200)).until(() -> customer.apply(order), Optional::isPresent);
    }

    static String body(Map<String, Object> order) {
        return "{\"orderId\":\"%s\",\"customer\":\"%s\",\"product\":\"%s\",\"quantity\":%s,\"amount\":%s}".formatted(order.get("orderId"), order.get("customer"),
                order.get("product"), order.get("quantity"), order.get("amount"));
    }

    OrderInvariants invariants() {
        synchronized (requests) {
            return new OrderInvariants(databases, requests, told);
        }
    }

    void awaitHold() {
        await().untilAsserted(() -> {
            if (!invariants().hold()) {
                throw new AssertionError(invariants() + "\n" + String.join("\n", invariants().violations()));
            }
        });
    }

    /** How an order stands in the shop: {@code PAID}, or {@code REFUNDED} with its reason. */
    String status(String id) {
        return shop().rows("SELECT status || coalesce(' ' || reason, '') AS status FROM customer_order WHERE id = ?", id).toString().replaceAll("\\[\\{status=|}]", "");
    }

    void awaitStatus(String id, String status) {
        await().until(() -> status(id), status::equals);
    }

    Topic topic(String event) {
        return new Topic(Servers.kafka(), settings.get("outbox.destination." + event));
    }

    Map<String, String> told() {
        return told;
    }

    Database shop() {
        return databases.shop();
    }

    Database stock() {
        return databases.stock();
    }

    Database points() {
        return databases.points();
    }

    Database outbound() {
        return databases.outbound();
    }

    Database database(String service) {
        return switch (service) {
            case "shop" -> shop();
            case "stock" -> stock();
            case "points" -> points();
            default -> outbound();
        };
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(100));
    }

    @Override
    public void close() {
        warehouse.close();
    }
}
