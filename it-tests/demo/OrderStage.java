package demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import harness.Database;
import org.awaitility.Awaitility;

/** The paid order by outbox and inbox, over Kafka: four services, each with its database, its relay and its retries. */
final class OrderStage extends OutboxStage {

    /** Some of the scarce product, and not enough for all. */
    private static final int SCARCE = 2;

    private Database stock;

    OrderStage() throws IOException {
    }

    @Override
    Example openExample() {
        stock = database("stock");
        return new OrderExample(Shop.open(database("shop"), stock, database("points"), database("outbound"), SCARCE));
    }

    @Override
    String[] topics() {
        return new String[] {"order.paid", "order.refunded", "stock.deducted", "stock.refused", "points.added", "warehouse.told"};
    }

    @Override
    void addServices(Map<String, String> settings) {
        settings.put("order-outbound.warehouse-url", serviceUrl());
        settings.put("order-outbound.warehouse-timeout", "1000");
        // what is parked comes again while somebody looks
        settings.put("inbox.order-points-add.retry.delay", "1s");
        settings.put("inbox.order-outbound-tell.retry.first-delay", "1s");
        settings.put("inbox.order-outbound-tell.retry.delay", "1s");
        for (String service : List.of("order-shop", "order-stock", "order-points", "order-outbound")) {
            add(service, settings, service + "-*.camel.yaml");
        }
    }

    @Override
    Function<Map<String, Object>, Optional<String>> requests() {
        System.out.println("Ordering at " + url());
        return new HttpRequests(url() + "/orders", OrderExample::body);
    }

    @Override
    void chaos(Customers customers, int orders) {
        // customers are being served
        awaitProgress(customers, orders / 5);
        restart("order-shop");
        // the shop goes on taking orders, which nobody can receive now
        awaitProgress(customers, orders * 2 / 5);
        restartKafka();
        // the receivers are working off what they could not receive
        awaitDecided(orders * 3 / 5);
        restart("order-stock", "order-points", "order-outbound");
    }

    /** Returns when stock has deducted or refused so many. */
    private void awaitDecided(int orders) {
        Awaitility.await("decisions of the stock").atMost(Duration.ofMinutes(10)).pollInterval(Duration.ofMillis(10)).until(() -> stock.count("deduction") >= orders);
    }

    @Override
    List<String> tries() {
        return List.of("  curl -i " + url() + "/orders -H 'Content-Type: application/json' \\",
                "       -d '{\"orderId\":\"mine\",\"customer\":\"c-1\",\"product\":\"p-1\",\"quantity\":1,\"amount\":12.50}'", "  curl " + url() + "/orders/mine",
                "  curl " + url() + "/openapi.json");
    }
}
