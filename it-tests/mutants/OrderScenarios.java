package mutants;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import harness.Database;
import harness.Downstream;
import harness.Routes;
import harness.Servers;
import harness.Topic;

/** What the services of the paid order must do once, and together, or not at all. */
final class OrderScenarios {

    private OrderScenarios() {
    }

    /** One of the services, whose database does not itself refuse what is there twice. No relay runs, so its outbox keeps what it tells. */
    private static final class Service {

        private final Pack pack;
        private final Database database;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final Map<String, Topic> topics = new LinkedHashMap<>();
        private int sent;

        Service(Pack pack, String name, String once) {
            this.pack = pack;
            database = pack.database("schema.sql", "example-" + name + ".sql");
            database.update("ALTER TABLE " + once);
            settings.put("database." + name + ".url", database.url());
            settings.put("database." + name + ".user", "postgres");
            settings.put("kafka.brokers", Servers.kafka().brokers());
            settings.put("inbox.dead-letter-topic", "false");
            settings.put("inbox.immediate-delay", "50ms");
            for (String event : List.of("order.paid", "order.refunded", "stock.deducted", "stock.refused", "points.added", "warehouse.told")) {
                topics.put(event, Topic.create(Servers.kafka(), 1));
                settings.put("outbox.destination." + event, topics.get(event).name());
            }
        }

        /** Always as a message of its own. */
        void send(String event, String order) {
            topics.get(event).send("c-1", "{\"orderId\":\"%s\",\"customer\":\"c-1\",\"product\":\"p-1\",\"quantity\":1,\"amount\":10.00,\"reason\":\"OUT_OF_STOCK\"}".formatted(order),
                    Map.of("ce_id", "m-" + ++sent, "ce_source", "test", "ce_type", event));
        }

        /** Returns when so many messages are handled. */
        void awaitHandled(int messages) {
            Verdict.await().until(() -> database.count("inbox_message") == messages);
        }

        Routes start(String... files) {
            return pack.start(settings, files);
        }
    }

    /** Stock refuses it twice, in two messages. */
    static String paidOrderIsRefundedOnce(Pack pack) {
        Service shop = new Service(pack, "shop", "payment DROP CONSTRAINT order_is_booked_once");
        shop.database.update("""
                INSERT INTO customer (id, balance) VALUES ('c-1', 90);
                INSERT INTO customer_order (id, customer, product, quantity, amount) VALUES ('o-1', 'c-1', 'p-1', 1, 10);
                INSERT INTO payment (order_id, customer, kind, amount) VALUES ('o-1', 'c-1', 'PAYMENT', -10)""");
        shop.send("stock.refused", "o-1");
        shop.send("stock.refused", "o-1");
        try (Routes routes = shop.start("order-shop-settle-order.camel.yaml", "order-shop-refund-order.camel.yaml", "order-shop-fulfil-order.camel.yaml")) {
            shop.awaitHandled(2);
        }
        long refunds = shop.database.count("payment WHERE kind = 'REFUND'");
        return refunds == 1 ? null : "o-1 was refunded " + refunds + " times, the balance is " + shop.database.value("SELECT balance FROM customer");
    }

    /** What c-1 has, who had 100 points, behind these events of one order. */
    private static String points(Pack pack, String... events) {
        Service points = new Service(pack, "points", "point_entry DROP CONSTRAINT order_is_booked_once");
        points.database.update("INSERT INTO points_account (id, points) VALUES ('c-1', 100)");
        try (Routes routes = points.start("order-points-add.camel.yaml", "order-points-take-back.camel.yaml")) {
            for (int i = 0; i < events.length; i++) {
                points.send(events[i], "o-1");
                points.awaitHandled(i + 1);
            }
        }
        return "c-1 has " + points.database.value("SELECT points FROM points_account") + " points";
    }

    private static String only(String expected, String seen) {
        return seen.equals(expected) ? null : seen;
    }

    static String pointsAreAddedOnce(Pack pack) {
        return only("c-1 has 110 points", points(pack, "order.paid", "order.paid"));
    }

    static String refundTakesThePointsBack(Pack pack) {
        return only("c-1 has 100 points", points(pack, "order.paid", "order.refunded", "order.refunded"));
    }

    static String pointsBehindARefundAreNotAdded(Pack pack) {
        return only("c-1 has 100 points", points(pack, "order.refunded", "order.paid"));
    }

    /** What is to be told fails twice. */
    static String deductionIsOneFactWithWhatIsTold(Pack pack) {
        Service stock = new Service(pack, "stock", "deduction DROP CONSTRAINT a_refusal_has_a_reason");
        stock.database.update("""
                INSERT INTO product (id, available) VALUES ('p-1', 5);
                CREATE SEQUENCE attempt;
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF nextval('attempt') < 3 THEN RAISE EXCEPTION 'refused by the test'; END IF; RETURN NEW; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON outbox_message FOR EACH ROW EXECUTE FUNCTION refuse()""");
        stock.send("order.paid", "o-1");
        try (Routes routes = stock.start("order-stock-deduct.camel.yaml", "order-stock-book-deduction.camel.yaml")) {
            stock.awaitHandled(1);
        }
        return only("decided 1, in stock 4, told 1", "decided %s, in stock %s, told %s".formatted(stock.database.count("deduction"),
                stock.database.value("SELECT available FROM product"), stock.database.count("outbox_message")));
    }

    /** Outbound orders and a warehouse, which fails at its first call having taken the message. */
    private static final class Outbound implements AutoCloseable {

        private final Service service;
        private final List<String> heard = new CopyOnWriteArrayList<>();
        private final Downstream warehouse;
        private final Routes routes;

        Outbound(Pack pack) throws IOException {
            service = new Service(pack, "outbound", "warehouse_message DROP CONSTRAINT warehouse_is_told_once");
            warehouse = new Downstream(0, request -> {
                heard.add(request.text().replaceFirst(".*\"orderId\" ?: ?\"([^\"]+)\".*", "$1") + " as " + request.headers().get("idempotency-key"));
                return Downstream.answer(heard.size() == 1 ? 500 : 204, "");
            });
            service.settings.put("order-outbound.warehouse-url", "http://localhost:" + warehouse.port() + "/");
            service.settings.put("inbox.order-outbound-tell.immediate-attempts", "3");
            routes = service.start("order-outbound-create.camel.yaml", "order-outbound-cancel.camel.yaml", "order-outbound-check.camel.yaml", "order-outbound-tell.camel.yaml",
                    "order-outbound-tell-warehouse.camel.yaml");
        }

        @Override
        public void close() {
            routes.close();
            warehouse.close();
        }
    }

    static String warehouseKnowsWhatItIsToldAgain(Pack pack) throws IOException {
        try (Outbound outbound = new Outbound(pack)) {
            outbound.service.send("stock.deducted", "o-1");
            Verdict.await().until(() -> outbound.heard.size() == 2);
            return only("[o-1 as m-1, o-1 as m-1]", outbound.heard.toString());
        }
    }

    /** The goods of one order are deducted; the other one is paid. */
    static String warehouseIsToldOfDeductedGoods(Pack pack) throws IOException {
        try (Outbound outbound = new Outbound(pack)) {
            outbound.service.send("order.paid", "o-paid");
            outbound.service.send("stock.deducted", "o-deducted");
            Verdict.await().until(() -> !outbound.heard.isEmpty());
            return outbound.heard.get(0).startsWith("o-deducted") ? null : "the warehouse is told of " + outbound.heard;
        }
    }

    static String warehouseIsNotToldOfACancelledOrder(Pack pack) throws IOException {
        try (Outbound outbound = new Outbound(pack)) {
            outbound.service.send("order.paid", "o-1");
            outbound.service.awaitHandled(1);
            outbound.service.send("order.refunded", "o-1");
            outbound.service.awaitHandled(2);
            outbound.service.send("stock.deducted", "o-1");
            return Verdict.await(() -> !outbound.heard.isEmpty() ? "the warehouse is told of " + outbound.heard : outbound.service.database.count("dead_letter") == 1 ? Verdict.KEPT : null);
        }
    }
}
