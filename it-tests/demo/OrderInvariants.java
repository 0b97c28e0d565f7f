package demo;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import harness.Database;

/**
 * What must hold when all orders have ended, found out with plain SQL and the warehouse's own books. It shares no code with the pack.
 * OrderInvariantsIT shows that each of its checks can fail.
 */
public final class OrderInvariants implements Example.Verdict {

    private final int orders;
    private final Map<String, Map<String, Object>> shop;
    private final int told;
    private final boolean stockConserved;
    private final boolean pointsConserved;
    private final boolean moneyConserved;
    private final List<String> lost = new ArrayList<>();
    private final List<String> duplicates = new ArrayList<>();
    private final List<String> disorder = new ArrayList<>();

    /**
     * @param opened   the databases
     * @param requests the orderIds of each customer, in the order of their requests
     * @param sent     what the warehouse was told: orderId by Idempotency-Key
     */
    public OrderInvariants(Shop opened, Map<String, List<String>> requests, Map<String, String> sent) {
        orders = requests.values().stream().mapToInt(List::size).sum();
        shop = byFirst(opened.shop(), "SELECT id, status, product, quantity, amount FROM customer_order");
        told = new HashSet<>(sent.values()).size();
        stockConserved = isStockConserved(opened);
        pointsConserved = sum(opened.points(), "points", "points_account").compareTo(fulfilled("floor")) == 0;
        moneyConserved = sum(opened.shop(), "balance", "customer").add(fulfilled("amount")).compareTo(BigDecimal.valueOf((long) Shop.BALANCE * Shop.CUSTOMERS)) == 0;
        requests.values().stream().flatMap(Collection::stream).forEach(id -> checkEnd(opened, id, new HashSet<>(sent.values())));
        checkLeft(opened);
        checkDuplicates(opened, sent);
        requests.forEach((customer, requested) -> checkOrder(opened, customer, requested));
    }

    private long count(String status) {
        return shop.values().stream().filter(row -> row.get("status").equals(status)).count();
    }

    /** The sum of the amounts of fulfilled orders, or of their points. */
    private BigDecimal fulfilled(String what) {
        return shop.values().stream().filter(row -> row.get("status").equals("FULFILLED")).map(row -> (BigDecimal) row.get("amount"))
                .map(amount -> what.equals("floor") ? new BigDecimal(amount.toBigInteger()) : amount).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private boolean isStockConserved(Shop opened) {
        Map<String, Long> sold = new HashMap<>();
        shop.values().stream().filter(row -> row.get("status").equals("FULFILLED"))
                .forEach(row -> sold.merge((String) row.get("product"), ((Number) row.get("quantity")).longValue(), Long::sum));
        return opened.stock().rows("SELECT id, available FROM product").stream().allMatch(row -> (Long) row.get("available") >= 0
                && (Long) row.get("available") + sold.getOrDefault((String) row.get("id"), 0L) == (row.get("id").equals(Shop.SCARCE) ? opened.scarce() : Shop.PLENTY));
    }

    /** An order is fulfilled by all, or undone by all. */
    private void checkEnd(Shop opened, String id, Set<String> told) {
        Map<String, Object> order = shop.get(id);
        String end = order == null ? "unknown to the shop" : (String) order.get("status");
        String parts = "stock " + text(opened.stock(), "SELECT state FROM deduction WHERE order_id = ?", id)
                + ", points " + text(opened.points(), "SELECT state FROM order_points WHERE order_id = ?", id)
                + " " + text(opened.points(), "SELECT sum(points) FROM point_entry WHERE order_id = ?", id)
                + ", outbound " + text(opened.outbound(), "SELECT state FROM outbound_order WHERE order_id = ?", id)
                + ", payments " + text(opened.shop(), "SELECT sum(amount) FROM payment WHERE order_id = ?", id)
                + ", warehouse " + (told.contains(id) ? "told" : "not told");
        boolean whole = switch (end) {
            case "FULFILLED" -> parts.equals("stock DEDUCTED, points ADDED " + ((BigDecimal) order.get("amount")).toBigInteger() + ", outbound TOLD, payments -"
                    + order.get("amount") + ", warehouse told");
            case "REFUNDED" -> parts.matches("stock REFUSED, points TAKEN_BACK (0|none), outbound CANCELLED, payments 0[.]00, warehouse not told");
            default -> false;
        };
        if (!whole) {
            lost.add(id + " is " + end + ": " + parts);
        }
    }

    private void checkLeft(Shop opened) {
        // an alert that waits for whom it alerts is no message of the example
        for (String table : List.of("outbox_message", "outbox_parked", "inbox_parked WHERE consumer NOT LIKE 'alert-%'", "dead_letter")) {
            for (Database database : opened.databases()) {
                if (database.count(table) > 0) {
                    lost.add(database.rows("SELECT * FROM " + table + " LIMIT 3") + " is left in " + table);
                }
            }
        }
    }

    private void checkDuplicates(Shop opened, Map<String, String> sent) {
        Map<String, Integer> messages = new HashMap<>();
        sent.values().forEach(id -> messages.merge(id, 1, Integer::sum));
        messages.forEach((id, count) -> {
            if (count > 1) {
                duplicates.add("the warehouse was told of " + id + " by " + count + " messages");
            }
        });
        // an effect without its entry, or twice for one entry, shows in the balance
        opened.shop().rows("""
                SELECT c.id FROM customer c LEFT JOIN payment p ON p.customer = c.id
                GROUP BY c.id, c.balance HAVING c.balance <> ? + coalesce(sum(p.amount), 0) ORDER BY c.id
                """, Shop.BALANCE).forEach(row -> duplicates.add("balance of " + row.get("id") + " is not what its payments say"));
        opened.points().rows("""
                SELECT a.id FROM points_account a LEFT JOIN point_entry e ON e.customer = a.id
                GROUP BY a.id, a.points HAVING a.points <> coalesce(sum(e.points), 0) ORDER BY a.id
                """).forEach(row -> duplicates.add("points of " + row.get("id") + " are not what their entries say"));
        opened.stock().rows("""
                SELECT p.id FROM product p LEFT JOIN deduction d ON d.product = p.id AND d.state = 'DEDUCTED'
                GROUP BY p.id, p.available HAVING p.available <> CASE p.id WHEN ? THEN ? ELSE ? END - coalesce(sum(d.quantity), 0) ORDER BY p.id
                """, Shop.SCARCE, opened.scarce(), Shop.PLENTY).forEach(row -> duplicates.add("stock of " + row.get("id") + " is not what its deductions say"));
        twice(opened.shop(), "payment", "kind");
        twice(opened.points(), "point_entry", "kind");
        twice(opened.stock(), "deduction", "state");
        twice(opened.outbound(), "warehouse_message", "order_id");
    }

    private void twice(Database database, String table, String kind) {
        database.rows("SELECT order_id, count(*) FROM " + table + " GROUP BY order_id, " + kind + " HAVING count(*) > 1 ORDER BY 1")
                .forEach(row -> duplicates.add(row.get("order_id") + " is " + row.get("count") + " times in " + table));
    }

    private void checkOrder(Shop opened, String customer, List<String> requested) {
        checkOrder("payments of " + customer, requested, opened.shop().rows("SELECT order_id FROM payment WHERE customer = ? AND kind = 'PAYMENT' ORDER BY id", customer));
        checkOrder("deductions for " + customer, requested, opened.stock().rows("SELECT order_id FROM deduction WHERE customer = ? ORDER BY id", customer));
        checkOrder("points of " + customer, requested, opened.points().rows("SELECT order_id FROM point_entry WHERE customer = ? AND kind = 'ADDED' ORDER BY id", customer));
        checkOrder("what the warehouse was told of " + customer, requested, opened.outbound().rows(
                "SELECT m.order_id FROM warehouse_message m JOIN outbound_order USING (order_id) WHERE customer = ? ORDER BY m.id", customer));
    }

    private void checkOrder(String what, List<String> requested, List<Map<String, Object>> booked) {
        int last = -1;
        for (Map<String, Object> row : booked) {
            int position = requested.indexOf(row.get("order_id"));
            if (position < last) {
                disorder.add(what + ": " + row.get("order_id") + " comes after " + requested.get(last));
            }
            last = position;
        }
    }

    private static Map<String, Map<String, Object>> byFirst(Database database, String sql) {
        Map<String, Map<String, Object>> rows = new HashMap<>();
        database.rows(sql).forEach(row -> rows.put((String) row.values().iterator().next(), row));
        return rows;
    }

    private static String text(Database database, String sql, String id) {
        List<Map<String, Object>> rows = database.rows(sql, id);
        return rows.isEmpty() || rows.get(0).values().iterator().next() == null ? "none" : rows.get(0).values().iterator().next().toString();
    }

    private static BigDecimal sum(Database database, String column, String table) {
        return (BigDecimal) database.value("SELECT coalesce(sum(" + column + "), 0) FROM " + table);
    }

    @Override
    public boolean hold() {
        return count("FULFILLED") + count("REFUNDED") == orders && told == count("FULFILLED") && stockConserved && pointsConserved && moneyConserved && lost.isEmpty()
                && duplicates.isEmpty() && disorder.isEmpty();
    }

    @Override
    public List<String> violations() {
        List<String> all = new ArrayList<>(lost);
        all.addAll(duplicates);
        all.addAll(disorder);
        if (!stockConserved) {
            all.add("what is in stock and what fulfilled orders have is not what there was");
        }
        if (!pointsConserved) {
            all.add("all points are not those of all fulfilled orders");
        }
        if (!moneyConserved) {
            all.add("what customers have and what they have paid for fulfilled orders is not what there was");
        }
        return all;
    }

    /** The last line of the demo. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "orders=%d fulfilled=%d refunded=%d told=%d stock=%s points=%s money=%s lost=%d duplicate_effects=%d out_of_order=%d", orders,
                count("FULFILLED"), count("REFUNDED"), told, word(stockConserved), word(pointsConserved), word(moneyConserved), lost.size(), duplicates.size(), disorder.size());
    }

    private static String word(boolean conserved) {
        return conserved ? "conserved" : "lost";
    }
}
