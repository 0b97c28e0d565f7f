package demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

import harness.Database;

/** The paid order: stock, points and outbound orders receive it independently of each other. */
record OrderExample(Shop shop) implements Example {

    @Override
    public String id() {
        return "orderId";
    }

    @Override
    public String party() {
        return "customer";
    }

    @Override
    public String service() {
        return "warehouse";
    }

    @Override
    public Map<String, String> settings() {
        return shop.settings();
    }

    /** One in four is of the scarce product, a piece each, so that it does not matter who gets them; one in twenty of a product that there is not. */
    @Override
    public List<Map<String, Object>> requests(int count, long seed) {
        Random random = new Random(seed);
        List<Map<String, Object>> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int fate = random.nextInt(20);
            String product = fate == 0 ? "p-unknown" : fate < 6 ? Shop.SCARCE : "p-" + random.nextInt(Shop.PRODUCTS);
            requests.add(Map.of("orderId", String.format(Locale.ROOT, "o-%05d", i), "customer", "c-" + random.nextInt(Shop.CUSTOMERS), "product", product,
                    "quantity", product.equals(Shop.SCARCE) ? 1 : 1 + random.nextInt(5), "amount", (1 + random.nextInt(9999)) / 100.0));
        }
        return requests;
    }

    static String body(Map<String, Object> order) {
        return String.format(Locale.ROOT, "{\"orderId\":\"%s\",\"customer\":\"%s\",\"product\":\"%s\",\"quantity\":%d,\"amount\":%.2f}", order.get("orderId"),
                order.get("customer"), order.get("product"), order.get("quantity"), order.get("amount"));
    }

    @Override
    public long ended() {
        return shop.shop().count("customer_order WHERE status <> 'PAID'");
    }

    @Override
    public long told() {
        return shop.outbound().count("warehouse_message");
    }

    @Override
    public boolean isDrained(int count) {
        long refunded = shop.shop().count("customer_order WHERE status = 'REFUNDED'");
        return ended() >= count && shop.points().count("order_points WHERE state = 'TAKEN_BACK'") == refunded
                && shop.outbound().count("outbound_order WHERE state = 'CANCELLED'") == refunded
                && shop.databases().stream().allMatch(database -> database.count("outbox_message") == 0);
    }

    @Override
    public Verdict check(Map<String, List<String>> requests, Map<String, String> sent) {
        return new OrderInvariants(shop, requests, sent);
    }

    @Override
    public List<String> report() {
        List<String> lines = new ArrayList<>(List.of("How the orders ended"));
        shop.shop().rows("SELECT status, coalesce(reason, '') AS reason, count(*), sum(amount) FROM customer_order GROUP BY 1, 2 ORDER BY 1, 2")
                .forEach(row -> lines.add(String.format("  %-10s %-20s %6d %14s", row.values().toArray())));
        lines.add("What each service has done");
        lines.add(line("stock", shop.stock(), "state", "deduction"));
        lines.add(line("points", shop.points(), "state", "order_points"));
        lines.add(line("outbound", shop.outbound(), "state", "outbound_order"));
        return lines;
    }

    private static String line(String name, Database database, String state, String table) {
        List<String> states = database.rows("SELECT " + state + " AS state, count(*) FROM " + table + " GROUP BY 1 ORDER BY 1").stream()
                .map(row -> row.get("state") + " " + row.get("count")).toList();
        return String.format("  %-10s %s", name, String.join(", ", states));
    }

    @Override
    public String databases() {
        return shop.shop().url() + " (user postgres), stock, points, outbound";
    }
}
