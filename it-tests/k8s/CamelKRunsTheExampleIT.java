package k8s;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import demo.Bank;
import demo.Customers;
import demo.HttpRequests;
import demo.NotificationService;
import demo.Shop;
import harness.Artemis;
import harness.Database;
import harness.Http;
import harness.Kafka;
import harness.Ports;
import harness.RouteProcess;
import harness.Servers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static harness.ReceivingBank.await;
import static org.assertj.core.api.Assertions.assertThat;

/** Every Integration, each on a kit of nothing but its own dependencies: {@code ./mvnw verify -Pconformance}. */
@Tag("conformance")
class CamelKRunsTheExampleIT {

    private static final String TOKEN = "0123456789abcdefghij";

    @TempDir
    Path folder;

    private final Bank bank = Bank.open();
    private final Shop shop = Shop.open(Servers.database(), Servers.database(), Servers.database(), Servers.database(), 1);
    private final Database messages = Servers.database("schema.sql");
    private final Artemis artemis = Servers.artemis();
    private final int servicePort = Ports.free();
    private final Map<String, Pod> pods = new LinkedHashMap<>();
    private Kafka kafka;

    @ParameterizedTest
    @EnumSource
    void transfersEndAndCustomersAreToldByOutboxByXaByHalfMessagesBySagasAndByTccAndAnOrderIsFulfilled(CamelK runtime) {
        kafka = new Kafka(folder.resolve("kafka")).start();
        for (String event : List.of("requested", "completed", "rejected", "settled", "debit", "credit", "answered")) {
            kafka.createTopics(2, "transfer." + event, "transfer." + event + ".dead", "reservation." + event, "reservation." + event + ".dead");
        }
        for (String event : List.of("order.paid", "order.refunded", "stock.deducted", "stock.refused", "points.added", "warehouse.told")) {
            kafka.createTopics(2, event, event + ".dead");
        }
        try (RouteProcess service = RouteProcess.java(folder.resolve("service.log"), NotificationService.class, String.valueOf(servicePort)).start()) {
            Map<String, JsonNode> manifests = new LinkedHashMap<>(Kubectl.overlay("dev"));
            manifests.putAll(Kubectl.overlay("xa"));
            manifests.putAll(Kubectl.overlay("half"));
            manifests.putAll(Kubectl.overlay("saga"));
            manifests.putAll(Kubectl.overlay("tcc"));
            manifests.putAll(Kubectl.overlay("order"));
            Map<List<String>, Kit> kits = new LinkedHashMap<>();
            manifests.keySet().stream().filter(key -> key.startsWith("Integration/")).map(key -> key.replace("Integration/", "")).forEach(name -> {
                List<String> dependencies = Integration.dependencies(manifests.get("Integration/" + name));
                Kit kit = kits.computeIfAbsent(dependencies, own -> Kit.build(runtime, folder, name, own));
                pods.put(name, new Pod(kit, manifests, name, folder, this::value, Map.of()).start());
            });

            Customers customers = new Customers(new HttpRequests("http://localhost:" + pods.get("bank-a").port()));
            customers.requestOne(Map.of("transferId", "good", "from", "a-1", "to", "b-1", "amount", 10.0));
            customers.requestOne(Map.of("transferId", "refused", "from", "a-1", "to", "nobody", "amount", 10.0));
            tellByHalfMessage("http://localhost:" + pods.get("half-messages").port() + "/messages");
            new Customers(new HttpRequests("http://localhost:" + pods.get("saga-transfer").port())).requestOne(Map.of("transferId", "saga", "from", "a-4", "to", "b-3", "amount", 10.0));
            new Customers(new HttpRequests("http://localhost:" + pods.get("tcc-transfer").port())).requestOne(Map.of("transferId", "tcc", "from", "a-4", "to", "b-3", "amount", 10.0));
            assertThat(Http.post("http://localhost:" + pods.get("order-shop").port() + "/orders", "{\"orderId\":\"bought\",\"customer\":\"c-1\",\"product\":\"p-1\",\"quantity\":1,\"amount\":10.00}",
                    "ann", TOKEN)).as("ordered").isEqualTo(202);
            artemis.send("transfer.requested", Customers.body(Map.of("transferId", "xa", "from", "a-2", "to", "b-2", "amount", 10.0)), Map.of("JMSXGroupID", "a-2"));

            await().untilAsserted(() -> assertThat(bank.bankA().rows("SELECT id, status FROM transfer ORDER BY id")).as("transfers")
                    .containsExactly(Map.of("id", "good", "status", "COMPLETED"), Map.of("id", "refused", "status", "REJECTED"),
                            Map.of("id", "saga", "status", "COMPLETED"), Map.of("id", "tcc", "status", "COMPLETED"), Map.of("id", "xa", "status", "COMPLETED")));
            await().untilAsserted(() -> assertThat(Http.body("http://localhost:" + servicePort + "/notifications")).as("what customers are told").contains("good", "refused", "xa", "half", "saga", "tcc", "bought"));
            await().untilAsserted(() -> assertThat(shop.shop().rows("SELECT id, status FROM customer_order")).as("orders").containsExactly(Map.of("id", "bought", "status", "FULFILLED")));
            assertThat(service.isAlive()).isTrue();
            assertThat(pods).as("Integrations").hasSize(Application.all().size());
            assertThat(new TreeSet<>(pods.keySet())).allSatisfy(name -> assertThat(pods.get(name).status("/q/health/ready")).as(name).isEqualTo(200));
            assertThat(pods.get("bank-a-operate").status("/dead-letters")).as("operators' API without a login").isEqualTo(401);
            assertThat(Http.status("http://localhost:" + pods.get("bank-a-operate").port() + "/dead-letters", "ann", TOKEN)).as("with one").isEqualTo(200);
        }
    }

    private static void tellByHalfMessage(String url) {
        String id = UUID.randomUUID().toString();
        assertThat(Http.post(url, "{\"id\":\"" + id + "\",\"destination\":\"transfer.settled\",\"checkBack\":\"http://localhost:1/\",\"payload\":\"{\\\"transferId\\\":\\\"half\\\","
                + "\\\"from\\\":\\\"a-3\\\",\\\"status\\\":\\\"COMPLETED\\\"}\"}", "ann", TOKEN)).as("prepared").isEqualTo(201);
        assertThat(Http.post(url + "/" + id + "/commit", "", "ann", TOKEN)).as("committed").isEqualTo(200);
    }

    @AfterEach
    void close() {
        pods.values().forEach(Pod::close);
        kafka.close();
    }

    private String value(String reference) {
        return switch (reference.replaceFirst(".*[:/]", "")) {
            case "KAFKA_BROKERS" -> kafka.brokers();
            case "JMS_URL" -> artemis.url();
            case "DATABASE_BANK_A_URL" -> bank.bankA().url();
            case "DATABASE_BANK_B_URL" -> bank.bankB().url();
            case "DATABASE_NOTIFIER_URL" -> bank.notifier().url();
            case "DATABASE_MESSAGES_URL" -> messages.url();
            case "DATABASE_SHOP_URL" -> shop.shop().url();
            case "DATABASE_STOCK_URL" -> shop.stock().url();
            case "DATABASE_POINTS_URL" -> shop.points().url();
            case "DATABASE_OUTBOUND_URL" -> shop.outbound().url();
            case "HALF_CHECK_BACK_HOSTS" -> "localhost";
            case "NOTIFIER_SERVICE_URL", "ORDER_OUTBOUND_WAREHOUSE_URL" -> "http://localhost:" + servicePort + "/notifications";
            case "username" -> reference.contains("jms") ? "" : "postgres";
            case "password" -> "";
            case "logins" -> "ann:" + TOKEN;
            case "webhook-url" -> "http://localhost:1/nobody";
            default -> Kubectl.overlay("dev").get("ConfigMap/reliable-routes-addresses").get("data").get(reference.replaceFirst(".*/", "")).asText();
        };
    }
}
